"""Why a request is no visit: one table, asked in this order, the first reason counts.

Bots are not among them: their user agent is parsed after the request, by the store, which counts them by the same
`Reason`.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from onvif_privacy.core import consent
from onvif_privacy.visits.models import Reason

PURPOSE = "popularity"
METHODS = frozenset({"GET", "POST"})
NO_PAGE = frozenset({204, 205})


def of_answer(
    method: str | None, status: int, content_type: str, download: bool, accepts: str, types: tuple[str, ...]
) -> Reason | None:
    """Judge what was asked and answered; None for a page.

    A 304 carries no content type, so there the visitor's ``Accept`` says whether a page was asked for.
    """
    if method not in METHODS:
        return Reason.METHOD
    if status == 304:
        return None if "html" in accepts else Reason.NOT_PAGE
    if 300 <= status < 400:
        return Reason.REDIRECT
    if status < 200 or status in NO_PAGE or download or not content_type.lower().startswith(types):
        return Reason.NOT_PAGE
    return None


def of_view(match: ResolverMatch | None) -> Reason | None:
    """Judge the view that answered; requests that matched none are recorded in one bucket."""
    if match is None:
        return None
    if "admin" in match.app_names:
        return Reason.ADMIN
    return Reason.PRIVATE if getattr(match.func, "onvif_privacy_private", False) else None


def of_purpose(meta: dict[str, Any]) -> Reason | None:
    """Judge whether the page was fetched for a person to see (``Sec-Purpose`` and its predecessors)."""
    purpose = meta.get("HTTP_SEC_PURPOSE") or meta.get("HTTP_PURPOSE") or meta.get("HTTP_X_MOZ") or ""
    return Reason.PREFETCH if "pre" in purpose.lower() else None


def of_refusal(privacy: consent.Privacy) -> Reason:
    """Say what a visitor's refusal rests on; undecided is none."""
    return Reason.SIGNAL if privacy.why(PURPOSE) == "gpc" else Reason.OBJECTION


def of_staff(request: HttpRequest) -> Reason | None:
    """Judge whether a member of staff is known to have asked.

    Looks only at a user that the page itself has loaded: asking ``request.user`` would read the session, and with it
    make the page depend on the visitor.
    """
    for name in ("_cached_user", "_acached_user"):
        if getattr(getattr(request, name, None), "is_staff", False):
            return Reason.STAFF
    return None


def of_page(request: HttpRequest, response: HttpResponseBase, types: tuple[str, ...]) -> Reason | None:
    """Judge what does not depend on who asked."""
    meta, headers = request.META, response.headers
    kind, download = headers.get("Content-Type", ""), "Content-Disposition" in headers
    return (
        of_answer(request.method, response.status_code, kind, download, meta.get("HTTP_ACCEPT", ""), types)
        or of_view(request.resolver_match)
        or (of_purpose(meta) if "HTTP_SEC_PURPOSE" in meta or "HTTP_PURPOSE" in meta or "HTTP_X_MOZ" in meta else None)
    )
