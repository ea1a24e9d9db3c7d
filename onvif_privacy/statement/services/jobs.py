"""What this room does behind the pages: letters about changes, the look a day before an effect, reminders."""

from __future__ import annotations

from onvif_privacy.core import outbox
from onvif_privacy.core.jobs import Run, job
from onvif_privacy.statement.models import NoticeLetter
from onvif_privacy.statement.services import effects, notices, reminders


@job("statement.notices", every="1m", lease="10m", alarm="1h")
def send_notices(run: Run) -> None:
    """Write and send the letters about material changes; move an effect whose notice is not complete in time."""
    waiting = list(notices.begun())
    if waiting:
        with run.step():  # before the letters: they print the day
            notices.take_note()
            effects.settle()
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
def remind(run: Run) -> None:
    """Tell staff of a version that is a year old (REVIEW_DAYS), and of words of people that end in 60, 30 or 7 days."""
    with run.step():
        reminders.of_review()
        reminders.of_words()
