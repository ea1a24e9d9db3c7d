"""Which subject areas a visit counts for: those of its view, its object and its template, and those of its address."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import router
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import SubjectArea
from onvif_privacy.visits.services import cleaning

logger = logging.getLogger("onvif_privacy.visits")

MOST = 8  # areas of one visit
READ_AGAIN_SECONDS = 60
PLACES_CACHED = 4_096


@dataclass(frozen=True)
class Declared:
    """One subject area of the settings or the admin; ``places`` are first parts of addresses or routes."""

    slug: str
    label: str
    places: tuple[str, ...]
    description: str = ""


def of_request(request: HttpRequest, response: HttpResponseBase, match: ResolverMatch | None) -> tuple[str, ...]:
    """Return what view, object and template say; no query of ours. What is no slug is left out."""
    found: list[Any] = list(getattr(match.func, "onvif_privacy_areas", ())) if match else []
    found += getattr(request, "onvif_privacy_areas", ())
    context = getattr(response, "context_data", None)
    if context:
        found += _of_object(context.get("object"))
    if not found:
        return ()
    return tuple(dict.fromkeys(slug for slug in found if cleaning.is_slug(slug)))[:MOST]


def _of_object(thing: object) -> Iterable[Any]:
    ask = getattr(thing, "get_subject_areas", None)
    if ask is None:
        return ()
    try:
        return tuple(ask())
    except Exception as error:  # the site's own code: the visit counts without it
        logger.warning("get_subject_areas of %s failed (%s)", type(thing).__name__, type(error).__name__)
        return ()


def mark(request: HttpRequest, slugs: Iterable[str]) -> None:
    """Let the visit count for these areas too; used by the template tag."""
    request.onvif_privacy_areas = (*getattr(request, "onvif_privacy_areas", ()), *slugs)  # type: ignore[attr-defined]


class Places:
    """Areas by address, with a bounded cache; what staff declare is read again each minute."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, ...]] = {}
        self._declared: tuple[Declared, ...] = ()
        self._all: Mapping[str, Declared] = {}
        self._fresh_until = float("-inf")

    def of(self, route: str, path: str, said: tuple[str, ...]) -> tuple[str, ...]:
        """Return the areas of a page, those in ``said`` first."""
        found = self._known.get((route, path))
        if found is None:
            if len(self._known) >= PLACES_CACHED:
                self._known.clear()
            address = path or route
            found = self._known[route, path] = tuple(
                area.slug for area in self._declared if address and address.startswith(area.places)
            )
        return tuple(dict.fromkeys((*said, *found))) if said else found

    def renew(self) -> None:
        """Read what is declared, where it was read more than a minute ago. One query."""
        if time.monotonic() < self._fresh_until:
            return
        self._all = declared()
        self._declared = tuple(area for area in self._all.values() if area.places)
        self._known.clear()
        self._fresh_until = time.monotonic() + READ_AGAIN_SECONDS

    def all(self) -> Mapping[str, Declared]:
        """Return every declared area by short name; no query within a minute of the last."""
        self.renew()
        return self._all

    def forget(self) -> None:
        """Read again at the next need; for tests and after a change in the admin."""
        self._fresh_until = float("-inf")


places = Places()


def declared() -> Mapping[str, Declared]:
    """Return the areas of the settings and those of the admin by slug; the settings win. One query."""
    rows = SubjectArea.objects.using(router.db_for_write(SubjectArea))
    areas = {row.slug: Declared(row.slug, row.label, tuple(row.places.split()), row.description) for row in rows}
    for slug, said in conf.SUBJECT_AREAS.items():
        more = said if isinstance(said, Mapping) else {"places": said}
        known = areas.get(slug, Declared(slug, slug.replace("-", " ").capitalize(), ()))
        label, description = more.get("label", known.label), more.get("description", known.description)
        areas[slug] = Declared(slug, label, tuple(more.get("places", ())), description)
    return areas
