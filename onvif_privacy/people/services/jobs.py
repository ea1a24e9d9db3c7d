"""The jobs of this room."""

from __future__ import annotations

from onvif_privacy.core import jobs
from onvif_privacy.people.services import devices

AT_ONCE = 500


@jobs.job("people.devices", every="1d", lease="5m")
def forget_dead_devices(run: jobs.Run) -> None:
    """Delete devices that were revoked, and those on which nobody signed in for as long as they are remembered."""
    more = devices.switched_on()
    while more and not run.spent:
        with run.step():
            more = devices.expire(AT_ONCE)
