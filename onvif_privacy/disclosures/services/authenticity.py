"""Whether a letter is what it says it is: rules without a database, one for each way to be deceived.

Doubt counts against the letter: a number that might be the one on it is the one on it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from onvif_privacy.disclosures.models import STRONG

# Numbers


_KEYPAD: Final = dict(zip("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999", strict=True))
_EXTENSION: Final = re.compile(
    r"(?:;?\s*(?:ext|extension|durchwahl|poste)\b\.?:?|;ext=|\bx|#)\s*\d{1,6}\s*$", re.IGNORECASE
)
_TRUNK_IN_BRACKETS: Final = re.compile(r"\(\s*0\s*\)")
_SIGNIFICANT: Final = 7  # digits that tell two subscribers of one country apart


class Number(StrEnum):
    """Why a call-back number does not count."""

    MISSING = "missing"
    ON_LETTER = "on_letter"
    NO_SOURCE = "no_source"
    FOUND_LATE = "found_late"


def _plain(number: str) -> str:
    """Return the digits that reach somebody from the country itself: no spelling, extension, prefix or zero before."""
    text = unicodedata.normalize("NFKC", number).casefold().strip().removeprefix("tel:")
    text = _TRUNK_IN_BRACKETS.sub(" ", _EXTENSION.sub("", text))
    digits = []
    for char in text:
        if (value := unicodedata.digit(char, None)) is not None:
            digits.append(str(value))
        elif char in _KEYPAD and digits:  # 0800-POLICE; words before the number are none of it
            digits.append(_KEYPAD[char])
    return "".join(digits).lstrip("0")


def same_number(one: str, other: str) -> bool:
    """Whether two numbers may reach the same line, whatever their spelling, national or international.

    Where one is longer, by a country's or an area's prefix, the end decides.
    """
    short, long = sorted((_plain(one), _plain(other)), key=len)
    if len(short) < _SIGNIFICANT:
        return bool(short) and short == long
    return long.endswith(short)


@dataclass(frozen=True)
class CallBack:
    """A call that was made: the number, where and when and by whom it was found, and who dialled it."""

    number: str
    found_where: str
    found_at: datetime | None
    found_by: object
    dialled_by: object


def call_back_problems(call: CallBack, *, on_letter: Iterable[str], received_at: datetime) -> list[Number]:
    """Return why a call does not count as a check; empty where it does.

    ``on_letter`` are the numbers that stand on the letter, in its signature or its envelope; people are compared as
    they are. A number that was found after receipt by whoever dials it is the letter's own idea.
    """
    found = []
    if not _plain(call.number):
        found.append(Number.MISSING)
    if any(same_number(call.number, one) for one in on_letter):
        found.append(Number.ON_LETTER)
    if not call.found_where.strip() or call.found_at is None:
        found.append(Number.NO_SOURCE)
    elif call.found_at >= received_at and call.found_by == call.dialled_by:
        found.append(Number.FOUND_LATE)
    return found


# Domains


class Likeness(StrEnum):
    """In which way a domain looks like one that we know."""

    CONFUSABLE = "confusable"
    CLOSE = "close"
    INSIDE = "inside"


_DISTANCE: Final = 2
# Letters of other scripts, digits and pairs that pass for Latin letters in the fonts of mail programs (UTS 39).
_LOOKS: Final = str.maketrans("авеікмнорстухѕјԁԛԝһӏɡıοαρυνκτβι01358øłđ", "abeikmhopctyxsjdqwhlgioapuvktbiolesbold")
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("i", "l"))


def _unicode(domain: str) -> str:
    labels = []
    for label in domain.strip().rstrip(".").casefold().split("."):
        try:
            labels.append(label.encode("ascii").decode("idna") if label.startswith("xn--") else label)
        except UnicodeError:
            labels.append(label)
    return ".".join(labels)


def _skeleton(domain: str) -> str:
    """Return what a domain looks like at a glance."""
    plain = unicodedata.normalize("NFKD", _unicode(domain))
    plain = "".join(char for char in plain if not unicodedata.combining(char) and char.isprintable())
    plain = plain.casefold().translate(_LOOKS)
    for pair, letter in _PAIRS:
        plain = plain.replace(pair, letter)
    return plain


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters must be changed, added, dropped or swapped; ``most`` + 1 where it is more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        new = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, new[-1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            new.append(cost)
        before, row = row, new
    return min(row[-1], most + 1)


def belongs(domain: str, known: Iterable[str]) -> bool:
    """Whether a domain is one of those that we know, or below one."""
    name = domain.strip().rstrip(".").casefold()
    return any(name == one.casefold() or name.endswith(f".{one.casefold()}") for one in known)


def look_alike(domain: str, known: Sequence[str]) -> tuple[str, Likeness] | None:
    """Return the known domain that a domain could be taken for, and how; None for one of ours and for a stranger."""
    if belongs(domain, known):
        return None
    name = _unicode(domain)
    for one in known:
        if _skeleton(name) == _skeleton(one) or _skeleton(name).endswith(f".{_skeleton(one)}"):
            return one, Likeness.CONFUSABLE
    for one in known:
        # of the same number of labels, so that a mail host of a look-alike is compared without its own name
        tail = ".".join(name.split(".")[-len(one.split(".")) :])
        if distance(tail, one.casefold(), _DISTANCE) <= _DISTANCE:
            return one, Likeness.CLOSE
    for one in known:
        if one.casefold() in name or one.casefold().replace(".", "-") in name:
            return one, Likeness.INSIDE
    return None


# Checks


def is_authentic(checks: Iterable[tuple[str, str, bool]]) -> bool:
    """Whether checks show that a letter is genuine; each is its kind, its result, and whether two people corrected it.

    One strong kind must have passed, and every failure must have been corrected. Weak kinds never add up to a strong
    one, and a pass makes no failure good.
    """
    made = list(checks)
    failed = any(result == "fail" and not is_corrected for _kind, result, is_corrected in made)
    return not failed and any(kind in STRONG and result == "pass" for kind, result, _is_corrected in made)
