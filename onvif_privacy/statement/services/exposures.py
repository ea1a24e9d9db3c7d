"""Who was shown which words: only acts count. Reading a page writes nothing."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from onvif_privacy.core.models import Subject
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import Exposure, Text
from onvif_privacy.statement.services import copies, reading

FIELD = "onvif_privacy_statement"
HOURS = 24  # how long a form may lie open
_signer = Signer(salt="onvif_privacy.statement.shown")


def _using() -> str:
    return router.db_for_write(Exposure)


def acknowledge(*, subject: Subject, digest: str) -> Exposure:
    """Note that somebody pressed “I have read it”; raises Text.DoesNotExist where nobody published such words."""
    return _note(subject, digest, Exposure.Kind.ACKNOWLEDGED)


def submitted(*, subject: Subject, data: Mapping[str, object]) -> Exposure | None:
    """Note that somebody sent a form with ``{% statement_shown %}``; ``data`` is what was posted.

    None, and nothing is written, where the hidden field is missing, older than a day, or not from us.
    """
    digest = shown_in(data)
    try:
        return _note(subject, digest, Exposure.Kind.SUBMITTED) if digest else None
    except Text.DoesNotExist:  # signed on another database of the same site
        return None


def _note(subject: Subject, digest: str, kind: Exposure.Kind) -> Exposure:
    """Write one act down; the first time counts."""
    if not Text.objects.using(_using()).filter(text_digest=digest).exists():
        raise Text.DoesNotExist(digest)
    same = Exposure.objects.using(_using()).filter(subject=subject, digest=digest, kind=kind)
    found = same.first()
    if found is None:
        try:
            with transaction.atomic(using=_using()):
                found = same.create(subject=subject, digest=digest, kind=kind)
        except IntegrityError:  # the button was pressed twice at once
            found = same.get()
    return found


def token(language: str) -> str:
    """Return the hidden value: digest, language and hour, signed. The same within an hour, so pages stay cacheable.

    Empty while nothing is in force.
    """
    found = reading.current(language) if copies.steps_of(reading.DEFAULT) else None
    if found is None:
        return ""
    return _signer.sign_object([found.text.text_digest, found.text.language, int(time.time() // 3600)])


def shown_in(data: Mapping[str, object]) -> str | None:
    """Return the digest of the words that a posted form named; None where it names none, or long ago."""
    value = data.get(FIELD)
    try:
        digest, _language, hour = _signer.unsign_object(value if isinstance(value, str) else "")
    except (BadSignature, ValueError):
        return None
    return digest if 0 <= time.time() // 3600 - hour <= HOURS else None


def read_by(subject: Subject, digest: str) -> bool:
    """Whether somebody said that they read these words. One query."""
    acts = Exposure.objects.using(_using()).filter(subject=subject, digest=digest, kind=Exposure.Kind.ACKNOWLEDGED)
    return acts.exists()


def review_due(subject: Subject, now: datetime | None = None) -> bool:
    """Whether somebody's last showing is a year old (REVIEW_DAYS), or one more, for ``BANNER_DAYS``. One query."""
    last = Exposure.objects.using(_using()).filter(subject=subject).order_by("-at").values_list("at", flat=True).first()
    age = (now or timezone.now()) - last if last else timedelta(0)
    year = timedelta(days=conf.REVIEW_DAYS)
    return age >= year and age % year < timedelta(days=conf.BANNER_DAYS)
