"""One open line to the mail server, never used again after anything went wrong on it."""

from __future__ import annotations

import logging
import re
import smtplib
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

from django.core.mail import EmailMessage

from onvif_privacy.core.outbox import mailer

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 30
_ENHANCED = re.compile(rb"\s*(\d\.\d{1,3}\.\d{1,3})\b")


class MailUnreachable(Exception):
    """No line to the mail server: it is down, cannot encrypt, or does not let us in. Names a class of exception."""


class NotTaken(Exception):
    """The server did not take this letter; ``final`` if it never will. The text is a code, never an address."""

    def __init__(self, code: str, *, final: bool) -> None:
        super().__init__(code)
        self.code = code
        self.final = final


def _code(number: int, words: object) -> str:
    found = _ENHANCED.match(words if isinstance(words, bytes) else str(words).encode())
    return f"smtp {number} {found[1].decode()}" if found else f"smtp {number}"


def _judged(error: Exception) -> NotTaken:
    """Say what an error means: only an answer about this recipient or this text is final."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((number, words),) = list(error.recipients.values())[:1]
        return NotTaken(_code(number, words), final=500 <= number < 600)
    if isinstance(error, smtplib.SMTPDataError):
        return NotTaken(_code(error.smtp_code, error.smtp_error), final=500 <= error.smtp_code < 600)
    if isinstance(error, smtplib.SMTPResponseException):  # about us, or the server itself
        return NotTaken(_code(error.smtp_code, error.smtp_error), final=False)
    return NotTaken(type(error).__name__, final=False)


class Line:
    """A line for several letters, opened with the first one.

    After any error it is dropped: where encryption failed half-way, a line that is used again may speak in the clear
    (CVE-2026-7666). The site's settings say how the server is reached.
    """

    def __init__(self) -> None:
        self._backend: Any = None

    def open(self) -> None:
        """Reach the server; raises MailUnreachable, and nothing was said then."""
        if self._backend is not None:
            return
        backend = mailer.connection()
        if getattr(backend, "timeout", 0) is None:  # Django's default waits for ever
            backend.timeout = TIMEOUT_SECONDS
        try:
            backend.open()
        except Exception as error:  # whatever a backend raises, no line stands
            self._drop(backend)
            raise MailUnreachable(type(error).__name__) from None
        self._backend = backend

    def send(self, message: EmailMessage) -> None:
        """Give one letter to the server; returns after it said that it has it, else raises NotTaken."""
        if len(message.recipients()) != 1:
            raise NotTaken("recipients", final=True)
        try:
            taken = self._backend.send_messages([message])
        except Exception as error:
            self.close()
            raise _judged(error) from None  # what a server says repeats the address
        if taken != 1:
            self.close()
            raise NotTaken("not taken", final=False)

    def close(self) -> None:
        """Drop the line."""
        backend, self._backend = self._backend, None
        if backend is not None:
            self._drop(backend)

    @staticmethod
    def _drop(backend: Any) -> None:
        with suppress(Exception):  # a line that is dead already cannot be taken leave of
            backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
