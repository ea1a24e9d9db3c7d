"""The job: compare, do again what was forgotten while the gate is closed, and write down what is new."""

from __future__ import annotations

import logging
import uuid
from typing import Final

from django.db import transaction

from onvif_privacy.core import gate, incidents, ledger
from onvif_privacy.core.jobs import Run
from onvif_privacy.rights.models import LogLine
from onvif_privacy.rights.services.replay import log, writing
from onvif_privacy.rights.services.replay.applying import Strangers, apply
from onvif_privacy.rights.services.requests.states import using

logger = logging.getLogger(__name__)

REASON: Final = "a backup was restored; erasures and withdrawals are done again"


def why_restored() -> str | None:
    """Return why this database must be taken for a restored one; the answer of the door `restored`. One query.

    A log that cannot be read is no reason to stop the site at once: the job that compares fails, and tells staff.
    """
    try:
        behind = log.last_number() > writing.last_known()
    except Exception:  # whatever a storage of the site raises
        logger.exception("the log of erasures cannot be compared with the database")
        return None
    return REASON if behind else None


def run(run: Run) -> int:
    """Bring database and log together; returns how many lines the database had forgotten.

    Raises LogBroken, and whatever stops an erasure; the gate stays closed then, where a backup was restored.
    """
    known = writing.newest()
    forgotten = log.last_number() - (known.number if known is not None else 0)
    if forgotten > 0 or gate.why_closed() == REASON:
        _replay(run, known)
        if run.cut:
            return forgotten
    while writing.add(run):
        writing.catch_up()
    writing.catch_up()
    return max(forgotten, 0)


def _replay(run: Run, known: LogLine | None) -> None:
    if gate.why_closed() is None:
        gate.close(REASON)
    first = known.number if known is not None else 0
    incidents.alarm("rights.restored", reference=f"after-{first}", details={"lines": log.last_number() - first})
    previous = log.read(known.words, first).mac if known is not None else ""
    strangers, counts = Strangers(), {"lines": 0, "done": 0}
    with gate.behind_it():
        for line in log.lines(after=first, previous=previous):
            if run.spent:
                return
            counts["done"] += apply(line, strangers)
            with run.step():
                _remember(line)
            counts["lines"] += 1
            run.progress(f"{line.number}")
    with transaction.atomic(using=using()):
        ledger.record("rights.replayed", payload=counts)
    if gate.why_closed() == REASON:
        gate.reopen()


def _remember(line: log.Line) -> None:
    """Know the line again, as it was written."""
    body = {name: getattr(line, name) for name in ("number", "source", "kind", "purpose", "at", "key")}
    body |= {"subjects": list(line.subjects), "marks": list(line.marks)}
    source = uuid.UUID(line.source)
    writing.known().create(number=line.number, source=source, at=line.moment, words=log.written(body, line.previous))
