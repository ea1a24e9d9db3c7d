"""The jobs of this room."""

from __future__ import annotations

import time
from datetime import timedelta

from onvif_privacy.core import jobs, outbox
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import Letter
from onvif_privacy.people.services import ages, demographics, devices, letters, minors, sensitive

AT_ONCE = 500
SENDING_SECONDS = 40


@jobs.job("people.devices", every="1d", lease="5m")
def forget_dead_devices(run: jobs.Run) -> None:
    """Delete devices that were revoked, are of a changed password, or were not used for as long as they may be."""
    if not devices.switched_on():
        return
    after, more = None, True
    while more and not run.spent:
        with run.step():
            after = devices.revoke_dead(AT_ONCE, after=after)
            more = after is not None
    more = True
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


@jobs.job("people.letters", every="1m", lease="5m", alarm="1h")
def send_letters(run: jobs.Run) -> None:
    """Send the links that prove addresses and ask guardians."""
    with run.step():  # the lease is ours
        pass
    outbox.drain(Letter, time.monotonic() + SENDING_SECONDS, compose=letters.compose)


@jobs.job("people.minors", every="1d", lease="5m")
def ask_who_came_of_age(run: jobs.Run) -> None:
    """Ask those who are of age by now to decide for themselves."""
    more = ages.asked()
    while more and not run.spent:
        with run.step():
            more = minors.come_of_age(AT_ONCE)
