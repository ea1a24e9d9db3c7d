"""A real SMTP server on the loopback that keeps what it is sent."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from django.test import override_settings


class Server:
    """What arrived, as parsed messages with their envelopes; ``refuse`` answers 451 instead.

    ``answer_to`` decides the answer to a recipient, ``answer`` that to a text, which is kept if it begins with 250 or
    is empty: then the line is cut instead. ``heard`` is every recipient and text that came in, whatever was answered.
    """

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.encrypted: list[bool] = []
        self.heard: list[bytes] = []
        self.refuse = False
        self.answer_to: Callable[[str], str] = lambda address: "250 ok"
        self.answer: Callable[[EmailMessage], str] = lambda message: "250 kept"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Judge one recipient."""
        self.heard.append(address.encode())
        answer = self.answer_to(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Keep one message."""
        self.heard.append(envelope.content)
        if self.refuse:
            return "451 come again later"
        message = message_from_bytes(envelope.content, policy=default)
        answer = self.answer(message)
        if not answer:
            server.transport.abort()
        if answer.startswith("250") or not answer:
            self.messages.append(message)
            self.recipients += envelope.rcpt_tos
            self.encrypted.append(session.ssl is not None)
        return answer or "250 nobody hears this"


@contextmanager
def smtp_server(*, starttls: ssl.SSLContext | None = None, **settings: Any) -> Iterator[Server]:
    """Run a server and let Django's mail go to it; ``starttls`` lets it offer encryption."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    kept = Server()
    controller = Controller(kept, hostname="127.0.0.1", port=port, tls_context=starttls)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    site = {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_TIMEOUT": 10} | settings
    try:
        with override_settings(**site):
            yield kept
    finally:
        controller.stop()
