"""Searching one's own conversations. There is no index: the newest messages are opened in memory, and forgotten."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.utils.text import Truncator
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import ConversationMessage, Participant
from onvif_privacy.community.models.bodies import plain_of
from onvif_privacy.community.services.conversations.common import participants, readable
from onvif_privacy.community.services.conversations.listing import Summary, summaries
from onvif_privacy.community.services.conversations.reading import Line, line_of, words_of
from onvif_privacy.core import gate
from onvif_privacy.core.keys import KeyDestroyed, OpeningKeys, SealBroken
from onvif_privacy.core.models import Subject

logger = logging.getLogger(__name__)

LOOKED_AT: Final = 2_000
SHOWN: Final = 50
MOST_WORDS: Final = 200
"""How many characters somebody can search for."""
BEFORE, AROUND = 60, 240


@dataclass(frozen=True)
class Hit:
    """A message that holds every word that was searched for, and the part of it around the first."""

    conversation: Summary
    line: Line
    excerpt: str

    @property
    def before(self) -> int:
        """The number to read below, so that the message is the last one of its page."""
        return self.line.number + 1

    def __repr__(self) -> str:
        return f"<Hit {self.line!r}>"


@dataclass(frozen=True)
class Found:
    """The newest messages that were found, and among how many; ``more`` where older ones were found, too."""

    hits: Sequence[Hit]
    looked_at: int
    more: bool


@sensitive_variables()
def search(*, subject: Subject, words: str) -> Found:
    """Look for words in the newest 2,000 messages that somebody may read; six queries, nothing is written.

    A message is found where it holds each word, in capitals or not. The 50 newest are returned. Raises GateClosed
    after a restore.
    """
    wanted = words[:MOST_WORDS].casefold().split()
    if not wanted:
        return Found([], 0, more=False)
    with gate.scope("own_access", subject=subject) as scope:
        mine = {one.conversation_id: one for one in participants().filter(subject=subject)}
        rows = list(readable(subject, *mine).select_related("author__user").order_by("-sent_at", "-number")[:LOOKED_AT])
        scope.keys.fetch([subject.pk, *(one.author_id for one in rows)])
        hits = list(islice(_matching(subject, rows, mine, wanted, scope.keys), SHOWN + 1))
    known = {one.id: one for one in summaries(subject, {pk for pk, _line in hits})}
    shown = [Hit(known[pk], line, _excerpt(line.text or "", wanted[0])) for pk, line in hits[:SHOWN] if pk in known]
    return Found(shown, len(rows), more=len(hits) > SHOWN)


@sensitive_variables()
def _matching(
    subject: Subject,
    rows: Sequence[ConversationMessage],
    mine: Mapping[uuid.UUID, Participant],
    wanted: Sequence[str],
    keys: OpeningKeys,
) -> Iterator[tuple[uuid.UUID, Line]]:
    """Yield conversation and line of each message that holds every word."""
    opened = {pk: key for pk in {row.conversation_id for row in rows} if (key := _key_of(mine[pk], keys))}
    for row in rows:
        pk = row.conversation_id
        if pk not in opened:
            continue
        line = line_of(row, subject, *words_of(row, opened[pk], keys))
        folded = (line.text or "").casefold()
        if all(one in folded for one in wanted):
            yield pk, line


@sensitive_variables()
def _key_of(part: Participant, keys: OpeningKeys) -> bytes | None:
    """Return the key of a conversation; None where it cannot be opened: the others are searched all the same."""
    try:
        return plain_of(part, "sealed_key", keys)
    except (KeyDestroyed, SealBroken):
        logger.error("the key of participant %s cannot be opened", part.pk)
        return None


def _excerpt(text: str, word: str) -> str:
    """Return what stands around a word; some letters are longer in lower case, so its place is taken with room."""
    place = max(text.casefold().find(word) - BEFORE, 0)
    return ("…" if place else "") + Truncator(text[place:]).chars(AROUND)
