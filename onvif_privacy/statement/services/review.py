"""What a draft would change, for the person who reads it before publication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from onvif_privacy.statement.models import Change as Kind
from onvif_privacy.statement.models import Draft, Version
from onvif_privacy.statement.services import drafts, publishing
from onvif_privacy.statement.services.copies import newest_texts
from onvif_privacy.statement.services.difference import Change, difference
from onvif_privacy.statement.services.keeping import Line, lines
from onvif_privacy.statement.services.render import Rendered
from onvif_privacy.statement.services.sentences import Problem


@dataclass(frozen=True)
class LanguageReview:
    """One language of a draft: the page as it would be, and each sentence beside that of the version before."""

    language: str
    text: Rendered
    changes: list[Change]

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences are same, changed, added and removed."""
        counts = {"same": 0, "changed": 0, "added": 0, "removed": 0}
        for change in self.changes:
            counts[change.kind] += 1
        return counts


@dataclass(frozen=True)
class Review:
    """Everything a second person needs. ``reasons`` make the draft material whatever its editor chose."""

    change: Kind
    reasons: list[str]
    problems: list[Problem]
    warnings: list[Problem]
    languages: list[LanguageReview]
    lines: list[Line]
    earliest: datetime
    edited_since_submission: bool

    @property
    def needs_second_person(self) -> bool:
        """Only a first version is published by one person."""
        return self.change != Kind.FIRST


def review(draft: Draft) -> Review:
    """Compare ``draft`` with the version published last."""
    texts, _unreadable = drafts.rendered(draft)
    last = Version.objects.newest(draft.document)
    before = newest_texts([last.pk]) if last else {}
    languages, warnings = [], []
    for language, text in texts.items():
        old = before.get((last.pk, language)) if last else None
        languages.append(LanguageReview(language, text, difference(old.source if old else "", text.source.text)))
        warnings += [Problem(found.line, found.message, language) for found in text.source.warnings()]
    problems = drafts.problems(draft)
    authoritative = texts.get(draft.document.language)
    said = before.get((last.pk, draft.document.language)) if last else None
    change = publishing.change_of(draft)
    return Review(
        change=change,
        reasons=drafts.material_because(draft) if draft.document.language in texts else [],
        problems=problems,
        warnings=warnings,
        languages=languages,
        lines=lines(said.source if said else "", authoritative.source.text) if authoritative else [],
        earliest=publishing.earliest(draft.document, change, timezone.now()),
        edited_since_submission=bool(draft.submitted_by) and draft.submitted_digest != drafts.content_digest(draft),
    )
