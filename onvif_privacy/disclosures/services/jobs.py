"""What happens by its date: windows end, people are told, holds and copies end, deadlines are compared."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from onvif_privacy.core import incidents, outbox
from onvif_privacy.core.jobs import LeaseLost, Run, job
from onvif_privacy.disclosures.legal.services import blocks, deadlines, ending, holds, notices
from onvif_privacy.disclosures.models import Case, Letter, State
from onvif_privacy.disclosures.services import approvals
from onvif_privacy.disclosures.services.acting import using
from onvif_privacy.disclosures.services.errors import Refused

logger = logging.getLogger(__name__)

AT_ONCE = 200
SENDING_SECONDS = 40


def _each(run: Run, rows: Iterable[Any], act: Callable[[Any], object]) -> None:
    """Do one thing for each row, each in its own transactions; one that fails keeps none of the others."""
    failed = 0
    for row in rows:
        if run.spent:
            return
        try:
            with run.step():  # the lease is still ours
                pass
            act(row)
        except LeaseLost:
            raise
        except Refused as reason:
            logger.info("%s %s: %s", type(row).__name__, row.pk, reason)
        except Exception:
            logger.exception("%s %s could not be carried on", type(row).__name__, row.pk)
            failed += 1
    if failed:
        raise RuntimeError(f"{failed} rows could not be carried on")


@job("disclosures.holds", every="1m", lease="10m", alarm="30m")
def take_copies(run: Run) -> None:
    """Take the copies of holds that were begun, and end those whose time is over."""
    _each(run, holds.to_capture()[:AT_ONCE], holds.capture)
    _each(run, holds.over()[:AT_ONCE], holds.end)


@job("disclosures.notices", every="1m", lease="5m", alarm="1h")
def tell_people(run: Run) -> None:
    """End windows that are over, and tell everybody whose day has come."""
    _each(run, blocks.ended()[:AT_ONCE], blocks.end_by_time)
    _each(run, notices.due().select_related("case__authority")[:AT_ONCE], notices.send)
    outbox.drain(Letter, time.monotonic() + SENDING_SECONDS, compose=notices.compose)
    with run.step():
        notices.forget_sent()


@job("disclosures.ending", every="1h", lease="10m", alarm="1d")
def end_what_is_over(run: Run) -> None:
    """Destroy packages on their day, close what was handed over, take back what was approved too long ago."""
    _each(run, ending.to_purge()[:AT_ONCE], ending.purge)
    _each(run, ending.over()[:AT_ONCE], lambda case: ending.close(case=case))
    approved = Case.objects.using(using()).filter(state=State.APPROVED).select_related("scope")
    _each(run, approved[:AT_ONCE], approvals.void_if_changed)
    _each(run, ending.forgotten()[:AT_ONCE], ending.forget)


@job("disclosures.clocks", every="15m", lease="5m", alarm="1d")
def watch_the_clocks(run: Run) -> None:
    """Tell staff of answers that are due soon or late, and of what nobody has looked at again."""
    with run.step():
        for reference, used in deadlines.reached():
            incidents.alarm("disclosures.clock", reference=f"{reference}-{used}", details={"used": used})
        for one in notices.overdue_reviews()[:AT_ONCE]:
            incidents.alarm("disclosures.silence", reference=one.pk.hex)
        for hold in holds.unconfirmed()[:AT_ONCE]:
            incidents.alarm("disclosures.hold", reference=hold.pk.hex)
