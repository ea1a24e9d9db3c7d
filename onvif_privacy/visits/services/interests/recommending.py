"""Pages to read next: the most visited ones on what interests the visitor, else the most visited of all."""

from __future__ import annotations

from django.http import HttpRequest

from onvif_privacy.visits.services import popular
from onvif_privacy.visits.services.interests import profile
from onvif_privacy.visits.services.popular import PopularPage

MOST = 100
AREAS = 5  # of the visitor's interests, the strongest first


def pages(request: HttpRequest | None, *, days: int, limit: int) -> tuple[PopularPage, ...]:
    """Return ``limit`` pages at most, the page that is asked for not among them.

    Lists come from the copies of `popular`: no query once the process has them, and one for the profile.
    """
    limit = min(max(limit, 0), MOST)
    here = request.path if request is not None else ""
    found: dict[str, PopularPage] = {}
    for area in profile.of_request(request).interests[:AREAS]:
        for page in popular.pages(days=days, limit=limit + 1, area=area):
            if page.path != here:
                found.setdefault(page.path, page)
    chosen = sorted(found.values(), key=lambda page: -page.visits)[:limit]
    if len(chosen) < limit:
        everybody = popular.pages(days=days, limit=2 * limit + 1)
        chosen += [page for page in everybody if page.path not in found and page.path != here]
    return tuple(chosen[:limit])
