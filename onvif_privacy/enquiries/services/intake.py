"""The jobs of a site whose mail is read: what came in, and the weekly test of the address."""

from __future__ import annotations

import time

from onvif_privacy.core.jobs import Run, job
from onvif_privacy.enquiries.services import mail

READING_SECONDS = 40


@job("enquiries.intake", every="1m", lease="5m", alarm="1h")
def read_mail(run: Run) -> None:
    """Store the mail that came to the contact address."""
    with run.step():  # the lease is ours; each mail is a transaction of its own
        pass
    found = mail.box()
    if found is not None:
        mail.take_all(found, deadline=time.monotonic() + READING_SECONDS)


@job("enquiries.probe", every="7d", lease="5m", alarm="8d")
def try_the_address(run: Run) -> None:
    """Write to the contact address, so that it shows whether mail comes into the queue."""
    with run.step():
        pass
    if mail.box() is not None:
        mail.send_probe()
