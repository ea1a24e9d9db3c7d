"""The one way to declare anything: registries that refuse duplicates, latecomers and unknown kinds by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class DeclarationError(Exception):
    """Base of everything that is wrong with a declaration."""


class Duplicate(DeclarationError):
    """Two places declare the same name."""


class Late(DeclarationError):
    """A declaration was made after the site had started, when others have already been told what exists."""


class NotDeclared(DeclarationError, LookupError):
    """A name was asked for that no ``privacy.py`` declares."""


class Registry(Generic[T]):
    """All declarations of one kind, by name.

    ``name`` is the word used in error messages, ``key`` gives the name of a declaration. With ``shared`` the very same
    declaration may come from several rooms, since none of them can import another.
    Order is alphabetical by name, whatever the order of imports was.
    """

    def __init__(self, kind: type[T], name: str, key: Callable[[T], str], *, shared: bool = False) -> None:
        self.kind = kind
        self.name = name
        self._shared = shared
        self._key = key
        self._items: dict[str, T] = {}
        self._places: dict[str, str] = {}
        _registries[kind] = self

    def get(self, slug: str) -> T:
        """Return the declaration of that name; raises NotDeclared."""
        try:
            return self._items[slug]
        except KeyError:
            known = ", ".join(sorted(self._items)) or "none"
            raise NotDeclared(f"No {self.name} {slug!r} is declared. Declared: {known}.") from None

    def __contains__(self, slug: object) -> bool:
        return slug in self._items

    def __len__(self) -> int:
        return len(self._items)

    def all(self) -> tuple[T, ...]:
        """Return every declaration, sorted by name."""
        return tuple(self._items[slug] for slug in sorted(self._items))

    def where(self, slug: str) -> str:
        """Return ``module:line`` of the declaration; raises NotDeclared."""
        self.get(slug)
        return self._places[slug]

    def add(self, item: T, place: str, *, replace: bool = False) -> None:
        """Take one declaration; raises Duplicate naming both places, or NotDeclared if there is nothing to replace."""
        slug = self._key(item)
        if replace and slug not in self._items:
            raise NotDeclared(f"{place} replaces the {self.name} {slug!r}, which nobody declares.")
        if self._shared and self._items.get(slug) == item:
            return
        if not replace and slug in self._items:
            raise Duplicate(f"{self.name} {slug!r} is declared twice: {self._places[slug]} and {place}.")
        self._items[slug] = item
        self._places[slug] = place

    def remove(self, slug: str) -> None:
        """Forget one declaration; used by `temporarily` only."""
        self.get(slug)
        del self._items[slug], self._places[slug]

    def snapshot(self) -> tuple[dict[str, T], dict[str, str]]:
        """Return a copy that `restore` takes back."""
        return dict(self._items), dict(self._places)

    def restore(self, state: tuple[dict[str, T], dict[str, str]]) -> None:
        """Put a snapshot back."""
        self._items, self._places = dict(state[0]), dict(state[1])


_registries: dict[type[Any], Registry[Any]] = {}
_closed = False


def _registry(item: object) -> Registry[Any]:
    registry = _registries.get(type(item))
    if registry is None:
        known = ", ".join(sorted(kind.__name__ for kind in _registries))
        raise DeclarationError(f"declare() cannot take {type(item).__name__!r}. It takes: {known}.")
    return registry


def declare(*items: object, replace: bool = False) -> None:
    """Declare purposes, cookies, links and whatever else a registry takes, in ``privacy.py``.

    ``replace=True`` overrides a declaration made earlier and fails if there is none. Raises Duplicate, Late or
    DeclarationError, each naming the place.
    """
    frame = sys._getframe(1)
    declare_at(f"{frame.f_globals.get('__name__', '?')}:{frame.f_lineno}", *items, replace=replace)


def declare_at(place: str, *items: object, replace: bool = False) -> None:
    """Declare for a decorator, whose caller is the ``place`` to name."""
    if _closed:
        raise Late(f"{place} declares after the site has started. Declarations belong in the app's privacy.py.")
    for item in items:
        _registry(item).add(item, place, replace=replace)


def close() -> None:
    """Refuse declarations from now on; called when all ``privacy.py`` have been imported."""
    global _closed
    _closed = True


@contextmanager
def reopened() -> Iterator[None]:
    """Allow declarations for a while and forget them afterwards."""
    global _closed
    before, states = _closed, {kind: registry.snapshot() for kind, registry in _registries.items()}
    _closed = False
    try:
        yield
    finally:
        _closed = before
        for kind, registry in _registries.items():
            registry.restore(states.get(kind, ({}, {})))


@contextmanager
def temporarily(*items: object, without: tuple[tuple[type[Any], str], ...] = ()) -> Iterator[None]:
    """Declare ``items`` for the length of a test, in place of what has their names; ``without`` drops (kind, name)."""
    with reopened():
        for kind, slug in without:
            _registries[kind].remove(slug)
        for item in items:
            registry = _registry(item)
            registry.add(item, "temporarily", replace=registry._key(item) in registry)
        yield
