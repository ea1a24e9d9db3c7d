"""What a room declares: clauses, promises, checks and their saboteurs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from weakref import WeakSet

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.registry import DeclarationError, Registry
from onvif_privacy.core.registry.base import declare_at

if TYPE_CHECKING:
    from onvif_privacy.core.promises.looking import Look, Plant


class Kind(StrEnum):
    """Where a check looks; the letters are those of the statement's table of promises."""

    STATIC = "S"
    DATABASE = "D"
    REFUSAL = "R"
    PROBE = "P"
    LEDGER = "L"
    ATTESTATION = "A"

    @property
    def label(self) -> str | LazyText:
        """The kind in words."""
        return {
            Kind.STATIC: _("code and settings"),
            Kind.DATABASE: _("database"),
            Kind.REFUSAL: _("a refusal at work"),
            Kind.PROBE: _("the running site as a stranger sees it"),
            Kind.LEDGER: _("reconciliation with the ledger"),
            Kind.ATTESTATION: _("a person's word"),
        }[self]


@dataclass(frozen=True)
class Clause:
    """A passage of the published statement."""

    slug: str
    title: str | LazyText


@dataclass(frozen=True)
class Promise:
    """What must be true for a clause to hold. ``slug`` begins with the clause's, then a dot."""

    slug: str
    clause: Clause
    text: str | LazyText

    def __post_init__(self) -> None:
        if not self.slug.startswith(f"{self.clause.slug}."):
            raise DeclarationError(f"Promise {self.slug!r} must begin with {self.clause.slug!r} and a dot.")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong. ``place`` names where: a table, setting, module, address; never a value of a person."""

    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


Looker = Callable[["Look"], Iterable[Finding]]
Planter = Callable[["Plant"], AbstractContextManager[str]]


@dataclass(frozen=True)
class Saboteur:
    """A planted violation: a context manager that plants it and yields the words a finding must mention."""

    name: str
    plant: Planter


_made: WeakSet[Check] = WeakSet()


def without_saboteur() -> list[Check]:
    """Return the checks of installed modules that nobody can see fail, and which are therefore not declared."""
    return sorted((one for one in _made if not one.saboteurs and one.is_of_its_module), key=lambda one: one.name)


class Check:
    """One way to look whether a promise is kept.

    ``empty=True`` says that having looked at nothing is fine (no rows yet); otherwise a check that counted nothing
    by ``look.seen(n)`` is unproven. ``every`` and ``ttl`` are how often it is due and how long its result holds.
    """

    def __init__(
        self, promise: Promise, kind: Kind, every: timedelta, ttl: timedelta, empty: bool, looker: Looker
    ) -> None:
        self.promise = promise
        self.kind = kind
        self.every = every
        self.ttl = ttl
        self.empty = empty
        self.looker = looker
        self.name = f"{promise.slug}:{looker.__name__}"
        self.saboteurs: list[Saboteur] = []
        self.text = (looker.__doc__ or "").strip().partition("\n")[0]
        _made.add(self)

    def __repr__(self) -> str:
        return f"<Check {self.name}>"

    @property
    def is_of_its_module(self) -> bool:
        """Whether the module it was written in still names it: made by a test it is nobody's promise."""
        return getattr(sys.modules.get(self.looker.__module__), self.looker.__name__, None) is self

    @property
    def seconds(self) -> int:
        """How long it may take before it counts as unproven: half a minute, probes ten."""
        return 600 if self.kind is Kind.PROBE else 30

    def saboteur(self, planter: Planter) -> Planter:
        """Add a saboteur; the first one also declares the check, which cannot be declared without."""
        self.saboteurs.append(Saboteur(planter.__name__, planter))
        if len(self.saboteurs) == 1:
            declare_at(f"{self.looker.__module__}:{self.looker.__code__.co_firstlineno}", self)
        return planter


def check(
    promise: Promise,
    *,
    kind: Kind,
    every: timedelta = timedelta(days=1),
    ttl: timedelta = timedelta(hours=48),
    empty: bool = False,
) -> Callable[[Looker], Check]:
    """Make a check of the decorated function, which yields what is wrong; nothing yielded means kept.

    It is declared by its first ``.saboteur``.
    """

    def decorate(looker: Looker) -> Check:
        return Check(promise, kind, every, ttl, empty, looker)

    return decorate


clauses: Registry[Clause] = Registry(Clause, "clause", lambda item: item.slug, shared=True)
promises: Registry[Promise] = Registry(Promise, "promise", lambda item: item.slug)
checks: Registry[Check] = Registry(Check, "check", lambda item: item.name)
