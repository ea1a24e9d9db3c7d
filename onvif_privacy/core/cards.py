"""Finding payment card numbers in text, so that they are refused or masked wherever text is stored."""

from __future__ import annotations

import re

# Issuers by their first digits, with the lengths they use (ISO/IEC 7812).
_ISSUERS = (
    (re.compile(r"4"), (13, 16, 19)),
    (re.compile(r"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(r"3[47]"), (15,)),
    (re.compile(r"3(?:0[0-59]|[689])"), (14, 15, 16, 17, 18, 19)),
    (re.compile(r"35(?:2[89]|[3-8])|6011|64[4-9]|65|62|81|220[0-4]"), (16, 17, 18, 19)),
    (re.compile(r"50|5[6-9]|6"), (12, 13, 14, 15, 16, 17, 18, 19)),
)
_DIGITS = re.compile(r"\d(?:[\s.,/_\-\u2010-\u2015\u200b-\u200d\u2060\u00ad]{0,3}\d){11,}")


def _is_card(digits: str) -> bool:
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    if sum(value - 9 if value > 9 else value for value in doubled) % 10 or len(set(digits)) < 2:
        return False
    return any(len(digits) in lengths and first.match(digits) for first, lengths in _ISSUERS)


def find_cards(value: str) -> list[tuple[int, int]]:
    """Return begin and end of each payment card number in a text, whatever separates its 12 to 19 digits.

    A number counts if an issuer uses its first digits and length and its check digit (Luhn) is right. A telephone
    number with a leading ``+`` never does.
    """
    found: list[tuple[int, int]] = []
    for run in _DIGITS.finditer(value):
        places = [place for place in range(*run.span()) if value[place].isdecimal()]
        digits = "".join(str(int(value[place])) for place in places)
        last = len(places) - 1
        begins = [n for n in range(last + 1) if n == 0 or places[n] - places[n - 1] > 1]
        ends = {n for n in range(last + 1) if n == last or places[n + 1] - places[n] > 1}
        if value[max(run.start() - 1, 0) : run.start()] == "+":
            begins = begins[1:]
        for begin in begins:
            lengths = [size for size in range(19, 11, -1) if begin + size - 1 in ends]
            size = next((size for size in lengths if _is_card(digits[begin : begin + size])), 0)
            if size and (not found or places[begin] >= found[-1][1]):
                found.append((places[begin], places[begin + size - 1] + 1))
    return found
