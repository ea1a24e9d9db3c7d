"""System checks of the room: ``onvif_privacy_enquiries.*``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage.handler import InvalidStorageError
from django.utils.module_loading import import_string

from onvif_privacy.core.checks.house import base_url_is_set, needs_good_settings
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.files import handed_out_by
from onvif_privacy.enquiries.conf import conf

LABEL = "onvif_privacy_enquiries"
STORAGE_HINT = (
    'Add to STORAGES: "privacy_enquiries": {"BACKEND": "django.core.files.storage.FileSystemStorage", '
    '"OPTIONS": {"location": "/srv/private/privacy_enquiries"}}, and '
    'ONVIF_PRIVACY_ENQUIRIES_STORAGE = "privacy_enquiries".'
)


def _storage_problem() -> str:
    """Say what is wrong with where attachments lie; empty where nothing is."""
    try:
        where = handed_out_by(conf.STORAGE)
    except ImproperlyConfigured as error:
        return str(error)
    except (InvalidStorageError, ImportError) as error:
        return f"ONVIF_PRIVACY_ENQUIRIES_STORAGE: {error}"
    return f"Attachments would lie where web servers hand out files: {where}." if where else ""


@register(Tags.files)
def attachments_are_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: attachments have no storage, or one that a web server hands out."""
    problem = _storage_problem()
    return [Error(problem, hint=STORAGE_HINT, id=f"{LABEL}.E001")] if problem else []


@register()
def scanner_is_there(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: the function that scans attachments cannot be imported."""
    try:
        if conf.SCANNER:
            import_string(conf.SCANNER)
    except (ImportError, ImproperlyConfigured) as error:
        hint = "Name a function that takes the bytes of a file and returns True where they are clean."
        return [Error(f"ONVIF_PRIVACY_ENQUIRIES_SCANNER: {error}", hint=hint, id=f"{LABEL}.E002")]
    return []


@register()
@needs_good_settings
def mailbox_is_whole(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: the mailbox lacks its host, user or password, or two are named."""
    hint = 'Write {"host": "imap.example.org", "user": "privacy", "password": "…"} or name a Maildir, not both.'
    box, folder = conf.IMAP, conf.MAILDIR
    missing = [one for one in ("host", "user", "password") if box and not box.get(one)]
    if missing or (box and folder):
        words = f"ONVIF_PRIVACY_ENQUIRIES_IMAP lacks {', '.join(missing)}." if missing else "Two mailboxes are named."
        return [Error(words, hint=hint, id=f"{LABEL}.E003")]
    return []


@register(deploy=True)
@needs_good_settings
def mail_is_read(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: nobody reads the mail to the address that the statement prints."""
    if conf.MAILDIR or conf.IMAP:
        return []
    hint = "Set ONVIF_PRIVACY_ENQUIRIES_MAILDIR or ONVIF_PRIVACY_ENQUIRIES_IMAP."
    return [Warning(f"Mail to {house.CONTACT} does not come into the queue.", hint=hint, id=f"{LABEL}.W001")]


register(base_url_is_set)  # a letter holds a link, or is not written
