"""The mail backend in front of the site's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.services.mailgate import judging


class GateBackend(BaseEmailBackend):
    """Lets declared mail through to ``ONVIF_PRIVACY_OUTREACH_TRANSPORT``; lists or refuses the rest.

    Everything else is the transport's: time-out, encryption, one line for several mails.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:  # whatever a transport takes; nothing is kept here
        if hasattr(mail, "mailers"):  # Django 6.1: without the word, the transport takes itself for made by hand
            options.setdefault("alias", None)
        object.__setattr__(self, "_transport", import_string(conf.TRANSPORT)(*arguments, **options))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__["_transport"], name)

    def __setattr__(self, name: str, value: Any) -> None:
        transport = self.__dict__.get("_transport")
        if transport is not None and hasattr(transport, name):
            setattr(transport, name, value)  # the outbox gives a line that would wait for ever a time-out
        super().__setattr__(name, value)

    def open(self) -> Any:
        """Open the transport's line."""
        return self.__dict__["_transport"].open()

    def close(self) -> Any:
        """Close it."""
        return self.__dict__["_transport"].close()

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send what somebody answers for. Raises UndeclaredMail where the gate enforces, and nothing is sent then."""
        undeclared = [one for one in email_messages if not judging.is_declared(one)]
        if undeclared:
            place = judging.call_site()
            judging.note(place)
            if conf.GATE == "enforce":
                raise judging.UndeclaredMail(f"{place} sends mail that nobody declared.")
        return int(self.__dict__["_transport"].send_messages(email_messages) or 0)
