"""Sending what waits: decided again under the person's lock, given to the server, marked after its last 250."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.mail import EmailMessage
from django.db import DatabaseError

from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Outgoing
from onvif_privacy.core.outbox import claiming
from onvif_privacy.core.outbox.mailing import Mailing, Written
from onvif_privacy.core.outbox.transport import Line, MailUnreachable, NotTaken

logger = logging.getLogger(__name__)

M = TypeVar("M", bound=Outgoing)
Compose = Callable[[M], EmailMessage | None]

WAVE_SECONDS = 0.25
"""What a wave may take: so much may be in hand when somebody withdraws, or the sender dies."""


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


def _composed(letter: M, mailing: Mailing[M], done: Sent) -> EmailMessage | None:
    try:
        message = mailing.compose(letter)
        if message is None:
            claiming.skip(letter, claiming.UNREACHABLE)
            done.skipped += 1
            return None
        message.extra_headers["Message-ID"] = message_id(letter)
        message.extra_headers.setdefault("Auto-Submitted", "auto-generated")  # RFC 3834: no machine answers it
        message.message()  # a header that cannot be written fails here, not half-way to the server
        message.onvif_privacy_letter = letter._meta.label  # type: ignore[attr-defined] # whose mail it is
    except Exception as error:
        logger.error("letter %s could not be written: %s", letter.pk, _place(error))
        _note(letter, NotTaken(type(error).__name__, final=False), mailing, done)
        return None
    return message


def _note(letter: M, error: NotTaken, mailing: Mailing[M], done: Sent) -> None:
    if error.final:
        claiming.refused(letter, error.code)
        mailing.refused(letter, error.code)
        done.failed += 1
        return
    claiming.missed(letter, error.code)
    done.missed += 1


def _send_wave(letters: Sequence[M], mailing: Mailing[M], line: Line, done: Sent) -> None:
    """Send letters that are decided in one transaction and marked in another."""
    line.open()  # first, so that next to no time passes between the last question and the sending
    going = claiming.may_all_leave(letters, mailing)
    done.skipped += len(letters) - len(going)
    taken: list[M] = []
    try:
        for number, letter in enumerate(going):
            try:
                line.open()  # it is dropped after any trouble
            except MailUnreachable as error:
                for rest in going[number:]:
                    _note(rest, NotTaken(str(error), final=False), mailing, done)
                raise
            message = _composed(letter, mailing, done)
            if message is None:
                continue
            try:
                line.send(message)
            except NotTaken as error:
                logger.warning("letter %s was not taken: %s", letter.pk, error.code)
                _note(letter, error, mailing, done)
            else:
                taken.append(letter)
    finally:
        claiming.sent(*taken)
        done.sent += len(taken)


def _waves(letters: Sequence[M], mailing: Mailing[M], deadline: float) -> Iterator[Sequence[M]]:
    """Yield letters in waves: never more than were sent in the last quarter of a second, so a slow server gets one."""
    size, start = mailing.wave, 0
    while start < len(letters) and (began := time.monotonic()) < deadline:
        wave = letters[start : start + size]
        yield wave
        start += len(wave)
        pace = len(wave) * WAVE_SECONDS / max(time.monotonic() - began, 0.001)
        size = max(1, min(mailing.wave, int(pace)))


def drain(
    model: type[M], deadline: float, *, compose: Compose[M] | None = None, mailing: Mailing[M] | None = None
) -> Sent:
    """Send the letters of a table that are due, until ``deadline`` (of `time.monotonic`); returns what was done.

    ``compose`` writes a letter to one recipient, reading the address through the gate; it runs outside any
    transaction. None means that the person cannot be reached. A ``mailing`` says more: see `Mailing`. Any number of
    machines may drain one table. A sender that dies repeats one wave at most (one letter, unless the mailing says
    more), with the same Message-ID. Raises MailUnreachable where no encrypted or permitted line stands, and
    DatabaseError; what was not tried is given back. Call it outside a transaction.
    """
    if mailing is None:
        if compose is None:
            raise TypeError("drain() needs compose or a mailing.")
        mailing = Written(model, compose)
    done = Sent()
    with Line() as line:
        while time.monotonic() < deadline:
            letters = claiming.claim(model, mailing.batch, which=mailing.due(), order=mailing.order)
            if not letters:
                break
            try:
                with mailing.opened(letters):
                    for wave in _waves(letters, mailing, deadline):
                        _send_wave(wave, mailing, line, done)
            finally:
                with suppress(DatabaseError):  # else their leases run out
                    claiming.give_back(letters)
    return done
