"""Checks of what leaves: mail in the clear, and the mail of canary contacts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.checks import CheckMessage, Error, Warning, register

from onvif_privacy.core.checks.house import LABEL, broken
from onvif_privacy.core.conf import conf
from onvif_privacy.core.outbox import mailer


@register()
def canaries_can_be_heard(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E014: canary contacts have a mail domain and no Maildir, a Maildir and no domain, or a folder that is none."""
    if broken("CANARY_DOMAIN") or broken("CANARY_MAILDIR"):
        return []
    domain, folder = conf.CANARY_DOMAIN, conf.CANARY_MAILDIR
    if bool(domain) != bool(folder):
        words = "Canary contacts need both a mail domain and the folder into which its mail comes."
        hint = "Set ONVIF_PRIVACY_CANARY_DOMAIN and ONVIF_PRIVACY_CANARY_MAILDIR, or neither."
    elif folder and not all((Path(folder) / name).is_dir() for name in ("new", "cur")):
        words = "ONVIF_PRIVACY_CANARY_MAILDIR is no Maildir: it has no folders new and cur."
        hint = "Let the mail server deliver the domain's mail there, for example ONVIF_PRIVACY_CANARY_MAILDIR = ..."
    else:
        return []
    return [Error(words, hint=hint, id=f"{LABEL}.E014")]


@register(deploy=True)
def mail_is_encrypted(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W009: mail would leave this machine in the clear."""
    try:
        clear = mailer.speaks_in_the_clear()
    except Exception:  # a mailer that cannot be made sends nothing in the clear
        return []
    if not clear:
        return []
    return [
        Warning(
            "Mail leaves this machine in the clear: its server is another one, and nothing asks for TLS.",
            hint="Set EMAIL_USE_TLS = True (usually port 587) or EMAIL_USE_SSL = True (465), or the same in MAILERS.",
            id=f"{LABEL}.W009",
        )
    ]
