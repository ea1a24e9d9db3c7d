"""Checks of settings, keys, guards, purposes and versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections, router
from django.utils.module_loading import import_string

from onvif_privacy.core.conf import REQUIRED, Settings, conf
from onvif_privacy.core.keys.ring import KeyRingError, ring
from onvif_privacy.core.ledger import anchors
from onvif_privacy.core.models import Decision, Lease
from onvif_privacy.core.registry import purposes

LABEL = "onvif_privacy"
SAFE_DJANGO = {(5, 2): 19, (6, 0): 10, (6, 1): 3}


def _rows() -> Iterable[tuple[type[Settings], Any]]:
    return ((table, row) for table in Settings.tables for row in table.rows())


@register()
def ring_is_usable(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E001: the key ring is missing, short, repeated, lacks a signing key, or its provider cannot be imported."""
    if conf.KEYS_PROVIDER == "onvif_privacy.core.keys.SettingsProvider" and not hasattr(settings, "ONVIF_PRIVACY_KEYS"):
        return []  # E006 says so already
    try:
        ring()
    except KeyRingError as error:
        hint = "Run 'manage.py privacy_keys init' and paste what it prints into your settings."
        return [Error(str(error), hint=hint, id=f"{LABEL}.E001")]
    return []


@register(deploy=True)
def base_url_is_https(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E005: links in mails must be https outside DEBUG."""
    if _broken("BASE_URL") or not conf.BASE_URL or settings.DEBUG or urlsplit(conf.BASE_URL).scheme == "https":
        return []
    return [
        Error(
            "ONVIF_PRIVACY_BASE_URL is not https.",
            hint='Write the public address, for example ONVIF_PRIVACY_BASE_URL = "https://example.org".',
            id=f"{LABEL}.E005",
        )
    ]


def _broken(name: str) -> bool:
    return any(row.name == f"ONVIF_PRIVACY_{name}" and row.problem() for _table, row in _rows())


@register()
def required_settings_are_set(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E006: a required setting is missing."""
    return [
        Error(f"{row.name} is not set. {row.meaning}", hint=f"Add to your settings: {row.paste}", id=f"{LABEL}.E006")
        for _table, row in _rows()
        if row.default is REQUIRED and not hasattr(settings, row.name)
    ]


@register()
def settings_have_their_type(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E007: a setting is of the wrong type or out of range."""
    return [
        Error(problem, hint=str(row.meaning), id=f"{LABEL}.E007")
        for _table, row in _rows()
        if (problem := row.problem())
    ]


_PREFIX = Settings.prefix


@register()
def settings_are_known(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E008: a name that starts with ONVIF_PRIVACY_ and that no room reads is misspelt or removed."""
    known = {row.name for _table, row in _rows()}
    found = []
    for name in dir(settings):
        if name.startswith(_PREFIX) and name not in known and not _room_absent(name):
            # Without what all names share, or every short name would be close.
            close = get_close_matches(name.removeprefix(_PREFIX), [one.removeprefix(_PREFIX) for one in known], n=1)
            hint = f"Did you mean {_PREFIX}{close[0]}?" if close else "Remove it, or install the room it belongs to."
            found.append(Error(f"{name} is not a setting of onvif_privacy.", hint=hint, id=f"{LABEL}.E008"))
    return found


ROOMS = ("STATEMENT", "COOKIES", "VISITS", "PEOPLE", "RIGHTS", "OUTREACH", "DISCLOSURES", "ENQUIRIES", "COMMUNITY")


def _room_absent(name: str) -> bool:
    """Settings of a room that is not installed are left alone: one settings file may serve several sites."""
    prefixes = {table.prefix for table in Settings.tables}
    return any(name.startswith(f"ONVIF_PRIVACY_{room}_") and f"ONVIF_PRIVACY_{room}_" not in prefixes for room in ROOMS)


@register()
def strength_is_judged(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E009: the function that judges how surely somebody signed in cannot be imported."""
    if _broken("STRENGTH"):
        return []
    try:
        judge = import_string(conf.STRENGTH)
    except ImportError as error:
        words = str(error)
    else:
        words = "" if callable(judge) else "It is no function."
    if not words:
        return []
    hint = 'Write the dotted path of a function, for example "mysite.strength.by_second_factor", or remove the setting.'
    return [Error(f"ONVIF_PRIVACY_STRENGTH cannot be used: {words}", hint=hint, id=f"{LABEL}.E009")]


@register()
def anchors_are_usable(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E013: an anchor of the ledger leads nowhere: no such storage or function, or its extra is not installed."""
    found: list[CheckMessage] = []
    for target in () if _broken("LEDGER_ANCHORS") else conf.LEDGER_ANCHORS:
        try:
            anchors.anchor(target)
        except anchors.AnchorUnusable as error:
            hint = 'Correct it in ONVIF_PRIVACY_LEDGER_ANCHORS, for example "mailto:archive@example.org".'
            words = f"The anchor {anchors.label(target)} cannot be used: {error}"
            found.append(Error(words, hint=hint, id=f"{LABEL}.E013"))
    return found


@register(deploy=True)
def seals_are_anchored(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W002: the ledger is sealed and anchored nowhere, so whoever holds keys and database can write it anew."""
    if any(_broken(name) for name in ("LEDGER_SEAL", "LEDGER_ANCHORS")) or not conf.LEDGER_SEAL or conf.LEDGER_ANCHORS:
        return []
    return [
        Warning(
            "The ledger is sealed, and no checkpoint of it is kept elsewhere.",
            hint='Name a place, for example ONVIF_PRIVACY_LEDGER_ANCHORS = ["mailto:archive@example.org"].',
            id=f"{LABEL}.W002",
        )
    ]


@register(deploy=True)
def guards_are_on(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E010: append-only tables are not held by the database."""
    if _broken("DATABASE_GUARDS") or conf.DATABASE_GUARDS:
        return []
    return [
        Error(
            "ONVIF_PRIVACY_DATABASE_GUARDS is False: evidence can be changed by SQL.",
            hint="Remove the setting and run 'manage.py migrate'.",
            id=f"{LABEL}.E010",
        )
    ]


@register(Tags.database)
def guards_stand(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """E011: a guard is missing in a database, or has another text than declared."""
    from onvif_privacy.core.guards.install import problems, wanted

    if not wanted():
        return []
    return [
        Error(
            f"The table {table} in database {alias!r} has lost its append-only guard.",
            hint="Run 'manage.py migrate': it puts guards back. Then find out who dropped it.",
            id=f"{LABEL}.E011",
        )
        for alias in databases or []
        for table in problems(connections[alias])
    ]


@register()
def consent_is_not_presumed(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E030: a purpose that rests on consent is on by default (GDPR Art. 4(11), recital 32)."""
    return [
        Error(
            f"Purpose {purpose.slug!r} rests on consent and is on by default ({purposes.where(purpose.slug)}).",
            hint="Remove default=True, or name the basis it really rests on.",
            id=f"{LABEL}.E030",
        )
        for purpose in purposes.all()
        if purpose.default and purpose.basis.asks
    ]


@register()
def purposes_name_their_clause(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E032: a purpose names no clause of the statement."""
    return [
        Error(
            f"Purpose {purpose.slug!r} names no clause of the statement ({purposes.where(purpose.slug)}).",
            hint='Add clause="…", for example clause="cookies_choice".',
            id=f"{LABEL}.E032",
        )
        for purpose in purposes.all()
        if not purpose.clause
    ]


@register(Tags.database)
def decided_purposes_are_declared(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> Sequence[CheckMessage]:
    """E033: the database holds decisions for a purpose that nobody declares any more."""
    using = router.db_for_read(Decision)
    if using not in (databases or []) or Decision._meta.db_table not in connections[using].introspection.table_names():
        return []
    decided = Decision.objects.using(using).order_by().values_list("purpose", flat=True).distinct()
    return [
        Error(
            f"Decisions exist for the purpose {slug!r}, which is not declared.",
            hint="Declare it again with retired=True until its decisions have ended.",
            id=f"{LABEL}.E033",
        )
        for slug in decided
        if slug not in purposes
    ]


@register(Tags.database)
def jobs_run(app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """W003: a job that once ran has been silent for too long."""
    from onvif_privacy.core.jobs import overdue

    using = router.db_for_write(Lease)
    if using not in (databases or []) or Lease._meta.db_table not in connections[using].introspection.table_names():
        return []
    late = ", ".join(job.name for job in overdue())
    hint = "Run 'manage.py privacy_run' from cron each minute, and look for failures with 'privacy_run --list --json'."
    return [Warning(f"Jobs are overdue: {late}.", hint=hint, id=f"{LABEL}.W003")] if late else []


@register(deploy=True)
def django_is_safe(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W007: this Django has known holes that our tests cover only from later versions on."""
    series, patch = django.VERSION[:2], django.VERSION[2]
    if patch >= SAFE_DJANGO.get(series, 0):
        return []
    hint = f"Install Django {series[0]}.{series[1]}.{SAFE_DJANGO[series]} or later."
    return [Warning(f"Django {django.get_version()} has known security holes.", hint=hint, id=f"{LABEL}.W007")]


@register()
def sqlite_writers_lock_first(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W008: with ATOMIC_REQUESTS on SQLite a reader that turns writer is refused at once instead of waiting."""
    return [
        Warning(
            f"Database {alias!r} is SQLite with ATOMIC_REQUESTS but without transaction_mode IMMEDIATE.",
            hint='Add "OPTIONS": {"transaction_mode": "IMMEDIATE"} to it in DATABASES.',
            id=f"{LABEL}.W008",
        )
        for alias, config in settings.DATABASES.items()
        if config.get("ENGINE", "").endswith("sqlite3")
        and config.get("ATOMIC_REQUESTS")
        and config.get("OPTIONS", {}).get("transaction_mode") != "IMMEDIATE"
    ]
