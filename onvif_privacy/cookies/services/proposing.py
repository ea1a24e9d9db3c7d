"""From a known item to a draft of a declaration, for somebody to look at before it is published."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from onvif_privacy.cookies.models import DeclaredItem, DeclaredItemText, Kind, KnownItem
from onvif_privacy.cookies.services.declared import NECESSARY, languages
from onvif_privacy.cookies.services.known import LEAST_FIXED
from onvif_privacy.cookies.services.matching import fixed
from onvif_privacy.core.registry import device_items, purposes

LONGEST_DAYS = 395  # 13 months; browsers keep nothing beyond 400 days

_SPAN = re.compile(r"(\d+)\s*(second|minute|hour|day|week|month|year)", re.IGNORECASE)
_DAYS = {"second": 0.0, "minute": 0.0, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.0}
_HOST = re.compile(r"\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}\b")
_SESSION = re.compile(r"session", re.IGNORECASE)
_url = URLValidator(schemes=["http", "https"])


class NotProposable(ValueError):
    """A platform that the list does not know, or a purpose that cannot be given to drafts; the message says which."""


@dataclass
class Proposed:
    """What became of a platform's rows: names of new drafts, and names left alone with the reason."""

    made: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    looked_at: list[tuple[str, str]] = field(default_factory=list)


def check_purpose(slug: str) -> None:
    """Raise NotProposable unless visitors are asked about the purpose."""
    offered = [one.slug for one in purposes.all() if one.device and not one.retired and one.slug != NECESSARY]
    if slug not in offered:
        raise NotProposable(f"{slug!r} is no purpose that visitors are asked about: choose {', '.join(offered)}.")


def of_platform(items: Iterable[KnownItem], platform: str) -> list[KnownItem]:
    """Return the rows of a platform, whatever its case. Raises NotProposable, with names that are like it."""
    rows = list(items)
    found = [one for one in rows if one.platform.casefold() == platform.strip().casefold()]
    if not found:
        like = difflib.get_close_matches(platform, sorted({one.platform for one in rows}), 3)
        raise NotProposable(f"No platform {platform!r}." + (f" Did you mean {', '.join(like)}?" if like else ""))
    return found


def propose(items: Iterable[KnownItem], purpose: str) -> Proposed:
    """Make a draft of each row, wildcards included; what is declared already is left alone."""
    result = Proposed()
    for item in items:
        reason = _draft(item, purpose)
        if reason:
            result.left.append((item.name, reason))
            continue
        result.made.append(item.name)
        _days, said = days_of(item.retention)
        if said:
            result.looked_at.append((item.name, said))
    return result


def _draft(item: KnownItem, purpose: str) -> str:
    """Store a draft; returns why there is none."""
    key = f"{Kind.COOKIE}:{item.name}"
    if key in device_items:
        return f"declared in {device_items.where(key)}"
    if "*" in item.name and fixed(item.name) < LEAST_FIXED:
        return "too general: it has fewer than three fixed characters"
    draft = DeclaredItem(**fields_of(item), purpose=purpose)
    try:
        draft.full_clean()
    except ValidationError as error:
        return " ".join(error.messages)
    draft.save()
    language = "en" if "en" in languages() else languages()[0]
    text = item.description or f"{item.platform}: {item.name}"
    DeclaredItemText.objects.create(item=draft, language=language, text=text[:1000])
    return ""


def fields_of(item: KnownItem) -> dict[str, Any]:
    """Return what a row says of a declaration; purpose and party are for the site to say."""
    hosts = sorted(set(_HOST.findall(item.domain.lower())))
    return {
        "name": item.name,
        "provider": item.controller or item.platform,
        "provider_url": _page(item.page),
        "duration_days": days_of(item.retention)[0],
        "hosts": " ".join(hosts)[:500],
    }


def _page(text: str) -> str:
    try:
        _url(text)
    except ValidationError:
        return ""
    return text if len(text) <= 200 else ""


def days_of(retention: str) -> tuple[int | None, str]:
    """Return the days that a text names, the longest of several, and what somebody should look at; None is a session.

    >>> days_of("2 years")
    (395, 'longer than 13 months in the list')
    """
    spans = [int(number[:6]) * _DAYS[unit.lower()] for number, unit in _SPAN.findall(retention)]
    if not spans:
        return None, "" if _SESSION.search(retention) else f"kept for {retention!r} is not understood"
    days = max(1, -(-max(spans) // 1))
    return (LONGEST_DAYS, "longer than 13 months in the list") if days > LONGEST_DAYS else (int(days), "")
