"""Finding telephone numbers: by their form and the words beside them; better with the extra ``phone``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from onvif_privacy.core.cards import find_ibans
from onvif_privacy.core.recognising.places import Span, clear_of
from onvif_privacy.core.recognising.words import CALLING

try:  # the extra `phone`
    import phonenumbers as numbers
except ImportError:  # pragma: no cover - a site without it
    numbers = None  # type: ignore[assignment]

_SEPARATOR = r"[ \-./()\u2010-\u2015]"
_CANDIDATE = re.compile(
    rf"(?<![\w@#/=.\-])(?:\+[ ]?|\(\+?)?\d(?:{_SEPARATOR}{{0,3}}\d){{6,16}}(?:[ ]?(?:x|ext\.?)[ ]?\d{{1,6}})?(?![\w@])"
)
_DATE = re.compile(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{2,4})(?![-./\d])")
_OTHER = re.compile(
    r"\d{1,3}(?:\.\d{1,10}){3}|\d{3}-\d{2}-\d{4}|\d+"
)  # an IP address or a version, a social security number, a plain number
_CALLED = re.compile(rf"(?<!\w)(?:{CALLING})(?!\w)", re.IGNORECASE)
NEAR = 40
MOST_ASKED = 200  # numbers of one text that the extra is asked about: it takes long, and more of them are a table


@cache
def _known() -> Any:
    return numbers


def _valid(written: str, regions: Iterable[str]) -> bool:
    """Whether the extra says that it is a number of one of the regions, or of any after a ``+``."""
    library = _known()
    for region in (None,) if written.startswith("+") else regions:
        try:
            if library.is_valid_number(library.parse(written, region)):
                return True
        except library.NumberParseException:
            continue
    return False


def _is_called(text: str, begin: int, end: int) -> bool:
    return (
        _CALLED.search(text[max(begin - NEAR, 0) : begin]) is not None
        or _CALLED.match(text[end:].lstrip(" ,:-/")) is not None
    )


def _is_grouped(written: str) -> bool:
    """Whether it stands there as telephone numbers do: in three groups, or in two that begin with 0 or a bracket."""
    return written[0] in "0(" or len(re.findall(r"\d+", written)) > 2


def phones(text: str, regions: Iterable[str], taken: Iterable[Span]) -> dict[Span, bool]:
    """Return where each telephone number of a folded text stands, and whether that is sure.

    ``regions`` are countries (ISO 3166-1) whose national numbers count; ``taken`` are places that hold something else.
    """
    written = (found.span() for found in _CANDIDATE.finditer(text))
    free = clear_of(written, [*taken, *find_ibans(text)])
    countries = tuple(regions)
    judged = {
        (begin, end): _judged(text, begin, end, countries if number < MOST_ASKED else ())
        for number, (begin, end) in enumerate(free)
    }
    return {span: sure for span, sure in judged.items() if sure is not None}


def _judged(text: str, begin: int, end: int, regions: Iterable[str]) -> bool | None:
    """Say whether digits are surely a telephone number, perhaps one (False), or none."""
    written = text[begin:end]
    if _DATE.match(written):
        return None
    if "+" in written[:3] or _is_called(text, begin, end):
        return True
    if _OTHER.fullmatch(written) or _known() is None:
        return None
    if _is_grouped(written) and _valid(written, regions):
        return True
    return False if len(re.findall(r"\d+", written)) > 2 else None
