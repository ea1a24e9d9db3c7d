"""What a single-page application tells of its pages; a person's interests, to see and to change; pictures of ads."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onvif_privacy.core.doors import private_page
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.forms import InterestForm
from onvif_privacy.visits.services import cleaning, pages
from onvif_privacy.visits.services.advertising import keeping, pictures
from onvif_privacy.visits.services.interests import changing, profile, showing

MOST_AREAS = 50
SAID = {
    "yes": _("Kept: this interests you."),
    "no": _("Kept: this does not interest you. Its score is deleted."),
    "visits": _("From now on your visits decide about this area again."),
    "reset": _("Everything was deleted. What you look at from now on counts anew."),
}


class SeeOther(HttpResponseRedirect):
    """303: whatever was posted, the next page is read."""

    status_code = 303


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


@private_page
@login_not_required
@never_cache
@require_safe
def interests_here(request: HttpRequest) -> HttpResponse:
    """Answer the script of lazy content: which of the areas in ``area`` (short names) the visitor is interested in."""
    found = profile.of_request(request)
    asked = dict.fromkeys(filter(cleaning.is_slug, request.GET.getlist("area")[:MOST_AREAS]))
    return JsonResponse({"interested": [area for area in asked if found.interested(area)]})


@private_page
@login_not_required
@csrf_protect
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def interests(request: HttpRequest) -> HttpResponse:
    """Show this browser's visitor their interests with the rule; by POST correct one, or delete all."""
    visitor = profile.visitor_here(request)
    if request.method == "POST":
        return _change(request, visitor)
    context = {**showing.shown(request), "said": SAID.get(request.GET.get("said", ""), "")}
    return _own(render(request, "onvif_privacy/visits/interests.html", context))


def _change(request: HttpRequest, visitor: uuid.UUID | None) -> HttpResponse:
    form = InterestForm(request.POST)
    if not form.is_valid():
        return _own(render(request, "onvif_privacy/visits/interests.html", showing.shown(request), status=400))
    act = form.cleaned_data["act"]
    if visitor is not None and act == "reset":
        changing.reset(visitor)
    elif visitor is not None:
        changing.correct(visitor, form.cleaned_data["area"], form.OWN[act])
    return SeeOther(f"{reverse('onvif_privacy_visits:interests')}?said={act}")


def _own(response: HttpResponse) -> HttpResponse:
    """Let no search engine and no other site have the page."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Frame-Options"] = "DENY"
    return response


@login_not_required
@require_safe
def ad_picture(request: HttpRequest, digest: str) -> HttpResponse:
    """Answer with the picture of an advertisement; 404 for none. Its address changes with it, so caches keep it."""
    data = keeping.picture(digest)
    if data is None:
        raise Http404
    response = HttpResponse(data, content_type=pictures.kind(data))
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
