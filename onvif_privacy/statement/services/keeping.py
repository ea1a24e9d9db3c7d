"""The sentences of a text for the person who binds them: what became of each, and what keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from onvif_privacy.statement.models import DraftText, Sentence, Version
from onvif_privacy.statement.services import bindings
from onvif_privacy.statement.services.bindings import UNBOUND, Kept
from onvif_privacy.statement.services.copies import newest_texts
from onvif_privacy.statement.services.difference import Change, difference
from onvif_privacy.statement.services.sentences import SourceSentence, digest, sentences


@dataclass(frozen=True)
class Line:
    """One sentence since the version before. ``sentence`` is None for one that is gone.

    ``proposed`` are the promises that kept a changed sentence before.
    """

    kind: Literal["same", "changed", "added", "removed"]
    change: Change
    sentence: SourceSentence | None
    kept: Kept
    proposed: tuple[str, ...] = ()


def lines(before: str, after: str) -> list[Line]:
    """Compare two readable sources and say what keeps each sentence, in the order of reading; one query."""
    changes, here = difference(before, after), iter(sentences(after).sentences)
    kept = bindings.live(digest(text) for change in changes for text in (change.before, change.after) if text)
    return [_line(change, here, kept) for change in changes]


def _line(change: Change, here: Iterator[SourceSentence], kept: dict[str, Kept]) -> Line:
    sentence = None if change.kind == "removed" else next(here)
    proposed = kept.get(digest(change.before), UNBOUND).promises if change.kind == "changed" else ()
    mine = kept.get(digest(change.after or change.before), UNBOUND)
    return Line(change.kind, change, sentence, mine, proposed)


def lines_of(version: Version) -> list[Line]:
    """Return the sentences of a published version in its authoritative language."""
    source = newest_texts([version.pk])[version.pk, version.document.language].source
    return lines(source, source)


def words_of(mark: str) -> str | None:
    """Return the sentence of a digest from the open drafts or the published texts, the newest; None where unknown."""
    for draft in DraftText.objects.order_by("-draft__created_at"):
        found = next((line for line in draft.source.split("\n") if digest(line.rstrip()) == mark), None)
        if found:
            return found.rstrip()
    row = Sentence.objects.filter(source_digest=mark).select_related("text").order_by("-text__published_at").first()
    return row.text.source[row.begins : row.ends] if row else None
