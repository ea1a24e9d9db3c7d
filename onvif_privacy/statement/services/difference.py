"""The difference between two texts: sentences aligned first, then the words inside a changed sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

Mark = Literal["same", "added", "removed"]
ALIKE = 0.5  # two sentences that share less than half of their words are shown as one gone and one new

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LEADING = re.compile(r"#+[ \t]+|[*+-][ \t]+|\d+[.)][ \t]+")
_SLUG = re.compile(r"[ \t]+\{#[a-z0-9_]+\}$")


@dataclass(frozen=True)
class Change:
    """What became of one sentence. ``pieces`` are runs of words; without those marked otherwise they give each text."""

    kind: Literal["same", "changed", "added", "removed"]
    before: str
    after: str
    pieces: tuple[tuple[Mark, str], ...]


def difference(before: str, after: str) -> list[Change]:
    """Compare two texts line by line. Blank lines do not count; the order is that of reading.

    Applied to ``before``, the changes give ``after``: the ``after`` of every change that is not "removed".
    """
    old, new = _sentences(before), _sentences(after)
    changes: list[Change] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            changes += [Change("same", line, line, (("same", line),)) for line in old[i1:i2]]
        else:
            changes += _replaced(old[i1:i2], new[j1:j2])
    return changes


@dataclass(frozen=True)
class Part:
    """The changes of one clause; ``heading`` is None for the title above the first clause."""

    heading: Change | None
    changes: list[Change]

    @property
    def differs(self) -> bool:
        """Whether anything in it changed, its heading included."""
        return any(change.kind != "same" for change in (self.heading, *self.changes) if change)


def by_clause(changes: Sequence[Change]) -> list[Part]:
    """Put the changes under the clauses they belong to, in the order of reading."""
    parts = [Part(None, [])]
    for change in changes:
        if (change.after or change.before).startswith("## "):
            parts.append(Part(change, []))
        else:
            parts[-1].changes.append(change)
    return parts


def as_lines(changes: Sequence[Change]) -> Iterator[str]:
    """Yield the changes as lines of plain text that begin with "+", "-" or a space, for mail and the terminal."""
    for change in changes:
        if change.kind == "same":
            yield f"  {change.after}"
        if change.kind in ("changed", "removed"):
            yield f"- {change.before}"
        if change.kind in ("changed", "added"):
            yield f"+ {change.after}"


def as_html(change: Change) -> SafeString:
    """Return one sentence as HTML with ``<ins>`` and ``<del>``, each with a hidden word for screen readers."""
    pieces = _without_markup(change.pieces)
    return format_html_join("", "{}", ((_piece(mark, text),) for mark, text in pieces))


def _piece(mark: Mark, text: str) -> SafeString | str:
    if mark == "same" or not text:
        return text
    tag, word = ("ins", _("added:")) if mark == "added" else ("del", _("removed:"))
    return format_html(
        '<{tag}><span class="privacy-hidden">{word} </span>{text}</{tag}>', tag=tag, word=word, text=text
    )


def plain(line: str) -> str:
    """Return one sentence as it is read aloud: without the signs of headings and lists."""
    return _SLUG.sub("", _LEADING.sub("", line, count=1))


def _without_markup(pieces: tuple[tuple[Mark, str], ...]) -> Iterator[tuple[Mark, str]]:
    """Leave out the signs of headings and lists: readers compare sentences, not Markdown."""
    last = len(pieces) - 1
    for index, (mark, text) in enumerate(pieces):
        if index == 0:
            text = _LEADING.sub("", text, count=1)
        if index == last:
            text = _SLUG.sub("", text)
        yield mark, text


def _sentences(text: str) -> list[str]:
    return [line for line in text.split("\n") if line.strip()]


def _replaced(old: list[str], new: list[str]) -> Iterator[Change]:
    """Pair each new line with the old one most like it, in order; what finds no pair is gone or, after that, new."""
    start, unpaired = 0, 0
    for index, line in enumerate(new):
        partner = max(range(start, len(old)), key=lambda i: _likeness(old[i], line), default=None)
        if partner is None or _likeness(old[partner], line) < ALIKE:
            continue
        yield from _apart(old[start:partner], new[unpaired:index])
        yield Change("changed", old[partner], line, tuple(_pieces(old[partner], line)))
        start, unpaired = partner + 1, index + 1
    yield from _apart(old[start:], new[unpaired:])


def _apart(gone: list[str], come: list[str]) -> Iterator[Change]:
    for line in gone:
        yield Change("removed", line, "", (("removed", line),))
    for line in come:
        yield Change("added", "", line, (("added", line),))


def _likeness(old: str, new: str) -> float:
    return SequenceMatcher(None, old.split(), new.split(), autojunk=False).ratio()


def _pieces(old: str, new: str) -> Iterator[tuple[Mark, str]]:
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag == "equal":
            yield "same", "".join(a[i1:i2])
            continue
        if i1 < i2:
            yield "removed", "".join(a[i1:i2])
        if j1 < j2:
            yield "added", "".join(b[j1:j2])
