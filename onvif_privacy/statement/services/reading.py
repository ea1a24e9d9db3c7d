"""Which words are in force now, for a language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.db import DatabaseError
from django.utils import timezone

from onvif_privacy.core.doors import ClauseText
from onvif_privacy.statement.models import Effect, Text, Version
from onvif_privacy.statement.services.copies import Copy, Texts, known, newest_texts
from onvif_privacy.statement.services.sentences import Clause, digest, sentences
from onvif_privacy.statement.services.timeline import Step, in_force, timeline

DEFAULT = "privacy"


@dataclass(frozen=True)
class Shown:
    """A text and its version. ``languages`` are those the version has, sorted; ``steps`` all steps, oldest first."""

    text: Text
    version: Version
    since: datetime
    languages: tuple[str, ...]
    steps: tuple[Step, ...]


def current(language: str, *, slug: str = DEFAULT, moment: datetime | None = None) -> Shown | None:
    """Return the text in force for a language code; None while nothing is published.

    Where the version has no text in that language, its authoritative text comes instead: never an older translation.
    Raises django.db.Error where the database is away and this process has not seen the text yet.
    """
    copy = known(slug)
    step = in_force(copy.steps, moment or timezone.now())
    return shown(copy, step, language) if step else None


def shown(copy: Copy, step: Step, language: str) -> Shown:
    """Return the text of ``step`` from ``copy`` in the language that fits best."""
    languages = tuple(sorted(code for version, code in copy.texts if version == step.version.pk))
    text = pick(copy.texts, step, language)
    if text is None:
        raise DatabaseError("The database is away and the version in force was not read before.")
    return Shown(text, step.version, step.at, languages, copy.steps)


def pick(texts: Texts, step: Step, language: str) -> Text | None:
    """Return the text in ``language``, else in its base language (``de`` for ``de-at``), else the authoritative one."""
    for code in (language, language.partition("-")[0], step.version.document.language):
        if text := texts.get((step.version.pk, code)):
            return text
    return None


def named(text_digest: str) -> Text | None:
    """Return the published text with this digest, of the first version that has it; what receipts name. One query."""
    texts = Text.objects.filter(text_digest=text_digest, version__document__slug=DEFAULT)
    return texts.select_related("version").order_by("version__number", "revision").first()


@lru_cache(maxsize=16)
def clauses(words: str) -> tuple[Clause, ...]:
    """Return the clauses of published words. Kept, because a page asks for them each time and they never change."""
    return sentences(words).clauses


def statement_digest(language: str) -> str | None:
    """Return the digest of the words in force for ``language``; what `core.doors.statement` answers."""
    found = current(language)
    return found.text.text_digest if found else None


def clause_at(slug: str, language: str, moment: datetime) -> ClauseText | None:
    """Return a clause as it was in force at any moment; what `core.doors.clause` answers. Two queries."""
    step = in_force(timeline(Effect.objects.of(DEFAULT)), moment)
    text = pick(newest_texts([step.version.pk]), step, language) if step else None
    found = next((one for one in clauses(text.words) if one.slug == slug), None) if text else None
    return ClauseText(found.title, found.body, digest(f"{found.title}\n{found.body}")) if found else None


def clause_in_force(slug: str, language: str) -> tuple[Shown, Clause] | None:
    """Return a clause of the text in force with the facts put in; None where there is none."""
    found = current(language)
    if found is None:
        return None
    return next(((found, clause) for clause in clauses(found.text.words) if clause.slug == slug), None)
