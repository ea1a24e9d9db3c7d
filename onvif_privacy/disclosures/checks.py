"""System checks of the room: ``onvif_privacy_disclosures.*``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, storages
from django.core.files.storage.handler import InvalidStorageError
from django.utils.translation import gettext as _

from onvif_privacy.disclosures.conf import conf

HINT = (
    'Add to STORAGES: "privacy_disclosures": {"BACKEND": "django.core.files.storage.FileSystemStorage", '
    '"OPTIONS": {"location": "/srv/private/privacy_disclosures"}}'
)


def _served(place: str) -> str:
    """Return the name of the setting whose folder, which web servers hand out, holds a place; else nothing."""
    for name in ("MEDIA_ROOT", "STATIC_ROOT"):
        outer = str(getattr(settings, name) or "")
        if outer and Path(place).resolve().is_relative_to(Path(outer).resolve()):
            return name
    return ""


@register(Tags.security)
def storage_is_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: documents and packages have no storage, or one whose files have public addresses."""
    try:
        storage = storages[conf.STORAGE]
    except (ImproperlyConfigured, InvalidStorageError, ImportError) as error:
        return [Error(str(error), hint=HINT, id="onvif_privacy_disclosures.E001")]
    where = ""
    if conf.STORAGE in ("default", "staticfiles"):
        where = f'STORAGES["{conf.STORAGE}"]'
    elif isinstance(storage, FileSystemStorage):
        where = _served(str(storage.location))
    if not where:
        return []
    words = _("Documents of cases would lie where web servers hand out files: %(where)s.") % {"where": where}
    return [Error(words, hint=HINT, id="onvif_privacy_disclosures.E001")]
