"""Knowing personal data again in a text that somebody wrote: addresses, numbers, cards. Names are not known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from onvif_privacy.core.cards import find_cards
from onvif_privacy.core.recognising.folding import fold
from onvif_privacy.core.recognising.mails import mails
from onvif_privacy.core.recognising.places import clear_of, merged
from onvif_privacy.core.recognising.postal import addresses
from onvif_privacy.core.recognising.telephones import phones

KINDS: Final = ("card", "email", "phone", "address")


@dataclass(frozen=True, order=True)
class Contact:
    """Where in a text a way to reach somebody stands: begin, end, kind (of `KINDS`), and whether that is sure."""

    begin: int
    end: int
    kind: str
    sure: bool = True


def find_hidden_cards(text: str) -> list[tuple[int, int]]:
    """Return begin and end of each card number in a text, also of one that signs nobody sees are written into."""
    folded = fold(text)
    return [folded.original(begin, end) for begin, end in find_cards(folded.text)]


def find_contacts(text: str, *, regions: Iterable[str] = ()) -> list[Contact]:
    """Return what a text holds, in its order, never overlapping: cards first, then mail, telephone and address.

    ``regions`` are countries (ISO 3166-1) whose national telephone numbers count. Places point into ``text`` as it was
    given, however its signs are spelt. Work grows with the length of the text only.
    """
    folded = fold(text)
    cards = find_cards(folded.text)
    written = {(begin, end): sure for begin, end, sure in mails(folded.text)}
    mailed = merged(clear_of(written, cards))
    postal = addresses(folded.text)
    called = phones(folded.text, tuple(regions), [*cards, *mailed, *postal])
    taken = [*cards, *mailed, *called]
    spans: list[tuple[int, int, str, bool]] = [
        *((*span, "card", True) for span in cards),
        *((*span, "email", written.get(span, True)) for span in mailed),
        *((*span, "phone", sure) for span, sure in called.items()),
        *((*span, "address", True) for span in clear_of(postal, taken)),
    ]
    return sorted(Contact(*folded.original(begin, end), kind, sure) for begin, end, kind, sure in spans)
