"""What this room does behind the pages: letters about changes, the look a day before an effect, reminders."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from onvif_privacy.core import incidents, outbox
from onvif_privacy.core.jobs import Run, job
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import NoticeLetter
from onvif_privacy.statement.services import effects, notices, reading


@job("statement.notices", every="1m", lease="10m", alarm="1h")
def send_notices(run: Run) -> None:
    """Write and send the letters about material changes; move an effect whose notice is not complete in time."""
    waiting = list(notices.begun())
    try:
        for notice in waiting:
            while notice.queued_at is None and not run.spent:
                with run.step():
                    run.cursor["after"] = notices.notify(notice.version, after=run.cursor.get("after", ""))
                if not run.cursor["after"]:
                    break
        if waiting:
            outbox.drain(NoticeLetter, run.deadline, compose=notices.compose)
    finally:  # a mail server that is away is no reason to let an effect come
        with run.step():
            notices.take_note()
            effects.settle()


@job("statement.review", every="1d")
def remind_of_review(run: Run) -> None:
    """Tell staff when the version in force is a year old (REVIEW_DAYS), once for each such year."""
    with run.step():
        found = reading.current("en")
        age = (timezone.now() - found.version.published_at) // timedelta(days=conf.REVIEW_DAYS) if found else 0
        if found and age:
            reference = f"{found.version.document.slug}-{found.version.number}:{age}"
            incidents.alarm("statement.review", reference=reference, details={"days": age * conf.REVIEW_DAYS})
