"""Where each clause stands: for everybody once the site says so, for staff before that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language

from onvif_privacy.core.overview import Grade
from onvif_privacy.core.promises import Kind, Verdict
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.services import history, reading, status
from onvif_privacy.statement.services.status import Status
from onvif_privacy.statement.views.statement import public

FRESH = 300  # seconds a status may be kept by a cache


def _allowed(request: HttpRequest) -> None:
    """Raise Http404 for everybody but staff until the status is public. A stranger costs no query."""
    user = getattr(request, "user", None)
    if not conf.PUBLIC and not (user is not None and user.is_active and user.is_staff):
        raise Http404


def _kept(response: HttpResponse) -> HttpResponse:
    """Let a public page be kept for minutes, and one for staff not at all."""
    if conf.PUBLIC:
        patch_cache_control(response, public=True, max_age=FRESH)
    else:
        add_never_cache_headers(response)
    return response


@public
def status_board(request: HttpRequest) -> HttpResponse:
    """Show a row for each clause. Once it is public it shows what was signed last, one query."""
    _allowed(request)
    found = status.signed() if conf.PUBLIC else status.unsigned()
    holds = found is not None and found.holds()
    context = {
        "found": found,
        "holds": holds,
        "is_public": conf.PUBLIC,
        "clauses": list(_rows(found)) if found else [],
        "file": _file_address() if conf.PUBLIC else "",
        **(_facts(found) if found else {}),
    }
    return _kept(render(request, "onvif_privacy/statement/status.html", context))


def _rows(found: Status) -> Iterator[dict[str, Any]]:
    titles = _titles()
    for clause in found.body["clauses"]:
        yield {
            "slug": clause["slug"],
            "title": titles.get(clause["slug"], clause["slug"]),
            "verdict": Verdict(clause["verdict"]),
            "offered": clause["offered"],
            "kinds": [Kind(kind).label for kind in clause["kinds"]],
            "proved_at": _moment(clause["proved_at"]),
            "attested_until": _moment(clause["attested_until"]),
        }


def _titles() -> dict[str, str]:
    text = reading.current(get_language() or "")
    return {one.slug: one.title for one in reading.clauses(text.text.words)} if text else {}


def _moment(value: str | None) -> Any:
    return parse_datetime(value) if value else None


def _facts(found: Status) -> dict[str, Any]:
    body, ledger = found.body, found.body["ledger"]
    coverage = body["coverage"]
    return {
        "coverage": coverage,
        "bound": coverage["promised"] + coverage["facts"],
        "generated_at": _moment(body["generated_at"]),
        "grades": [(Grade(name).label, number) for name, number in body["grades"].items()],
        "sealed_at": _moment(ledger["sealed_at"]) if ledger else None,
    }


def _file_address() -> str:
    try:
        return reverse("onvif_privacy_status_file")
    except NoReverseMatch:  # a site that has not mounted it
        return ""


@public
def status_history(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the last 90 days of one clause as a strip and as a table."""
    _allowed(request)
    titles = _titles()
    if slug not in titles:
        raise Http404
    days = history.days(slug)
    context = {"slug": slug, "title": titles[slug], "days": days, "periods": history.periods(days)}
    return _kept(render(request, "onvif_privacy/statement/status_history.html", context))


@public
def status_file(request: HttpRequest) -> HttpResponse:
    """Give the status signed last as a flattened JWS; 404 until the status is public."""
    row = status.newest_seen() if conf.PUBLIC else None
    if row is None:
        raise Http404
    return _kept(HttpResponse(row.jws, content_type="application/jose+json"))
