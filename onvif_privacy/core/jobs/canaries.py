"""The job that reads the mail of canary contacts; declared where ``CANARY_MAILDIR`` says where it is."""

from __future__ import annotations

from onvif_privacy.core.canaries import watch
from onvif_privacy.core.jobs.registry import job
from onvif_privacy.core.jobs.running import Run


@job("canaries", every="5m", lease="10m", alarm="1h")
def canaries(run: Run) -> None:
    """Read the mail of canary contacts, and open an incident where a stranger wrote to one."""
    while not run.spent:
        with run.step():
            read, _opened = watch()
        if not read:
            return
