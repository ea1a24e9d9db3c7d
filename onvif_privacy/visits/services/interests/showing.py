"""What a person sees of their interests: every area with its score, what follows from it, and the rule in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from onvif_privacy.core.models import Subject
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Area
from onvif_privacy.visits.services import areas
from onvif_privacy.visits.services.interests import profile
from onvif_privacy.visits.services.interests.rule import ABOVE_MEAN, Profile
from onvif_privacy.visits.services.interests.sensitive import is_sensitive


@dataclass(frozen=True)
class Line:
    """One area: its score now, whether the person counts as interested, and what they said themselves."""

    slug: str
    label: str
    description: str
    score: float
    interested: bool
    own: bool | None


def known() -> dict[str, str]:
    """Return what somebody can be interested in, short names with names: areas declared, and those visits counted for.

    Those of special categories are left out. One query.
    """
    counted = dict.fromkeys(Area.objects.values_list("slug", flat=True))
    found = {slug: label(slug) for slug in (*areas.places.all(), *counted) if not is_sensitive(slug)}
    return dict(sorted(found.items(), key=lambda one: one[1]))


def label(slug: str) -> str:
    """Return the name of an area; made of its short name where nobody gave one. No query within a minute."""
    declared = areas.places.all().get(slug)
    return declared.label if declared else slug.replace("-", " ").capitalize()


def lines(found: Profile) -> list[Line]:
    """Return each area of the site and of the profile, the highest score first."""
    declared = areas.places.all()
    slugs = {slug for slug in (*declared, *found.scores, *found.own) if not is_sensitive(slug)}
    made = [_line(found, slug, declared.get(slug)) for slug in slugs]
    return sorted(made, key=lambda one: (-one.score, one.label))


def _line(found: Profile, slug: str, declared: areas.Declared | None) -> Line:
    return Line(
        slug,
        label(slug),
        declared.description if declared else "",
        found.scores.get(slug, 0.0),
        found.interested(slug),
        found.own.get(slug),
    )


def shown(request: HttpRequest) -> Mapping[str, Any]:
    """Return what the page and the panel show of this browser's visitor. Two queries at most."""
    visitor = profile.visitor_here(request)
    found = profile.of_request(request)
    return {
        "granted": visitor is not None,
        "lines": lines(found),
        "mean": found.mean,
        "threshold": conf.INTERESTS_THRESHOLD,
        "factor": ABOVE_MEAN,
        "half_life": conf.INTERESTS_HALF_LIFE_DAYS,
        "days": conf.INTERESTS_DAYS,
    }


def panel(request: HttpRequest, subject: Subject) -> Mapping[str, Any]:
    """Return what "my privacy" shows: the profile belongs to the browser, whoever is signed in."""
    found = shown(request)
    return {**found, "interests": [line for line in found["lines"] if line.interested]}
