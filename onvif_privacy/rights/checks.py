"""System checks of the room: ``onvif_privacy_rights.*``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.core.files.storage.handler import InvalidStorageError
from django.db import connections, router
from django.db.models import FileField, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core.files import handed_out_by
from onvif_privacy.rights.conf import conf

ERASED = '"init_command": "PRAGMA secure_delete=ON;"'  # else what is erased lies in free pages of the file
STORAGES_HINT = (
    'Add to STORAGES: "{alias}": {{"BACKEND": "django.core.files.storage.FileSystemStorage", '
    '"OPTIONS": {{"location": "/srv/private/{alias}"}}}}'
)


def _storage(name: str) -> Storage | str | None:
    """Return the storage that a setting names, or the words that say why there is none.

    None where the setting itself is missing or of the wrong type, which E006 and E007 of the house say.
    """
    try:
        return storages[getattr(conf, name)]
    except (InvalidStorageError, ImportError) as error:
        return f"ONVIF_PRIVACY_RIGHTS_{name}: {error}"
    except ImproperlyConfigured:
        return None


@register(Tags.security)
def export_storage_is_private(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E001: exports have no storage, or one that a web server hands out."""
    found = _storage("EXPORT_STORAGE")
    if found is None:
        return []
    hint = STORAGES_HINT.format(alias="privacy_exports")
    if isinstance(found, str):
        return [Error(found, hint=hint, id="onvif_privacy_rights.E001")]
    if where := handed_out_by(conf.EXPORT_STORAGE):
        words = _("Exports of personal data would lie where web servers hand out files: %(where)s.")
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


@register(Tags.models)
def rows_can_be_found(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E003: a declared model whose rows nobody can see or end: no path to a person, no claim, no term."""
    from onvif_privacy.core.registry import personal_data
    from onvif_privacy.rights.services import retention

    now = timezone.now()
    return [
        Error(
            f"{one.model} is declared as personal data, but its rows lead to nobody and never end.",
            hint="Give its declaration subjects={...}, claims={...} or terms={...}, or exempt(...) it with a reason.",
            id="onvif_privacy_rights.E003",
        )
        for one in personal_data.all()
        if one.fields and not one.subjects and not one.claims and not retention.ends_by_itself(one, at=now)
    ]


@register(Tags.files)
def files_go_with_their_row(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """E005: rows of a declared model are deleted, and a file of theirs that is not declared would stay on disk."""
    from onvif_privacy.rights.services import holdings

    return [
        Error(
            f"{one.model}.{column.name} is a file that would stay in its storage when the row is deleted.",
            hint=f'Declare it: fields={{"{column.name}": File(…, erase=delete())}}.',
            id="onvif_privacy_rights.E005",
        )
        for one in holdings.declared()
        if one.row is not None
        for column in holdings.model_of(one)._meta.concrete_fields
        if isinstance(column, FileField) and column.name not in one.fields
    ]


@register(Tags.security)
def sessions_can_be_searched(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W001: sessions lie where nobody can look for a person's; they end with the account and fade by age."""
    if settings.SESSION_ENGINE.endswith((".db", ".cached_db")):
        return []
    return [
        Warning(
            "Sessions cannot be searched for a person: what is stored of them fades only by SESSION_COOKIE_AGE.",
            hint='Set SESSION_ENGINE = "django.contrib.sessions.backends.db" or "…cached_db", or keep the age short.',
            id="onvif_privacy_rights.W001",
        )
    ]


@register(Tags.compatibility)
def writers_wait(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """W004: on SQLite a request fails ("database is locked") while a job or a visit is being stored."""
    found: list[CheckMessage] = []
    for alias, one in settings.DATABASES.items():
        mode = str(one.get("OPTIONS", {}).get("transaction_mode", "")).upper()
        if one.get("ENGINE", "").endswith("sqlite3") and mode not in ("IMMEDIATE", "EXCLUSIVE"):
            text = f'Two who write to the database "{alias}" at once fail instead of waiting for each other.'
            hint = f'DATABASES["{alias}"]["OPTIONS"] = {{"transaction_mode": "IMMEDIATE", "timeout": 20, {ERASED}}}'
            found.append(Warning(text, hint=hint, id="onvif_privacy_rights.W004"))
    return found


@register(Tags.database)
def the_log_is_compared(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W002: the job that would notice a restored backup has never run."""
    from onvif_privacy.core.models import Lease

    using = router.db_for_write(Lease)
    rows = Lease.objects.using(using).filter(job="rights.replay", done_at__isnull=False)
    if using not in (databases or ()) or not _has_table(Lease, using) or rows.exists():
        return []
    return [
        Warning(
            "The database was never compared with the log of erasures: a restored backup would go unnoticed.",
            hint="Let cron run 'manage.py privacy_run' each minute, or run 'manage.py privacy_rights replay' once.",
            id="onvif_privacy_rights.W002",
        )
    ]


@register(Tags.database)
def rules_run(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """W003: a rule of retention waits for a yes; until then what it would end stays."""
    from onvif_privacy.rights.models import RetentionRule

    using = router.db_for_write(RetentionRule)
    if using not in (databases or ()) or not _has_table(RetentionRule, using):
        return []
    return [
        Warning(
            f"The rule for {one.model} would end {one.due} of {one.total} rows and waits for a yes.",
            hint="Look at the examples under “What ends when” in the admin, then say yes or change the declaration.",
            id="onvif_privacy_rights.W003",
        )
        for one in RetentionRule.objects.using(using).filter(approved_at=None).order_by("model")
    ]


def _has_table(model: type[Model], using: str) -> bool:
    return model._meta.db_table in connections[using].introspection.table_names()
