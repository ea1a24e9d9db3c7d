"""Whose mail it is: a letter of a room, a service that the site declared, or nobody's, known by where it was sent."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final

from django.core.mail import EmailMessage
from django.db import DatabaseError, IntegrityError, router, transaction
from django.db.models import F
from django.utils import timezone

from onvif_privacy.outreach import models
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.doors import declared_service

logger = logging.getLogger(__name__)

OURS: Final = "onvif_privacy"
DJANGO: Final = "django"
_GATE: Final = "onvif_privacy.outreach.services.mailgate"
DEPTH: Final = 200


class UndeclaredMail(RuntimeError):
    """Mail that nobody declared. Declare its module in ``ONVIF_PRIVACY_OUTREACH_SERVICE_MAIL`` or send it in a
    `service_mail` block; news, offers and surveys are campaigns.
    """


def _modules() -> Iterator[str]:
    """Yield the modules that led here, the nearest first."""
    frame: FrameType | None = sys._getframe(1)
    for _depth in range(DEPTH):
        if frame is None:
            return
        yield str(frame.f_globals.get("__name__", ""))
        frame = frame.f_back


def _is_in(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def call_site() -> str:
    """Return the nearest module outside Django and the gate itself; of this package, where that is the nearest."""
    for module in _modules():
        if not _is_in(module, DJANGO) and not _is_in(module, _GATE):
            return module[:200]
    return "unknown"


def _service() -> bool:
    """Whether a module that the site declared led here."""
    declared = conf.SERVICE_MAIL
    return bool(declared) and any(_is_in(module, one) for module in _modules() for one in declared)


def is_declared(message: EmailMessage) -> bool:
    """Whether somebody answers for a mail: a room's outbox, this package itself, or a declaration of the site."""
    if getattr(message, "onvif_privacy_letter", "") or declared_service():
        return True
    return _is_in(call_site(), OURS) or _service()


def note(place: str) -> None:
    """Count a mail that nobody declared, in the list for staff; a list that cannot be written stops no mail."""
    rows = models.UndeclaredMail.objects.using(router.db_for_write(models.UndeclaredMail)).filter(call_site=place)
    one_more = {"number": F("number") + 1, "last_at": timezone.now()}
    try:
        with transaction.atomic(using=rows.db):
            if rows.update(**one_more):
                return
            try:
                with transaction.atomic(using=rows.db):
                    models.UndeclaredMail.objects.using(rows.db).create(call_site=place, number=1)
            except IntegrityError:  # the first came twice at once
                rows.update(**one_more)
    except DatabaseError:
        logger.exception("undeclared mail from %s could not be listed", place)
