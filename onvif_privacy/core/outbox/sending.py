"""Sending what waits: decided again under the person's lock, given to the server, marked after its last 250."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.db import DatabaseError

from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Outgoing
from onvif_privacy.core.outbox import claiming
from onvif_privacy.core.outbox.transport import Line, NotTaken

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Outgoing)
Compose = Callable[[M], EmailMessage | None]

BATCH = 20


@dataclass
class Sent:
    """What one drain did; ``missed`` are tried again later, ``failed`` are not."""

    sent: int = 0
    skipped: int = 0
    missed: int = 0
    failed: int = 0


def message_id(letter: Outgoing) -> str:
    """Return the Message-ID of a letter, the same on every try and every machine."""
    host = urlsplit(conf.BASE_URL).hostname or next(iter(conf.SITES), "localhost")
    return f"<{letter.pk}@{host}>"


def _place(error: Exception) -> str:
    """Return class and line of an error without its words, which may repeat an address."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename}:{last.lineno}"


def _composed(letter: M, compose: Compose[M], done: Sent) -> EmailMessage | None:
    try:
        message = compose(letter)
        if message is None:
            claiming.skip(letter, claiming.UNREACHABLE)
            done.skipped += 1
            return None
        message.extra_headers["Message-ID"] = message_id(letter)
        message.extra_headers.setdefault("Auto-Submitted", "auto-generated")  # RFC 3834: no machine answers it
        message.message()  # a header that cannot be written fails here, not half-way to the server
    except Exception as error:
        logger.error("letter %s could not be written: %s", letter.pk, _place(error))
        _note(letter, NotTaken(type(error).__name__, final=False), done)
        return None
    return message


def _note(letter: Outgoing, error: NotTaken, done: Sent) -> None:
    if error.final:
        claiming.refused(letter, error.code)
        done.failed += 1
        return
    claiming.missed(letter, error.code)
    done.missed += 1


def _send_one(letter: M, compose: Compose[M], line: Line, done: Sent) -> None:
    line.open()  # first, so that next to no time passes between the last question and the sending
    if not claiming.may_leave(letter):
        done.skipped += 1
        return
    message = _composed(letter, compose, done)
    if message is None:
        return
    try:
        line.send(message)
    except NotTaken as error:
        logger.warning("letter %s was not taken: %s", letter.pk, error.code)
        _note(letter, error, done)
    else:
        claiming.sent(letter)
        done.sent += 1


def drain(model: type[M], deadline: float, *, compose: Compose[M]) -> Sent:
    """Send the letters of a table that are due, until ``deadline`` (of `time.monotonic`); returns what was done.

    ``compose`` writes a letter to one recipient, reading the address through the gate; it runs outside any
    transaction. None means that the person cannot be reached. Any number of machines may drain one table. A sender
    that dies repeats one letter at most, with the same Message-ID. Raises MailUnreachable where no encrypted or
    permitted line stands, and DatabaseError; what was not tried is given back. Call it outside a transaction.
    """
    done = Sent()
    with Line() as line:
        while time.monotonic() < deadline:
            letters = claiming.claim(model, BATCH)
            if not letters:
                break
            try:
                for letter in letters:
                    if time.monotonic() < deadline:
                        _send_one(letter, compose, line, done)
            finally:
                with suppress(DatabaseError):  # else their leases run out
                    claiming.give_back(letters)
    return done
