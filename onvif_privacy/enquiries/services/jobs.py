"""What this room does behind the pages."""

from __future__ import annotations

import time

from django.utils import timezone

from onvif_privacy.core import incidents, outbox
from onvif_privacy.core.jobs import Run, job
from onvif_privacy.enquiries.models import Enquiry, Letter
from onvif_privacy.enquiries.services import deadlines, ending, letters
from onvif_privacy.enquiries.services.states import using

SENDING_SECONDS = 40


@job("enquiries.letters", every="1m", lease="5m", alarm="1h")
def send_letters(run: Run) -> None:
    """Send acknowledgements and answers, and take note of those that have left."""
    with run.step():
        letters.after_sending()
    outbox.drain(Letter, time.monotonic() + SENDING_SECONDS, compose=letters.compose)
    with run.step():
        letters.after_sending()


@job("enquiries.clocks", every="15m", lease="5m", alarm="1d")
def watch_the_clocks(run: Run) -> None:
    """Work out when each open enquiry is due; tell staff when 50, 75, 90 and 100 % of its time are used."""
    with run.step():
        deadlines.refresh()
    now, calendar = timezone.now(), deadlines.Calendar.present()
    rows = list(Enquiry.objects.using(using()).open().filter(due_at__isnull=False).order_by("due_at")[:2000])
    pauses = deadlines.paused_of(rows)
    with run.step():
        for one in rows:
            for clock in deadlines.clocks_of(one, calendar=calendar, pauses=pauses[one.pk]):
                if stage := clock.used(now):
                    reference = f"{one.ref}-{one.turn}-{clock.rule.slug[:24]}-{stage}"
                    incidents.alarm("enquiries.clock", reference=reference, details={"used": stage})


@job("enquiries.ending", every="1m", lease="10m", alarm="1d")
def end_what_is_due(run: Run) -> None:
    """End text, files and addresses of enquiries whose time is over or whose person was erased."""
    with run.step():  # the lease is ours; files are deleted outside of any transaction
        pass
    ending.end_due()
