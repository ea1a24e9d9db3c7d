"""What this room does behind the pages."""

from __future__ import annotations

import logging
import time

from django.utils import timezone

from onvif_privacy.core import incidents, outbox
from onvif_privacy.core.jobs import LeaseLost, Run, job
from onvif_privacy.rights.models import Kind, Letter, Request, State
from onvif_privacy.rights.services import clock, erasure, export, letters, replay, retention
from onvif_privacy.rights.services.requests import confirming
from onvif_privacy.rights.services.requests.states import NotNow, end_of_day, using

logger = logging.getLogger(__name__)

AT_ONCE = 20
SENDING_SECONDS = 40


@job("rights.exports", every="1m", lease="10m", alarm="1h")
def make_exports(run: Run) -> None:
    """Make the files people asked for, and delete those that have expired."""
    with run.step():
        export.delete_expired()
    waiting = Request.objects.using(using()).filter(kind__in=[Kind.EXPORT, Kind.ACCESS], state=State.WORKING)
    failed: list[str] = []
    for request in waiting.select_related("subject").order_by("received_at")[:AT_ONCE]:
        if run.spent:
            return
        with run.step():  # the lease is ours; the file itself is made outside of any transaction
            pass
        try:
            if not export.collect(request):
                export.build(request=request)
        except NotNow as reason:
            logger.info("export of request %s: %s", request.reference, reason)
        except Exception:
            logger.exception("the export of request %s failed", request.reference)
            failed.append(request.reference)
    if failed:
        raise RuntimeError(f"{len(failed)} exports failed")


@job("rights.clock", every="1h", lease="2m", alarm="1d")
def watch_the_clock(run: Run) -> None:
    """Tell staff of requests that have used half, four fifths or all of their time."""
    with run.step():
        now = timezone.now()
        for one in Request.objects.using(using()).running().only("reference", "received_at", "due_on", "extended_to"):
            reached = clock.stage(one.received_at, end_of_day(one.last_day), now)
            if reached:
                incidents.alarm("rights.clock", reference=f"{one.reference}-{reached}", details={"used": reached})


@job("rights.erasures", every="1m", lease="5m", alarm="1h")
def erase_people(run: Run) -> None:
    """Carry out confirmed erasures, step by step; one that fails waits for the next run and for staff."""
    rows = Request.objects.using(using()).filter(kind=Kind.ERASE, state__in=[State.COOLING, State.WORKING])
    for request in rows.select_related("subject").order_by("state_at", "pk"):
        try:
            while not run.spent:
                with run.step():  # the lease is still ours
                    pass
                if erasure.step(request=request) is None:
                    break
        except NotNow as reason:
            logger.info("erasure %s: %s", request.reference, reason)
        except LeaseLost:
            raise
        except Exception:  # whatever a storage or a trace of the site raises: the others go on
            logger.exception("erasure %s cannot go on", request.reference)
        if run.spent:
            return


@job("rights.letters", every="1m", lease="5m", alarm="1h")
def send_letters(run: Run) -> None:
    """Send letters about requests, and forget the addresses of those that have left."""
    with run.step():
        letters.forget_sent()
        confirming.expire()
    outbox.drain(Letter, time.monotonic() + SENDING_SECONDS, compose=letters.compose)
    with run.step():
        letters.forget_sent()


@job("rights.retention", every="1h", lease="10m", alarm="1d")
def end_what_is_due(run: Run) -> None:
    """End what has outlived its term, by every rule that runs."""
    retention.run(run)


@job("rights.withdrawn", every="1m", lease="10m", alarm="1d")
def end_what_was_withdrawn(run: Run) -> None:
    """End at once what people were asked for and do not agree to any more."""
    retention.withdrawn(run)


@job("rights.replay", every="1m", lease="10m", alarm="1h", first=True)
def repeat_what_was_forgotten(run: Run) -> None:
    """Compare with the log of erasures, do again what a restored database has forgotten, and write down what is new."""
    replay.run(run)
