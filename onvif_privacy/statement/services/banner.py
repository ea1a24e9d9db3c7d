"""The notice on the pages: which change it announces, and whether the person who is signed in has read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import Error
from django.http import HttpRequest
from django.utils import timezone

from onvif_privacy.core.models import Subject
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import Change
from onvif_privacy.statement.services import copies, exposures, reading
from onvif_privacy.statement.services.timeline import Step, in_force

SESSION_KEY = "onvif_privacy_statement"


@dataclass(frozen=True)
class Known:
    """What a session knows of whoever is signed in: the number of the version they have read, and a reminder."""

    read: int = 0
    review: bool = False


def announced(now: datetime | None = None) -> Step | None:
    """Return the newest material version that is to come, or is in force for ``BANNER_DAYS`` at most. No query warm."""
    now = now or timezone.now()
    for step in reversed(copies.steps_of(reading.DEFAULT)):
        if step.version.change == Change.MATERIAL and (step.held or now < step.at + timedelta(days=conf.BANNER_DAYS)):
            return step
    return None


def remember(request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    """Note in the session what whoever signs in has read. Three queries; one for who never used the statement."""
    if request is None or not hasattr(request, "session"):
        return
    try:
        subject = Subject.objects.filter(user=user.pk, erased_at__isnull=True).first()
        if subject is not None:
            _keep(request, subject)
    except Error:  # nobody is kept out because of a reminder
        return


def _keep(request: HttpRequest, subject: Subject) -> None:
    step = announced()
    read = step.version.number if step and _has_read(subject, step) else 0
    known = {"read": read, "review": exposures.review_due(subject)}
    if any(known.values()):
        request.session[SESSION_KEY] = known


def _has_read(subject: Subject, step: Step) -> bool:
    texts = copies.newest_texts([step.version.pk])
    return any(exposures.read_by(subject, text.text_digest) for text in texts.values())


def known_of(request: HttpRequest) -> Known:
    """Return what the session of a signed-in person knows."""
    found = request.session.get(SESSION_KEY)
    return Known(int(found.get("read", 0)), bool(found.get("review"))) if isinstance(found, dict) else Known()


def read(request: HttpRequest, subject: Subject, step: Step, language: str) -> None:
    """Take note that whoever is signed in pressed the button for a version, and show them no more of it."""
    text = reading.pick(copies.newest_texts([step.version.pk]), step, language)
    if text is not None:
        exposures.acknowledge(subject=subject, digest=text.text_digest)
        request.session[SESSION_KEY] = {"read": step.version.number, "review": False}


def current_step() -> Step | None:
    """Return the version in force."""
    return in_force(copies.steps_of(reading.DEFAULT), timezone.now())
