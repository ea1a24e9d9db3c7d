"""The job that notices silence, and tells staff whatever they must know."""

from __future__ import annotations

from onvif_privacy.core import incidents
from onvif_privacy.core.jobs.leases import State, overview
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run, alarmed

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


@job("alarm", every="1m", alarm="5m", first=True)
def alarm(run: Run) -> None:
    """Tell staff of jobs that fail or fell silent, and of incidents whose mail did not leave."""
    with run.step():
        for state in overview():
            _keep(state)
    incidents.mail_waiting()
