"""Reads a source: one title, clauses with a slug, and one sentence on each line.

A source is Markdown in which a line is a sentence, so that every language has exact sentences and nobody has to
guess where one ends. ``# Title`` comes first; ``## Heading {#slug}`` opens a clause, which runs to the next one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise as LazyText
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

MAX_SOURCE = 200_000  # characters; a statement of 25 clauses has about 10,000

_CLAUSE = re.compile(r"##[ \t]+(?P<title>.+?)[ \t]+\{#(?P<slug>[^{}]*)\}[ \t]*")
_SECOND_LEVEL = re.compile(r"##(?!#)")
_TITLE = re.compile(r"#[ \t]+(?P<title>.+?)[ \t]*")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,47}")
PLACEHOLDER = re.compile(r"\{([A-Za-z_]+)\}")
_TWO_ENDS = re.compile(r"[.!?][\"'»”“’)]*[ \t]+[\"'«„“‘(]*[^\W\d_]")

FACTS = ("organisation", "contact", "sites")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a source, and on which line (counted from 1; 0 is the whole source)."""

    line: int
    message: str | LazyText
    language: str = ""

    def __str__(self) -> str:
        where = [self.language] if self.language else []
        if self.line:
            where.append(str(format_lazy(_("line {line}"), line=self.line)))
        return f"{', '.join(where)}: {self.message}" if where else str(self.message)


class BadSource(ValueError):
    """A source that cannot be published; ``problems`` says why, line by line."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(str(problem) for problem in problems))


@dataclass(frozen=True)
class SourceSentence:
    """One line of a source. ``clause`` is empty for the title; ``position`` counts from 0 inside the clause.

    ``begins`` and ``ends`` are offsets in characters of the normalised source.
    """

    clause: str
    position: int
    line: int
    begins: int
    ends: int
    text: str

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of the line before any fact is put in: what a promise is bound to."""
        return digest(self.text)


@dataclass(frozen=True)
class Clause:
    """A passage under its own anchor: slug, heading, and the Markdown below the heading."""

    slug: str
    title: str
    line: int
    body: str


@dataclass(frozen=True)
class Source:
    """A source that was read without a problem; clauses and sentences stand in their order."""

    text: str
    title: str
    clauses: tuple[Clause, ...]
    sentences: tuple[SourceSentence, ...]

    @property
    def slugs(self) -> tuple[str, ...]:
        """Slugs of the clauses, in order."""
        return tuple(clause.slug for clause in self.clauses)

    def counts(self) -> dict[str, int]:
        """Number of sentences of each clause, headings included, by slug."""
        counts: dict[str, int] = {}
        for sentence in self.sentences:
            counts[sentence.clause] = counts.get(sentence.clause, 0) + 1
        return counts

    def warnings(self) -> list[Problem]:
        """Lines that look like two sentences. A guess, so it warns and never refuses."""
        message = _("this line looks like two sentences; write one on each line")
        return [Problem(s.line, message) for s in self.sentences if _TWO_ENDS.search(s.text)]


def normalise(source: str) -> str:
    """Return ``source`` in NFC with LF line ends, without control characters or space at the ends of lines."""
    source = unicodedata.normalize("NFC", source.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(c for c in source if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "\n".join(line.rstrip() for line in kept.split("\n")).strip("\n") + "\n"


def digest(text: str) -> str:
    """Return the SHA-256 (hex) of ``text`` in NFC and UTF-8."""
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()


def sentences(source: str) -> Source:
    """Read ``source``; raises BadSource with every problem found."""
    text = normalise(source)
    title = ""
    headings: list[tuple[str, str, int]] = []
    found: list[SourceSentence] = []
    problems = list(_problems_of_lines(text))
    slug, position = "", 0
    for number, start, line in _lines(text):
        heading = _CLAUSE.fullmatch(line)
        if heading:
            slug, position = heading["slug"], 0
            headings.append((slug, heading["title"], number))
        elif not slug:
            title = title or line.lstrip("# \t")
        found.append(SourceSentence(slug, position, number, start, start + len(line), line))
        position += 1
    clauses = tuple(_clauses(text, headings)) if headings else ()
    problems += _problems_of_clauses(clauses)
    if problems:
        raise BadSource(sorted(problems, key=lambda problem: problem.line))
    return Source(text, title, clauses, tuple(found))


def _lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield number, offset and text of every line that is not blank."""
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield number, start, line
        start += len(line) + 1


def _clauses(text: str, headings: list[tuple[str, str, int]]) -> Iterator[Clause]:
    lines = text.split("\n")
    ends = [line - 1 for _slug, _title, line in headings[1:]] + [len(lines)]
    for (slug, title, line), end in zip(headings, ends, strict=True):
        yield Clause(slug, title, line, "\n".join(lines[line:end]).strip("\n"))


def _problems_of_lines(text: str) -> Iterator[Problem]:
    if len(text) > MAX_SOURCE:
        yield Problem(0, format_lazy(_("the text is longer than {count} characters"), count=MAX_SOURCE))
    before_first_clause = True
    for index, (number, _start, line) in enumerate(_lines(text)):
        heading = _CLAUSE.fullmatch(line)
        if index == 0 and not _TITLE.fullmatch(line):
            yield Problem(number, _("the first line must be the title: “# Privacy statement”"))
        elif index and before_first_clause and not heading:
            yield Problem(
                number, _("this line belongs to no clause; put it under a heading such as “## Title {#slug}”")
            )
        elif index and _TITLE.fullmatch(line):
            yield Problem(number, _("there is a second title; begin a clause with “## Title {#slug}”"))
        elif _SECOND_LEVEL.match(line) and not heading:
            yield Problem(number, _("this heading has no slug; write it as “## Title {#slug}”"))
        before_first_clause = before_first_clause and not heading
        for name in PLACEHOLDER.findall(line):
            if name not in FACTS:
                message = _("“{{{name}}}” is not known; only {{organisation}}, {{contact}} and {{sites}} are replaced")
                yield Problem(number, format_lazy(message, name=name))


def _problems_of_clauses(clauses: tuple[Clause, ...]) -> Iterator[Problem]:
    if not clauses:
        yield Problem(0, _("there is no clause; begin one with “## Title {#slug}”"))
    seen: dict[str, int] = {}
    for clause in clauses:
        if not _SLUG.fullmatch(clause.slug):
            message = _("“{slug}” is no slug; use lower-case letters, digits and “_”, 48 at most")
            yield Problem(clause.line, format_lazy(message, slug=clause.slug))
        elif clause.slug in seen:
            message = _("the slug “{slug}” is already used on line {line}")
            yield Problem(clause.line, format_lazy(message, slug=clause.slug, line=seen[clause.slug]))
        seen.setdefault(clause.slug, clause.line)
        if not clause.body.strip():
            yield Problem(clause.line, _("this clause has a heading and no sentence"))
