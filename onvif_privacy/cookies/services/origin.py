"""Whether a post comes from a page of this site, without a token in pages that caches share.

Source: Fetch Metadata (W3C), and the ``Origin`` header of RFC 6454 for browsers that do not send it.
"""

from __future__ import annotations

from enum import Enum

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware


class Origin(Enum):
    """Where a post came from."""

    OWN = "own"
    FOREIGN = "foreign"
    UNSAID = "unsaid"


class _Token(CsrfViewMiddleware):
    """Django's own check of a form token, asked for its opinion only."""

    def _reject(self, request: HttpRequest, reason: str) -> str:
        return reason


def _no_answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def origin(request: HttpRequest) -> Origin:
    """Judge a post: ``Sec-Fetch-Site`` must be ``same-origin``; without it ``Origin`` must equal ours.

    With neither header Django's form token decides; without one the answer is UNSAID, and the person is asked to
    confirm on a page that carries it.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return Origin.OWN if site == "same-origin" else Origin.FOREIGN
    sent = request.headers.get("Origin")
    if sent is not None:
        return Origin.OWN if sent == _own(request) else Origin.FOREIGN
    return Origin.OWN if _has_token(request) else Origin.UNSAID


def _own(request: HttpRequest) -> str | None:
    try:
        return f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        return None


def _has_token(request: HttpRequest) -> bool:
    if not request.POST.get("csrfmiddlewaretoken"):
        return False
    check = _Token(_no_answer)
    check.process_request(request)
    return check.process_view(request, _no_answer, (), {}) is None
