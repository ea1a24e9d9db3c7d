"""Which declaration a cookie's name belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Generic, TypeVar

T = TypeVar("T")

# RFC 6265bis, section 4.1.3 and the cookie prefixes of 2025: browsers compare these without case, the longest first.
PREFIXES = {
    "__host-http-": "__Host-Http-",
    "__host-": "__Host-",
    "__secure-": "__Secure-",
    "__http-": "__Http-",
}
HEAD = 3  # patterns are sorted into drawers by this many leading characters
REMEMBERED = 1024


def prefix_of(name: str) -> str:
    """Return the cookie prefix a browser would see, in its canonical spelling; empty where there is none."""
    if not name.startswith("__"):
        return ""
    lowered = name[:12].lower()
    return next((written for prefix, written in PREFIXES.items() if lowered.startswith(prefix)), "")


def canonical(name: str) -> str:
    """Return ``name`` with its prefix, if any, in canonical spelling; the rest keeps its case."""
    prefix = prefix_of(name)
    return prefix + name[len(prefix) :] if prefix else name


def fixed(pattern: str) -> int:
    """Return how many characters of a pattern are not ``*``: the more, the more particular."""
    return len(pattern) - pattern.count("*")


def _expression(pattern: str) -> str:
    return ".*".join(re.escape(part) for part in pattern.split("*"))


def overlap(first: str, second: str) -> bool:
    """Say whether any name fits both patterns."""
    return _overlap(canonical(first), canonical(second))


@lru_cache(maxsize=4096)
def _overlap(first: str, second: str) -> bool:
    if not first or not second:
        return not (first + second).strip("*")
    if first[0] == "*":
        return _overlap(first[1:], second) or _overlap(first, second[1:])
    if second[0] == "*":
        return _overlap(second, first)
    return first[0] == second[0] and _overlap(first[1:], second[1:])


def ties(patterns: Iterable[str]) -> list[tuple[str, str]]:
    """Return pairs of patterns of which neither is more particular though a name could fit both."""
    found: list[tuple[str, str]] = []
    seen: list[str] = []
    for pattern in patterns:
        for other in seen:
            if fixed(pattern) == fixed(other) and ("*" in pattern) == ("*" in other) and overlap(pattern, other):
                found.append((other, pattern))
        seen.append(pattern)
    return found


class _Drawer(Generic[T]):
    """Wildcard patterns that begin alike, the most particular first, in one regular expression."""

    def __init__(self, entries: list[tuple[str, T]]) -> None:
        entries = sorted(entries, key=lambda entry: (-fixed(entry[0]), entry[0]))
        self.values = [(fixed(pattern), value) for pattern, value in entries]
        self.find = re.compile("|".join(f"({_expression(pattern)})" for pattern, _ in entries), re.DOTALL).fullmatch

    def get(self, name: str) -> tuple[int, T] | None:
        hit = self.find(name)
        return self.values[hit.lastindex - 1] if hit and hit.lastindex else None


class Matcher(Generic[T]):
    """Finds the declaration of a name: exact beats wildcard, the longer fixed part beats the shorter.

    ``declared`` maps patterns to whatever belongs to them. Compiled once; `get` does no compiling. Names are
    case-sensitive but for their prefix. Answers are remembered for up to 1,024 names, because visitors choose names.
    """

    def __init__(self, declared: Mapping[str, T]) -> None:
        entries = [(canonical(pattern), value) for pattern, value in declared.items()]
        self._exact = {pattern: value for pattern, value in entries if "*" not in pattern}
        drawers: dict[str, list[tuple[str, T]]] = {}
        for pattern, value in entries:
            if "*" in pattern:
                lead = pattern.partition("*")[0]
                drawers.setdefault(lead[:HEAD] if len(lead) >= HEAD else "", []).append((pattern, value))
        self._drawers = {head: _Drawer(found) for head, found in drawers.items()}
        self._known: dict[str, T | None] = {}

    def get(self, name: str) -> T | None:
        """Return what was declared for the pattern that ``name`` fits best; None where it fits none."""
        try:
            return self._known[name]
        except KeyError:
            pass
        value = self._look(canonical(name))
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        self._known[name] = value
        return value

    def _look(self, name: str) -> T | None:
        if name in self._exact:
            return self._exact[name]
        drawers = (self._drawers.get(name[:HEAD]), self._drawers.get(""))
        hits = [hit for drawer in drawers if drawer and (hit := drawer.get(name))]
        return max(hits, key=lambda hit: hit[0])[1] if hits else None
