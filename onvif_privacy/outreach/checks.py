"""System checks of the room: ``onvif_privacy_outreach.*``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string

from onvif_privacy.core.checks.house import base_url_is_set, needs_good_settings
from onvif_privacy.core.outbox import mailer
from onvif_privacy.outreach.conf import conf

LABEL = "onvif_privacy_outreach"
GATE = "onvif_privacy.outreach.services.GateBackend"


@register()
@needs_good_settings
def transport_is_a_backend(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: the transport behind the mail gate is no mail backend, or the gate itself."""
    name = conf.TRANSPORT
    try:
        found = import_string(name)
    except ImportError:
        found = None
    is_one = isinstance(found, type) and issubclass(found, BaseEmailBackend)
    if is_one and name != GATE and found.__name__ != "GateBackend":
        return []
    hint = 'Name the backend you had: "django.core.mail.backends.smtp.EmailBackend".'
    words = f"ONVIF_PRIVACY_OUTREACH_TRANSPORT names no mail backend that could stand behind the gate: {name}"
    return [Error(words, hint=hint, id=f"{LABEL}.E001")]


register(base_url_is_set)  # links come from there and from nowhere else


def gate_stands() -> bool:
    """Whether the site's default mailer is the gate: by its settings, whatever a test run puts in their place."""
    return mailer.backend_name() == GATE


@register(deploy=True)
@needs_good_settings
def gate_enforces(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W002: mail does not pass the gate, or the gate only observes."""
    if gate_stands() and conf.GATE == "enforce":
        return []
    where = f'EMAIL_BACKEND = "{GATE}" (in MAILERS: BACKEND)'
    hint = f"Set {where} and, once the list of undeclared mail is empty, ONVIF_PRIVACY_OUTREACH_GATE."
    return [Warning("Mail that nobody declared can leave the site.", hint=hint, id=f"{LABEL}.W002")]


@register()
@needs_good_settings
def bounces_have_a_maildir(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: the folder into which reports of bounces come is no Maildir."""
    place = conf.BOUNCES_MAILDIR
    if not place or all((Path(place) / name).is_dir() for name in ("new", "cur", "tmp")):
        return []
    words = f"ONVIF_PRIVACY_OUTREACH_BOUNCES_MAILDIR is no Maildir: {place}"
    return [Error(words, hint="It is a folder with the folders new, cur and tmp.", id=f"{LABEL}.E002")]
