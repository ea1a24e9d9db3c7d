"""Mail goes to its server encrypted, or stays on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from django.core.mail.backends.smtp import EmailBackend
from django.test import override_settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.here import is_here
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import SECURITY
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.conf import conf

TRANSPORT = Promise("security.mail_transport", SECURITY, _("Mail goes to its server encrypted."))

declare(TRANSPORT)

SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"


@check(TRANSPORT, kind=Kind.STATIC)
def mail_is_encrypted_on_its_way(look: Look) -> Iterable[Finding]:
    """Look at the mail server that is set: another machine is reached by TLS only."""
    look.seen()
    backend = import_string(conf.TRANSPORT)()
    if not isinstance(backend, EmailBackend):
        return  # a file, the console, or a provider's interface over https
    if not is_here(str(backend.host)) and not (backend.use_tls or backend.use_ssl):
        yield Finding("mail server", "is another machine and is spoken to in the clear")


@mail_is_encrypted_on_its_way.saboteur
@contextmanager
def mail_in_the_clear(plant: Plant) -> Iterator[str]:
    """Reach another machine without encryption."""
    there = {"EMAIL_HOST": "mail.example.org", "EMAIL_USE_TLS": False, "EMAIL_USE_SSL": False}
    with override_settings(ONVIF_PRIVACY_OUTREACH_TRANSPORT=SMTP, **there):
        yield "in the clear"
