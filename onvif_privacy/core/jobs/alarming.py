"""The job that notices silence, and tells staff whatever they must know."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import router

from onvif_privacy.core import incidents
from onvif_privacy.core.clock import later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.jobs.leases import State, overview
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run, alarmed
from onvif_privacy.core.models import Entry

SILENT = "Silent"


def _keep(state: State) -> None:
    """Keep an alarm about a job that is in trouble, once a day for as long as it lasts."""
    failure = "" if state.job is alarm else state.failure  # of this job: the mail that failed says it itself
    reason = failure or (SILENT if state.overdue else "")
    if not reason or state.now is None:
        return
    last = state.done_at.isoformat(timespec="seconds") if state.done_at else "never"
    reference = f"{state.job.name[:50]}:{state.now:%Y-%m-%d}"
    new = incidents.alarm("job.alarmed", reference=reference, details={"reason": reason, "last_done": last})
    if new and reason == SILENT:  # a failure was told when it happened
        alarmed(state.job.name, SILENT)


def oldest_unsealed() -> datetime | None:
    """Return when the oldest entry was written that should have had its seal by now. None on a site without seals."""
    if not conf.LEDGER_SEAL:
        return None
    waiting = Entry.objects.using(router.db_for_write(Entry)).filter(
        seal__isnull=True, at__lt=later(-timedelta(seconds=conf.LEDGER_ALARM_SECONDS))
    )
    return waiting.order_by("at").values_list("at", flat=True).first()


def _look_for_unsealed(now: datetime | None) -> None:
    oldest = oldest_unsealed() if now else None
    if oldest and now:
        details = {"oldest": oldest.isoformat(timespec="seconds")}
        incidents.alarm("ledger.unsealed", reference=f"{now:%Y-%m-%d}", details=details)


@job("alarm", every="1m", alarm="5m", first=True)
def alarm(run: Run) -> None:
    """Tell staff of jobs that fail or fell silent, of entries without a seal, and of mails that did not leave."""
    with run.step():
        states = overview()
        for state in states:
            _keep(state)
        _look_for_unsealed(next((state.now for state in states if state.now), None))
    incidents.mail_waiting()
