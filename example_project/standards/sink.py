"""Where mails of the demonstration go: each becomes a file, and one to the site itself lies in its mailbox as well."""

from __future__ import annotations

from collections.abc import Sequence
from mailbox import Maildir
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends import filebased


def make_mailbox() -> Maildir:
    """Return the mailbox of the contact address; makes it where it is not there yet."""
    Path(settings.ONVIF_PRIVACY_ENQUIRIES_MAILDIR).parent.mkdir(parents=True, exist_ok=True)
    return Maildir(settings.ONVIF_PRIVACY_ENQUIRIES_MAILDIR, create=True)


class EmailBackend(filebased.EmailBackend):
    """Nothing leaves this machine; what is written to the contact address arrives, as with a mail server."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Put away every message."""
        for message in email_messages:
            if settings.ONVIF_PRIVACY_CONTACT in message.recipients():
                make_mailbox().add(message.message().as_bytes())
        return super().send_messages(email_messages)
