"""What a single-page application tells of its pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.services import pages


# a visit is no act in anybody's name: what another site could send here, it could send by a link as well
@csrf_exempt
@never_cache
@require_POST
def page(request: HttpRequest) -> HttpResponse:
    """Let the middleware count a visit of the page named in ``path``, by the rules of every page; always answers 204.

    A page that is not declared, and whatever another site sends, is counted as left out (``not_page``).
    """
    if _is_ours(request) and (route := pages.route_of(_path(request))):
        request.onvif_privacy_page = route  # type: ignore[attr-defined]
        if not conf.STAFF and hasattr(request, "user"):
            bool(request.user.is_staff)  # the recorder looks only at a user that the page has loaded
    return HttpResponse(status=204)


def _path(request: HttpRequest) -> str:
    try:
        return request.POST.get("path", "")
    except (RequestDataTooBig, TooManyFieldsSent):
        return ""


def _is_ours(request: HttpRequest) -> bool:
    """Whether a page of this site sent it: the browser says so, older ones by the origin."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin", "")
    try:
        return not origin or urlsplit(origin).netloc == request.META.get("HTTP_HOST") != ""
    except ValueError:
        return False
