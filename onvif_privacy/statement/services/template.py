"""The text that ships with the package, and what keeps each of its sentences."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.conf import settings

from onvif_privacy.statement.services.sentences import sentences

SOURCES = Path(__file__).resolve().parent.parent / "templates/onvif_privacy/statement/source"
MEASURE = "en"  # the language whose words the shipped bindings were made for; others inherit by position

Place = tuple[str, int]


def shipped_languages() -> list[str]:
    """Return the languages that the template ships in, sorted."""
    return sorted(path.name.split(".")[1] for path in SOURCES.glob("privacy.*.md"))


def languages_of_site() -> list[str]:
    """Return the shipped languages that the site speaks, its main language first; English where there is none."""
    main = settings.LANGUAGE_CODE.partition("-")[0]
    spoken = {code.partition("-")[0] for code, _name in settings.LANGUAGES} if settings.USE_I18N else {main}
    found = [language for language in shipped_languages() if language in spoken]
    return sorted(found, key=lambda language: language != main) or ["en"]


@cache
def shipped(language: str) -> str:
    """Return the shipped source in ``language``; raises FileNotFoundError where there is none."""
    return (SOURCES / f"privacy.{language}.md").read_text(encoding="utf-8")


@cache
def shipped_bindings() -> dict[Place, tuple[str, ...]]:
    """Return the promises that keep each shipped sentence, by clause and position; none for a plain fact.

    The file holds the digest of each sentence. One whose words are no longer those is left out: somebody has to read
    it and bind it again.
    """
    kept: dict[str, list[list[str]]] = json.loads((SOURCES / "bindings.json").read_text(encoding="utf-8"))
    found: dict[Place, tuple[str, ...]] = {}
    for sentence in sentences(shipped(MEASURE)).sentences:
        rows = kept.get(sentence.clause, [])
        if sentence.position < len(rows) and rows[sentence.position][0] == sentence.digest:
            found[sentence.clause, sentence.position] = tuple(rows[sentence.position][1:])
    return found


def promises_named() -> set[str]:
    """Return every promise that a shipped sentence is bound to, also those of rooms that are not installed."""
    return {slug for slugs in shipped_bindings().values() for slug in slugs}
