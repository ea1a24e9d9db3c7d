"""Finding payment card numbers in text, so that they are refused or masked wherever text is stored."""

from __future__ import annotations

import re
from collections.abc import Callable

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
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)(?!\w)")


def _luhn(digits: str) -> Callable[[int, int], bool]:
    """Return a function that says of any part of ``digits``, in one step, whether its check digit is right."""
    sums = ([0], [0])  # running sums, with every other digit doubled: those at odd places, those at even ones
    for index, digit in enumerate(digits):
        for parity in (0, 1):
            value = int(digit) * (1 if index % 2 == parity else 2)
            sums[parity].append(sums[parity][-1] + value - (9 if value > 9 else 0))

    def is_right(begin: int, end: int) -> bool:
        running = sums[(end - 1) % 2]
        return (running[end] - running[begin]) % 10 == 0

    return is_right


def _is_issued(digits: str) -> bool:
    return len(set(digits)) > 1 and any(len(digits) in lengths and first.match(digits) for first, lengths in _ISSUERS)


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
        places = [place for place in range(*run.span()) if value[place].isdecimal()]
        digits = "".join(str(int(value[place])) for place in places)
        is_right = _luhn(digits)
        last = len(places) - 1
        begins = [n for n in range(last + 1) if n == 0 or places[n] - places[n - 1] > 1]
        ends = {n for n in range(last + 1) if n == last or places[n + 1] - places[n] > 1}
        if value[max(run.start() - 1, 0) : run.start()] == "+":
            begins = begins[1:]
        for begin in begins:
            lengths = [size for size in range(19, 11, -1) if begin + size - 1 in ends]
            right = (size for size in lengths if is_right(begin, begin + size))
            size = next((size for size in right if _is_issued(digits[begin : begin + size])), 0)
            inside = any(first <= places[begin] < end for first, end in ibans)
            if size and not inside and (not found or places[begin] >= found[-1][1]):
                found.append((places[begin], places[begin + size - 1] + 1))
    return found
