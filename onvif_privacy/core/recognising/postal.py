"""Finding postal addresses: a number beside the name of a street, a unit, a box."""

from __future__ import annotations

import re
from typing import Final

from onvif_privacy.core.recognising.places import Span, merged
from onvif_privacy.core.recognising.words import BOX, STREET_AFTER, STREET_BEFORE, STREET_END, UNIT

_NUMBER = r"\d{1,5}(?:\s?[a-z](?![^\W\d_]))?"
_NAME = r"[^\W\d_][\w.'’\-]{0,30}"
_GAP = r"[ ]{1,2}"
# each pattern begins at a word and is bounded, so work grows with the length of the text only
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 12 Crown Street; 12 Old Crown St.
        rf"(?<![\w.,/\-]){_NUMBER}{_GAP}(?:{_NAME}{_GAP}){{1,4}}(?:{STREET_AFTER})(?!\w)",
        # Brucker Bundesstrasse 31; Király u. 15; Hohe Str. 5
        rf"(?<!\w){_NAME}{_GAP}(?:{STREET_AFTER})\.?{_GAP}{_NUMBER}(?!\w)",
        # Puruntie 82, Bahnhofstr. 5
        rf"(?<!\w)[^\W\d_][\w\-]{{1,30}}?(?:{STREET_END})\.?,?{_GAP}{_NUMBER}(?!\w)",
        # 5, rue de la Paix; Rua do Arenque 1634; ul. Długa 3
        rf"(?<!\w)(?:{STREET_BEFORE}){_GAP}?(?:{_NAME}{_GAP}){{0,4}}{_NAME},?{_GAP}{_NUMBER}(?!\w)",
        rf"(?<![\w.,/\-]){_NUMBER},?{_GAP}(?:{STREET_BEFORE}){_GAP}{_NAME}",
        rf"(?<!\w)(?:{UNIT}){_GAP}?\d{{1,5}}(?!\w)",
        rf"(?<!\w)(?:{BOX}){_GAP}?\d{{1,6}}(?!\w)",
        # Hoge Wei 32 St.
        rf"(?<!\w){_NAME}{_GAP}{_NUMBER}{_GAP}(?:street|st)(?!\w)",
    )
)
_CAPITAL = r"[A-Z\u00c0-\u00de\u0100-\u024f\u0370-\u03ff\u0400-\u042f][\w.'’\-]{1,30}"
_AS_WRITTEN = tuple(
    re.compile(pattern)
    for pattern in (
        # 5850 Jana Nerudy 894: a postcode, a name, a number
        rf"(?<![\w.,/\-])\d{{3,6}}{_GAP}(?:{_CAPITAL}{_GAP}){{1,3}}\d{{1,4}}[a-z]?(?![\w:])",
        rf"(?<![\w.,/\-])\d{{3,6}}{_GAP}\d{{1,4}}{_GAP}{_CAPITAL}",
        # posts of the United States' forces
        r"(?<!\w)[ADF]PO[ ](?:AA|AE|AP)[ ]\d{5}(?!\w)",
    )
)


_DIGITS = re.compile(r"\d+")
_REACH: Final = 256  # characters: no pattern is longer, and each asks for a number


def addresses(text: str) -> list[Span]:
    """Return begin and end of what looks like a postal address in a folded text, in order."""
    numbers = (found.span() for found in _DIGITS.finditer(text))
    near = merged((max(begin - _REACH, 0), end + _REACH) for begin, end in numbers)
    return merged(
        found.span()
        for pattern in (*_PATTERNS, *_AS_WRITTEN)
        for begin, end in near
        for found in pattern.finditer(text, begin, end)
    )
