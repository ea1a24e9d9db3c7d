"""What staff are reminded of in time: a statement that nobody looked at for a year, and words that are about to end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone

from onvif_privacy.core import incidents
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.services import board, reading

BEFORE = (7, 30, 60)  # days before the end of a word, the nearest first


def years_old(now: datetime | None = None) -> int:
    """Return how many times ``REVIEW_DAYS`` the version in force is old; 0 where there is none. No query when warm."""
    found = reading.current("en")
    age = (now or timezone.now()) - found.version.published_at if found else timedelta(0)
    return age // timedelta(days=conf.REVIEW_DAYS)


def of_review(now: datetime | None = None) -> None:
    """Alarm staff once for each such time."""
    found, age = reading.current("en"), years_old(now)
    if found and age:
        reference = f"{found.version.document.slug}-{found.version.number}:{age}"
        incidents.alarm("statement.review", reference=reference, details={"days": age * conf.REVIEW_DAYS})


def of_words(now: datetime | None = None) -> None:
    """Alarm staff 60, 30 and 7 days before the word of a person ends, where no later one follows."""
    now = now or timezone.now()
    for word in board.lapsing(now, timedelta(days=max(BEFORE))):
        days = next(one for one in BEFORE if word.until <= now + timedelta(days=one))
        details = {"promise": word.promise, "days": days}
        incidents.alarm("attestation.ends", reference=f"{word.pk}:{days}", details=details)
