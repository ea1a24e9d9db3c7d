"""System checks of the room: ``onvif_privacy_rights.*``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.storage.handler import InvalidStorageError
from django.utils.translation import gettext as _

from onvif_privacy.rights.conf import conf

STORAGES_HINT = (
    'STORAGES["{alias}"] = {{"BACKEND": "django.core.files.storage.FileSystemStorage", '
    '"OPTIONS": {{"location": "/srv/private/{alias}"}}}}'
)


def _storage(name: str) -> Storage | str:
    """Return the storage that a setting names, or the words that say why there is none."""
    try:
        return storages[getattr(conf, name)]
    except ImproperlyConfigured as error:
        return str(error)
    except (InvalidStorageError, ImportError) as error:
        return f"ONVIF_PRIVACY_RIGHTS_{name}: {error}"


def _inside(place: str, outer: str) -> bool:
    return bool(outer) and Path(place).resolve().is_relative_to(Path(outer).resolve())


def _served(storage: Storage) -> str:
    """Return the name of the setting whose folder, which web servers hand out, holds the storage; else nothing."""
    if isinstance(storage, FileSystemStorage):
        for name in ("MEDIA_ROOT", "STATIC_ROOT"):
            if _inside(str(storage.location), str(getattr(settings, name) or "")):
                return name
    return ""


@register(Tags.security)
def export_storage_is_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: exports have no storage, or one that a web server hands out."""
    found = _storage("EXPORT_STORAGE")
    hint = STORAGES_HINT.format(alias="privacy_exports")
    if isinstance(found, str):
        return [Error(found, hint=hint, id="onvif_privacy_rights.E001")]
    alias = conf.EXPORT_STORAGE
    if alias in ("default", "staticfiles") or (place := _served(found)):
        words = _("Exports of personal data would lie where web servers hand out files: %(where)s.")
        where = f'STORAGES["{alias}"]' if alias in ("default", "staticfiles") else place
        return [Error(words % {"where": where}, hint=hint, id="onvif_privacy_rights.E001")]
    return []


def _database_folders() -> Iterator[str]:
    for one in settings.DATABASES.values():
        name = str(one.get("NAME") or "")
        if one.get("ENGINE", "").endswith("sqlite3") and name and not name.startswith((":", "file:")):
            yield str(Path(name).resolve().parent)


@register(Tags.security)
def log_is_elsewhere(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E002: the log of erasures has no storage, or one beside the database, which is restored together with it."""
    found = _storage("LOG")
    hint = STORAGES_HINT.format(alias="privacy_log")
    if isinstance(found, str):
        return [Error(found, hint=hint, id="onvif_privacy_rights.E002")]
    if isinstance(found, FileSystemStorage) and str(Path(found.location).resolve()) in set(_database_folders()):
        words = _("The log of erasures lies beside the database file, so a restore would take it back, too.")
        return [Error(words, hint=hint, id="onvif_privacy_rights.E002")]
    return []


@register(Tags.models)
def cascades_are_declared(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E004: deleting a row of a declared model would delete rows of one that nobody declared."""
    from onvif_privacy.rights.services.erasure import cascades

    return [
        Error(
            f"{inner} is not declared, and its rows would be deleted with those of {outer}.",
            hint=f"Run 'manage.py privacy_declare {inner.partition('.')[0]}'. Until then no erasure is carried out.",
            id="onvif_privacy_rights.E004",
        )
        for outer, inner in cascades()
    ]
