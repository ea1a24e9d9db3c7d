"""Who looked at what, a page at a time by its place and not by its number: as quick at the end of millions."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_datetime

from onvif_privacy.disclosures.models import AccessRecord, Side
from onvif_privacy.disclosures.services.acting import using

PAGE: Final = 50


@dataclass(frozen=True)
class Page:
    """Looks, newest first, each with ``side``; ``older`` is the place where the next page begins, empty at the end."""

    rows: list[AccessRecord]
    older: str


def _place(row: AccessRecord) -> str:
    return f"{row.at.isoformat()}_{row.pk.hex}"


def _read_place(words: str) -> tuple[datetime, uuid.UUID] | None:
    moment, _mark, key = words.partition("_")
    try:
        at = parse_datetime(moment)
        return (at, uuid.UUID(key)) if at is not None and at.tzinfo is not None else None
    except ValueError:
        return None


def _rows(action: str, case: str, without_part: bool) -> QuerySet[AccessRecord]:
    sides = Side.objects.using(using()).filter(case=OuterRef("case"), actor=OuterRef("actor"))
    rows = AccessRecord.objects.using(using()).select_related("actor", "case")
    rows = rows.annotate(side=Subquery(sides.values("kind")[:1]))
    if action:
        rows = rows.filter(action=action)
    if case:
        rows = rows.filter(case__ref=case)
    if without_part:
        rows = rows.filter(~Exists(sides), case__isnull=False, actor__isnull=False)
    return rows


def page(*, action: str = "", case: str = "", without_part: bool = False, before: str = "") -> Page:
    """Return one page of looks: of an action, at a case, or by people without a part in the case, where that is asked.

    ``before`` is the `Page.older` of the page before; what is none is as if it were not given. One query.
    """
    rows = _rows(action, case, without_part)
    if (place := _read_place(before)) is not None:
        at, key = place
        rows = rows.filter(Q(at__lt=at) | Q(pk__lt=key), at__lte=at)  # the second lets the index begin there
    found = list(rows.order_by("-at", "-pk")[: PAGE + 1])
    return Page(found[:PAGE], _place(found[PAGE - 1]) if len(found) > PAGE else "")
