"""The staff home page "waiting for me": what the rooms need from the person who is signed in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import router
from django.db.models import Max
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise as LazyText

from onvif_privacy.core.jobs import jobs, overdue
from onvif_privacy.core.models import Lease
from onvif_privacy.core.promises import Standing, overview
from onvif_privacy.core.registry import Waiting, waiting


@dataclass(frozen=True)
class Line:
    """One thing that waits: how many, what, and where to go."""

    label: str | LazyText
    count: int
    url: str


@dataclass(frozen=True)
class Desk:
    """Everything the page shows. ``housekeeping`` is ``never``, ``late`` or ``fine``; the rooms work in each case."""

    lines: tuple[Line, ...]
    housekeeping: str
    last_run: datetime | None
    late: tuple[str, ...]
    promises: tuple[Standing, ...]


def _may_see(line: Waiting, request: HttpRequest) -> bool:
    return not line.permission or request.user.has_perm(line.permission)


def desk(request: HttpRequest) -> Desk:
    """Gather what waits for this user. Three queries (four after the first run), and those of the rooms' own counts."""
    lines = []
    for line in waiting.all():
        count = line.count(request) if _may_see(line, request) else 0
        if count:
            lines.append(Line(line.label, count, reverse(line.address)))
    last: datetime | None = Lease.objects.using(router.db_for_read(Lease)).aggregate(last=Max("done_at"))["last"]
    late = tuple(job.name for job in overdue()) if last else ()
    state = "fine" if not jobs or (last and not late) else "late" if last else "never"
    return Desk(tuple(lines), state, last, late, tuple(overview()))
