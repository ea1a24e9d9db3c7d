"""How the ledger is: what waits, what was verified when and with what result, and where its checkpoints went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import router
from django.db.models import Count, Max, Min

from onvif_privacy.core.conf import conf
from onvif_privacy.core.ledger.anchors import label
from onvif_privacy.core.models import Anchoring, Entry, Lease, Seal


@dataclass(frozen=True)
class AnchorState:
    """One anchor of the settings, or one that took checkpoints earlier; ``size`` and ``at`` are of its last."""

    name: str
    size: int | None = None
    at: datetime | None = None
    present: bool = True


@dataclass(frozen=True)
class Overview:
    """The state of the ledger for staff. ``verified_at`` is the last look that found everything as it was written."""

    sealing: bool
    seals: int
    waiting: int
    oldest_waiting: datetime | None
    verified_at: datetime | None
    tried_at: datetime | None
    failure: str
    anchors: tuple[AnchorState, ...]

    @property
    def verdict(self) -> str:
        """``whole``, ``changed``, ``failed`` (could not look) or ``never``, by the last look at all of it."""
        if self.failure:
            return "changed" if self.failure == "LedgerTampered" else "failed"
        return "whole" if self.verified_at else "never"


def _anchors() -> tuple[AnchorState, ...]:
    rows = Anchoring.objects.using(router.db_for_write(Anchoring)).order_by().values("anchor")
    taken = {row["anchor"]: row for row in rows.annotate(size=Max("size"), at=Max("at"))}
    named = list(dict.fromkeys(label(target) for target in conf.LEDGER_ANCHORS))
    found = []
    for name in [*named, *sorted(set(taken) - set(named))]:
        row = taken.get(name)
        size, at = (row["size"], row["at"]) if row else (None, None)
        found.append(AnchorState(name, size, at, present=name in named))
    return tuple(found)


def overview() -> Overview:
    """Look at the tables; four queries."""
    using = router.db_for_write(Entry)
    last = Seal.objects.using(using).aggregate(last=Max("number"))["last"]
    waiting = Entry.objects.using(using).filter(seal__isnull=True).aggregate(number=Count("pk"), oldest=Min("at"))
    lease = Lease.objects.using(router.db_for_write(Lease)).filter(job="verify").first()
    return Overview(
        sealing=conf.LEDGER_SEAL,
        seals=0 if last is None else last + 1,
        waiting=waiting["number"],
        oldest_waiting=waiting["oldest"],
        verified_at=lease.done_at if lease else None,
        tried_at=lease.started_at if lease else None,
        failure=lease.failure if lease else "",
        anchors=_anchors(),
    )
