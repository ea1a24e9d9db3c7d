"""Finding payment card numbers in text, so that they are refused or masked wherever text is stored."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import accumulate
from typing import Final

ISSUER_DIGITS: Final = 6
# Issuers by their first digits, with the lengths they use (ISO/IEC 7812).
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-59]|[689])"), (14, 15, 16, 17, 18, 19)),
    (re.compile(r"1800|2131"), (15,)),
    (re.compile(r"35|6011|64[4-9]|65|62|81|220[0-4]"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-9]|6|0604"), (12, 13, 14, 15, 16, 17, 18, 19)),
)
_DIGITS = re.compile(r"\d(?:[\s.,:|/_\-\u00b7\u2010-\u2015\u2022\u2212\u200b-\u200f\u2060\ufeff\u00ad]{0,3}\d){11,}")
_GROUP = re.compile(r"\d+")
_VALUES = bytes(max(code - ord("0"), 0) for code in range(256))  # of a digit as a letter, the number it is
_DOUBLED = bytes(
    (2 * value - (9 if value > 4 else 0)) % 256 for value in range(256)
)  # of a digit, its own digits added
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?!\w)")


def _luhn(digits: bytes) -> Callable[[int, int], bool]:
    """Return a function that says of any part of ``digits``, in one step, whether its check digit is right."""
    running = []  # sums, with every other digit doubled: those at odd places, those at even ones
    for parity in (1, 0):
        values = bytearray(digits)
        values[parity::2] = values[parity::2].translate(_DOUBLED)
        running.append(list(accumulate(values, initial=0)))

    def is_right(begin: int, end: int) -> bool:
        sums = running[(end - 1) % 2]
        return (sums[end] - sums[begin]) % 10 == 0

    return is_right


@lru_cache(maxsize=1024)
def _lengths(beginning: str) -> tuple[int, ...]:
    """Return how many digits a number has that begins so, the longest first; none where no issuer uses it."""
    return tuple(sorted({length for first, lengths in _ISSUERS if first.match(beginning) for length in lengths})[::-1])


def find_ibans(value: str) -> list[tuple[int, int]]:
    """Return begin and end of each account number (IBAN, ISO 13616) in a text whose check digits are right."""
    return [found.span() for found in _IBAN.finditer(value) if _is_iban(found[0].replace(" ", ""))]


def _is_iban(written: str) -> bool:
    return len(written) <= 34 and int("".join(str(int(char, 36)) for char in written[4:] + written[:4])) % 97 == 1


def find_cards(value: str) -> list[tuple[int, int]]:
    """Return begin and end of each payment card number in a text, whatever separates its 12 to 19 digits.

    A number counts if an issuer uses its first digits and length and its check digit (Luhn) is right. A telephone
    number with a leading ``+`` never does, nor one within an account number.
    """
    ibans = find_ibans(value)
    found: list[tuple[int, int]] = []
    for run in _DIGITS.finditer(value):
        groups = [group.span() for group in _GROUP.finditer(value, *run.span())]
        at = list(accumulate((end - begin for begin, end in groups), initial=0))  # digits before each group
        ends = {before: groups[number][1] for number, before in enumerate(at[1:])}  # a number ends with a group
        digits = "".join(value[begin:end] for begin, end in groups)
        if not digits.isascii():
            digits = "".join(str(int(char)) for char in digits)
        is_right = _luhn(digits.encode().translate(_VALUES))
        for (begin, _end), first in zip(groups, at, strict=False):  # and begins with one
            if (found and begin < found[-1][1]) or (begin == run.start() and value[max(begin - 1, 0)] == "+"):
                continue
            for length in _lengths(digits[first : first + ISSUER_DIGITS]):
                end = ends.get(first + length)
                if end and is_right(first, first + length) and len({*digits[first : first + length]}) > 1:
                    if not any(low <= begin < high for low, high in ibans):
                        found.append((begin, end))
                    break
    return found
