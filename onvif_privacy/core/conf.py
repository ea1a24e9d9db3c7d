"""Settings of the house: one table, read at use, never cached and never written to the host's settings.

Each room subclasses `Settings` in its own ``conf.py``. The names, defaults and meanings below are what the
reference in the documentation prints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Generic, TypeVar, overload
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.parsers import (
    Parser,
    anchors,
    boolean,
    choice,
    email,
    emails,
    filled,
    integer,
    key_entries,
    mapping,
    optional,
    strings,
    text,
)

__all__ = [
    "REQUIRED",
    "CoreSettings",
    "Setting",
    "Settings",
    "boolean",
    "choice",
    "conf",
    "email",
    "emails",
    "filled",
    "installed",
    "integer",
    "key_entries",
    "mapping",
    "optional",
    "strings",
    "text",
]

T = TypeVar("T")


class _Required:
    """Marks a setting that has no default."""

    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


class Setting(Generic[T]):
    """One row of a settings table: its default, its type and one line of meaning.

    Reading it gives the parsed value. A value of the wrong type raises ImproperlyConfigured at use and is found
    earlier by the system check ``onvif_privacy.E007``.
    """

    name: str

    def __init__(
        self, default: T | Callable[[], T] | _Required, parse: Parser[T], meaning: str | LazyText, *, paste: str = ""
    ) -> None:
        self.default = default
        self.parse = parse
        self.meaning = meaning
        self.paste = paste

    def __set_name__(self, owner: type[Settings], name: str) -> None:
        self.name = owner.prefix + name

    @overload
    def __get__(self, instance: None, owner: type[Settings]) -> Setting[T]: ...

    @overload
    def __get__(self, instance: Settings, owner: type[Settings]) -> T: ...

    def __get__(self, instance: Settings | None, owner: type[Settings]) -> Setting[T] | T:
        if instance is None:
            return self
        try:
            value = getattr(django_settings, self.name)
        except AttributeError:
            return self.fallback()
        try:
            return self.parse(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{self.name} {error}.") from None

    def fallback(self) -> T:
        """Return the default; raises ImproperlyConfigured with the line to paste where there is none."""
        if isinstance(self.default, _Required):
            raise ImproperlyConfigured(f"{self.name} is not set. Add to your settings: {self.paste}")
        if callable(self.default):
            return self.default()
        return self.default

    def problem(self) -> str | None:
        """Say in one sentence what is wrong with the present value; None when it is good or absent."""
        if not hasattr(django_settings, self.name):
            return None
        try:
            self.parse(getattr(django_settings, self.name))
        except ValueError as error:
            return f"{self.name} {error}."
        return None


class Settings:
    """A table of settings with a common prefix. Subclass once for each room and instantiate as ``conf``."""

    prefix: ClassVar[str] = "ONVIF_PRIVACY_"
    tables: ClassVar[list[type[Settings]]] = []

    def __init_subclass__(cls) -> None:
        Settings.tables.append(cls)

    @classmethod
    def rows(cls) -> Iterator[Setting[Any]]:
        """Yield the settings of this table in the order they are written."""
        return (row for row in vars(cls).values() if isinstance(row, Setting))


def installed(app: str) -> bool:
    """Say whether the site installs an app; also within a test that hides apps by ``available_apps``.

    What is decided once a process (middleware, addresses) must not depend on which test happens to run first.
    """
    named = django_settings.INSTALLED_APPS
    return apps.is_installed(app) or any(entry == app or entry.startswith(f"{app}.") for entry in named)


def _sites() -> tuple[str, ...]:
    """Host of BASE_URL, else the full names in ALLOWED_HOSTS."""
    host = urlsplit(conf.BASE_URL).hostname
    if host:
        return (host,)
    return tuple(name for name in django_settings.ALLOWED_HOSTS if "*" not in name and not name.startswith("."))


def _completeness() -> str:
    """Asked for at deployment once the room `rights` is there to export and erase."""
    return "deploy" if installed("onvif_privacy.rights") else "off"


def _origin() -> str:
    """The first site's name."""
    return conf.SITES[0] if conf.SITES else "onvif_privacy"


class CoreSettings(Settings):
    """What holds for the whole house, so without a room in its name."""

    ORGANISATION: Setting[str] = Setting(
        REQUIRED,
        filled,
        _("The organisation that answers for the data."),
        paste='ONVIF_PRIVACY_ORGANISATION = "Example Ltd"',
    )
    CONTACT: Setting[str] = Setting(
        REQUIRED,
        email,
        _("E-mail address for comments and complaints."),
        paste='ONVIF_PRIVACY_CONTACT = "privacy@example.org"',
    )
    KEYS: Setting[tuple[Mapping[str, str], ...]] = Setting(
        REQUIRED,
        key_entries,
        _("Key ring; the first key of each use is the active one."),
        paste="the lines that 'manage.py privacy_keys init' prints",
    )
    KEYS_PROVIDER: Setting[str] = Setting(
        "onvif_privacy.core.keys.SettingsProvider", filled, _("Dotted path of the class that loads the key ring.")
    )
    KEYS_MAX_AGE_DAYS: Setting[int] = Setting(
        90, integer(1, 3650), _("Days after which an active key of the ring should be replaced.")
    )
    ADDRESS: Setting[str] = Setting("", text, _("Postal address of the organisation."))
    PHONE: Setting[str] = Setting("", text, _("Telephone number of the organisation."))
    COUNTRY: Setting[str] = Setting("", text, _("Country of the organisation, two letters (ISO 3166-1)."))
    BASE_URL: Setting[str] = Setting("", text, _("Only source of links in mails, for example https://example.org."))
    SITES: Setting[tuple[str, ...]] = Setting(_sites, strings, _("Hosts that the statement covers."))
    DATABASE_GUARDS: Setting[bool] = Setting(
        True, boolean, _("Append-only tables are held by triggers in the database (never in a test database).")
    )
    LOCK_SECONDS: Setting[int] = Setting(2, integer(1, 60), _("Longest wait for a lock before a decision is refused."))
    COMPLETENESS: Setting[str] = Setting(
        _completeness,
        choice("off", "deploy", "error"),
        _("Whether undeclared fields are left alone, fail 'check --deploy', or fail every check."),
    )
    LEDGER_SEAL: Setting[bool] = Setting(False, boolean, _("Seal ledger entries in signed batches."))
    LEDGER_ORIGIN: Setting[str] = Setting(_origin, text, _("Name of this ledger in checkpoints."))
    LEDGER_SEAL_SIZE: Setting[int] = Setting(4096, integer(1, 65536), _("Entries in one seal at most."))
    LEDGER_SEAL_SECONDS: Setting[int] = Setting(60, integer(10, 3600), _("Seconds from one seal to the next."))
    LEDGER_ALARM_SECONDS: Setting[int] = Setting(
        300, integer(60, 86_400), _("Age of the oldest entry without a seal, in seconds, at which staff are told.")
    )
    LEDGER_ANCHORS: Setting[tuple[str, ...]] = Setting(
        (),
        anchors,
        _(
            "Where checkpoints of the ledger are taken: 'mailto:…', 'storage:<alias>', the address of an RFC 3161 "
            "time-stamp authority, or the dotted path of a function."
        ),
    )
    LEDGER_ANCHOR_HOURS: Setting[int] = Setting(24, integer(1, 720), _("Hours from one checkpoint to the next."))
    EVIDENCE_DAYS: Setting[int] = Setting(
        1095, integer(1, 36_500), _("Days that evidence can be opened, where its kind names no term of its own.")
    )
    ORPHAN_DAYS: Setting[int] = Setting(
        30, integer(0, 3650), _("Days after which the data of somebody whose account was deleted is erased.")
    )
    GATE_ON_REFUSAL: Setting[str] = Setting(
        "raise", choice("raise", "mask"), _("What a sealed value does where no purpose allows it: raise, or print •••.")
    )
    GATE_BULK: Setting[int] = Setting(
        50, integer(1), _("People whose contact details one scope may read without a purpose made for many.")
    )
    K: Setting[int] = Setting(10, integer(1), _("Smallest group that any report shows."))
    JOB_SECONDS: Setting[int] = Setting(50, integer(1), _("Seconds that one run of privacy_run may take."))
    STRENGTH: Setting[str] = Setting(
        "onvif_privacy.core.subjects.by_password",
        filled,
        _("Dotted path of the function that judges how surely somebody signed in."),
    )
    RECENT_MINUTES: Setting[int] = Setting(
        10, integer(1, 1440), _("Minutes for which a password that was asked for again counts.")
    )
    ALARM_EMAILS: Setting[tuple[str, ...]] = Setting(
        (), emails, _("Addresses of staff who are told of incidents and of jobs that fail or fall silent.")
    )
    TRUSTED_PROXIES: Setting[int] = Setting(
        0, integer(0, 10), _("Proxies in front of the site whose X-Forwarded-For is believed, counted from the right.")
    )
    CANARY_DOMAIN: Setting[str] = Setting(
        "", text, _("Mail domain of canary contacts; it looks like any other and is used for nothing else.")
    )
    CANARY_MAILDIR: Setting[str] = Setting("", text, _("Folder (a Maildir) into which the mail of that domain comes."))


conf = CoreSettings()
