"""Text as a reader sees it: folded to one spelling of each sign, with the way back to the original."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache


@lru_cache(maxsize=4096)
def _plain(char: str) -> str:
    """Return what a sign stands for: NFKC, digits of any script in ASCII; nothing for what nobody sees."""
    if unicodedata.category(char) == "Cf" or char == "\u034f" or "\ufe00" <= char <= "\ufe0f":
        return ""
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if char != "\n" and char.isspace():
        return " "
    return unicodedata.normalize("NFKC", char)


@dataclass(frozen=True)
class Folded:
    """A folded text. ``places`` holds, for each of its signs, where the sign it came from stands in the original."""

    text: str
    places: tuple[int, ...] | None = None  # None: nothing was changed

    def original(self, begin: int, end: int) -> tuple[int, int]:
        """Return begin and end in the original of what stands between ``begin`` and ``end`` here."""
        if self.places is None:
            return begin, end
        return self.places[begin], self.places[end - 1] + 1

    def here(self, place: int) -> int:
        """Return where the sign that stands at ``place`` in the original stands here."""
        return place if self.places is None else max(bisect_right(self.places, place) - 1, 0)


def fold(text: str) -> Folded:
    """Return the folded text: compatibility forms replaced (NFKC, Unicode Standard Annex 15), unseen signs left out."""
    if text.isascii() and text.isprintable():
        return Folded(text)
    signs: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        plain = _plain(char)
        signs.append(plain)
        places.extend([place] * len(plain))
    return Folded("".join(signs), tuple(places))
