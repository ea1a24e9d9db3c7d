"""Pages for everybody: the transparency report and its files."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.doors import private_page
from onvif_privacy.disclosures.models import ReportRelease
from onvif_privacy.disclosures.services.transparency import Release, as_atom, publishing, standing
from onvif_privacy.disclosures.services.transparency.columns import ALL, NOTICES, OUTCOMES
from onvif_privacy.disclosures.services.transparency.drawing import Drawing, drawn
from onvif_privacy.disclosures.services.transparency.wording import label

FRESH_SECONDS = 300
TYPES = {
    "transparency.csv": "text/csv; charset=utf-8",
    "transparency.json": "application/json",
    "datapackage.json": "application/json",
    "datapackage.json.ed25519": "application/octet-stream",
}


def _kept(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, public=True, max_age=FRESH_SECONDS)
    return response


def _chart(release: Release, columns: tuple[str, ...]) -> Drawing:
    """Return bars of all regimes together."""
    cells = next((row.cells for row in release.rows if row.key == (ALL, ALL)), {})
    return drawn([(label(name), cells[name]) for name in columns if cells])


def _shown(row: ReportRelease) -> dict[str, object]:
    release = publishing.release_of(row)
    head = ("received", *OUTCOMES, "pending_end", "accounts_disclosed")
    return {
        "row": row,
        **{f"{name}_name": f"{row.period}-{name}" for name in ("outcomes", "told", "regimes")},
        "outcomes": _chart(release, OUTCOMES),
        "told": _chart(release, NOTICES),
        "regimes": drawn([(one.instrument, one.cells["received"]) for one in release.rows if one.regime != ALL]),
        "head": [label(name) for name in head],
        "lines": [
            (_name(one.regime, one.jurisdiction, one.instrument), [one.cells[name] for name in head])
            for one in release.rows
        ],
    }


def _name(regime: str, jurisdiction: str, instrument: str) -> str:
    return (
        instrument
        if regime != ALL
        else str(label(jurisdiction if jurisdiction in (ALL, "elsewhere") else "")) or jurisdiction
    )


@private_page
@login_not_required
@require_safe
def transparency(request: HttpRequest) -> HttpResponse:
    """Show every published half-year, the newest first, and what was never done. Two queries."""
    reports = [_shown(row) for row in reversed(publishing.published())]
    context = {"reports": reports, "k": house.K, "never": standing.shown(timezone.now().date())}
    return _kept(render(request, "onvif_privacy/disclosures/transparency.html", context))


@private_page
@login_not_required
@require_safe
def transparency_file(request: HttpRequest, name: str) -> HttpResponse:
    """Return one file of the report as a download; 404 for a name that is none."""
    found = publishing.files().get(name)
    if found is None:
        raise Http404
    response = HttpResponse(found, content_type=TYPES[name])
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return _kept(response)


@private_page
@login_not_required
@require_safe
def transparency_feed(request: HttpRequest) -> HttpResponse:
    """Return the Atom feed of releases."""
    rows = [row for row in reversed(publishing.published()) if row.published_at]
    releases = [(publishing.release_of(row), row.published_at) for row in rows if row.published_at]
    address = f"{house.BASE_URL}{reverse('onvif_privacy_disclosures:transparency')}"
    words = as_atom(releases, organisation=house.ORGANISATION, address=address)
    return _kept(HttpResponse(words, content_type="application/atom+xml; charset=utf-8"))
