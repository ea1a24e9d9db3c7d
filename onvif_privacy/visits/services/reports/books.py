"""The books of all recording processes, added up, and when something was last stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Max
from django.utils import timezone

from onvif_privacy.visits.models import Batch, Process

# A process writes its books at least this often while it has anything to write; older ones that held visits are gone.
GONE_AFTER = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Ledger:
    """The law over all processes: accepted = stored + dropped by reason + pending + lost.

    ``lost`` is what a process held that is gone without settling; ``streamed`` is what of ``pending`` is in a stream.
    ``bots`` were recognised after the request and are no loss, so they stand apart from ``dropped``. ``fresh_at`` is
    when something was last stored; None for never.
    """

    accepted: int
    stored: int
    bots: int
    dropped: Mapping[str, int]
    pending: int
    lost: int
    fresh_at: dt.datetime | None
    streamed: int = 0

    @property
    def balanced(self) -> bool:
        """Whether the law holds."""
        return self.accepted == self.stored + self.bots + sum(self.dropped.values()) + self.pending + self.lost


def ledger(now: dt.datetime | None = None) -> Ledger:
    """Add up the books of all processes that are kept; one query, two where visits came from imported logs only."""
    processes = list(Process.objects.all())
    fresh = max((process.seen for process in processes), default=None)
    if fresh is None:
        fresh = Batch.objects.aggregate(at=Max("at"))["at"]
    return _added(processes, (now or timezone.now()) - GONE_AFTER, fresh)


def _added(processes: Iterable[Process], gone_before: dt.datetime, fresh: dt.datetime | None) -> Ledger:
    accepted = stored = pending = lost = streamed = 0
    dropped: dict[str, int] = {}
    for process in processes:
        accepted += process.accepted
        stored += process.stored
        streamed += process.in_stream
        if process.seen < gone_before:
            lost += process.pending - process.in_stream
            pending += process.in_stream
        else:
            pending += process.pending
        for reason, number in process.dropped.items():
            dropped[reason] = dropped.get(reason, 0) + number
    return Ledger(accepted, stored, dropped.pop("bot", 0), dropped, pending, lost, fresh, streamed)
