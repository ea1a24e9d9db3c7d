"""``go/<code>/``: sends a reader on, and tells the other site nothing of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from onvif_privacy.core import links
from onvif_privacy.core.doors import private_page


def _is_read(request: HttpRequest) -> bool:
    """Whether somebody follows the link: not a mere look at it, nor a browser that fetches ahead."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose[:64].lower()


@private_page
@login_not_required
@require_safe
def go(request: HttpRequest, code: str) -> HttpResponse:
    """Answer 303 with the stored target and nothing else: no parameter is read, none is passed on; 404 without one."""
    target = links.follow(code, counted=_is_read(request))
    if target is None:
        raise Http404
    headers = {"Location": target, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
    return HttpResponse(status=303, headers=headers)
