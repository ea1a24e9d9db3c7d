"""The jobs of this room."""

from __future__ import annotations

from datetime import timedelta

from onvif_privacy.core import jobs
from onvif_privacy.people.conf import conf
from onvif_privacy.people.services import demographics, devices, sensitive

AT_ONCE = 500


@jobs.job("people.devices", every="1d", lease="5m")
def forget_dead_devices(run: jobs.Run) -> None:
    """Delete devices that were revoked, and those on which nobody signed in for as long as they are remembered."""
    more = devices.switched_on()
    while more and not run.spent:
        with run.step():
            more = devices.expire(AT_ONCE)


def _promised() -> timedelta:
    return timedelta(hours=conf.SENSITIVE_HOURS)


@jobs.job("people.sensitive", every="30m", lease="5m", alarm=_promised)
def end_withdrawn_values(run: jobs.Run) -> None:
    """Delete sensitive values whose consent does not stand any more, if the withdrawal itself did not."""
    more = True
    while more and not run.spent:
        with run.step():
            more = sensitive.end_withdrawn(AT_ONCE)


@jobs.job("people.release", every="1d", lease="10m")
def release_sums(run: jobs.Run) -> None:
    """Release the sums of anonymous answers of every period that has ended."""
    with run.step():
        demographics.release()
        demographics.flush_tray()
        demographics.drop_stale()
