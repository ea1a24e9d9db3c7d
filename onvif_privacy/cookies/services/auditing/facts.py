"""What an audit is made of: a page as one visitor got it, what a browser holds afterwards, and what is wrong."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from onvif_privacy.cookies.models import AuditRun, CookieFinding
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.core.text import clean

Engine = AuditRun.Engine
State = AuditRun.State
Verdict = AuditRun.Verdict
Kind = CookieFinding.Kind

STATES: tuple[str, ...] = tuple(State.values)


class Unseen(Exception):
    """Something could not be looked at; the message says what, for staff."""


def said(words: str, length: int = 300) -> str:
    """Return what a site said of itself, in the form that evidence takes: short, NFC, without control characters."""
    return unicodedata.normalize("NFC", clean(words, length))


class Call(NamedTuple):
    """A ``Set-Cookie`` line before the guard saw it, and file and line of the code that set it."""

    line: str
    where: str


@dataclass(frozen=True)
class Page:
    """One answer. ``links`` lead inside the site; ``lines`` left the server, ``calls`` were made inside it.

    ``hosts`` are others that were asked, ``live`` the scripts that nothing holds back although they name a purpose.
    ``settings`` says whether the settings can be reached (None: this is no page), ``form`` is what the bar posts.
    """

    address: str
    status: int
    links: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    hosts: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    settings: bool | None = None
    form: Mapping[str, str] = field(default_factory=dict)


class Held(NamedTuple):
    """One thing a browser holds: what kind of storage, its name, and for a cookie the line that would make it."""

    kind: str
    name: str
    cookie: SetCookie | None = None
    host: str = ""


class Measured(NamedTuple):
    """One thing that measuring the bar found: the kind of finding, and what it is about."""

    kind: str
    name: str


class Visitor(Protocol):
    """A stranger with a fresh profile. Raises Unseen for what cannot be looked at."""

    scripted: bool

    def open(self, address: str) -> Page:
        """Ask for one page, by GET."""
        ...

    def text(self, address: str) -> str:
        """Return the text of an address that is no page, such as a sitemap; empty where there is none."""
        ...

    def decide(self, action: str) -> None:
        """Answer the bar as a visitor would: ``decline``, ``accept``; or ``withdraw`` what was accepted."""
        ...

    def held(self) -> list[Held]:
        """Return what the profile holds now."""
        ...

    def measured(self) -> list[Measured]:
        """Measure the bar of the page that is open."""
        ...


class Looker(Protocol):
    """A way of looking: brings one visitor after the other."""

    def visitor(self) -> AbstractContextManager[Visitor]:
        """Bring a visitor with a fresh profile."""
        ...


@dataclass
class Fault:
    """One thing that is wrong: what, how it is called, where it is set, and where it was met first."""

    kind: str
    name: str
    where: str
    page: str
    states: list[str]
    times: int = 1

    def stored(self) -> dict[str, Any]:
        """Return the fault as a row of JSON."""
        return dict(vars(self))


@dataclass
class Report:
    """What one audit came to. ``unseen`` says what could not be looked at, so that nothing is called good unseen."""

    pages: int = 0
    policy: int = 0
    faults: list[Fault] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    screenshots: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """Broken with the first fault; unproven where something was not seen; else good."""
        return Verdict.BROKEN if self.faults else Verdict.UNPROVEN if self.unseen else Verdict.GOOD
