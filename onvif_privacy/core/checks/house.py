"""Checks of settings, purposes and versions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from onvif_privacy.core.conf import REQUIRED, Settings, conf
from onvif_privacy.core.registry import purposes

LABEL = "onvif_privacy"
SAFE_DJANGO = {(5, 2): 19, (6, 0): 10, (6, 1): 3}


def rows() -> Iterable[tuple[type[Settings], Any]]:
    """Return every setting of every table."""
    return ((table, row) for table in Settings.tables for row in table.rows())


@register(deploy=True)
def base_url_is_https(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E005: links in mails must be https outside DEBUG."""
    if broken("BASE_URL") or not conf.BASE_URL or settings.DEBUG or urlsplit(conf.BASE_URL).scheme == "https":
        return []
    return [
        Error(
            "ONVIF_PRIVACY_BASE_URL is not https.",
            hint='Write the public address, for example ONVIF_PRIVACY_BASE_URL = "https://example.org".',
            id=f"{LABEL}.E005",
        )
    ]


def base_url_is_set(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W010: a room writes letters, and without ``ONVIF_PRIVACY_BASE_URL`` none can lead to the site.

    Registered by each room that needs it: Django keeps one function once, so it is said once.
    """
    if broken("BASE_URL") or conf.BASE_URL:
        return []
    hint = 'Write the public address, for example ONVIF_PRIVACY_BASE_URL = "https://example.org".'
    words = "ONVIF_PRIVACY_BASE_URL is not set: no mail that holds a link can be sent."
    return [Warning(words, hint=hint, id=f"{LABEL}.W010")]


Look = Callable[..., Sequence[CheckMessage]]


def broken(name: str) -> bool:
    """Whether a setting has a wrong type, which E007 says; other checks leave it alone."""
    return any(row.name == f"ONVIF_PRIVACY_{name}" and row.problem() for _table, row in rows())


def needs_good_settings(check: Look) -> Look:
    """Leave a check out where a setting it reads is missing or wrong: E006 and E007 say so already."""

    @wraps(check)
    def guarded(*args: Any, **kwargs: Any) -> Sequence[CheckMessage]:
        try:
            return check(*args, **kwargs)
        except ImproperlyConfigured:
            return []

    return guarded


@register()
def required_settings_are_set(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E006: a required setting is missing."""
    return [
        Error(f"{row.name} is not set. {row.meaning}", hint=f"Add to your settings: {row.paste}", id=f"{LABEL}.E006")
        for _table, row in rows()
        if row.default is REQUIRED and not hasattr(settings, row.name)
    ]


@register()
def settings_have_their_type(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E007: a setting is of the wrong type or out of range."""
    return [
        Error(problem, hint=str(row.meaning), id=f"{LABEL}.E007")
        for _table, row in rows()
        if (problem := row.problem())
    ]


_PREFIX = Settings.prefix


@register()
def settings_are_known(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """E008: a name that starts with ONVIF_PRIVACY_ and that no room reads is misspelt or removed."""
    known = {row.name for _table, row in rows()}
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
    if broken("STRENGTH"):
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


@register(deploy=True)
def refusals_are_loud(app_configs: Any, **kwargs: Any) -> Sequence[CheckMessage]:
    """W006: a refused value prints •••, so code that reads for no purpose goes unnoticed."""
    if broken("GATE_ON_REFUSAL") or conf.GATE_ON_REFUSAL != "mask":
        return []
    hint = "Remove ONVIF_PRIVACY_GATE_ON_REFUSAL once the pages that print ••• read inside a gate.scope()."
    return [Warning("Refused values are masked instead of refused.", hint=hint, id=f"{LABEL}.W006")]
