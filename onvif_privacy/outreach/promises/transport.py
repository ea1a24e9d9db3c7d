"""Mail goes to its server encrypted, or stays on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from django.test import override_settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.outbox import mailer
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import SECURITY
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.checks import GATE

TRANSPORT = Promise("security.mail_transport", SECURITY, _("Mail goes to its server encrypted."))

declare(TRANSPORT)

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"


@check(TRANSPORT, kind=Kind.STATIC)
def mail_is_encrypted_on_its_way(look: Look) -> Iterable[Finding]:
    """Look at the mail server that is set: another machine is reached by TLS only."""
    look.seen()
    if mailer.speaks_in_the_clear():
        yield Finding("mail server", "is another machine and is spoken to in the clear")


@mail_is_encrypted_on_its_way.saboteur
@contextmanager
def mail_in_the_clear(plant: Plant) -> Iterator[str]:
    """Reach another machine without encryption."""
    there = {"host": "mail.example.org", "port": 25, "use_tls": False, "use_ssl": False}
    with mailer.instead(GATE, **there), override_settings(ONVIF_PRIVACY_OUTREACH_TRANSPORT=SMTP):
        yield "in the clear"
