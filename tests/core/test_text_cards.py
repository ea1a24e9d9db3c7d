"""Payment card numbers are found whatever separates their digits, and ordinary texts are left alone."""

from __future__ import annotations

import random

import pytest

from onvif_privacy.core.text import find_cards
from tests import corpora

SEPARATORS = ("", " ", "-", ".", "\u00a0", "\u2009", "/", " - ", "\u200b")
ISSUERS = (
    ("4", 16),
    ("51", 16),
    ("2221", 16),
    ("34", 15),
    ("36", 14),
    ("3528", 16),
    ("6011", 16),
    ("62", 19),
    ("50", 12),
)


def valid_number(chance: random.Random, prefix: str, length: int) -> str:
    body = prefix + "".join(str(chance.randrange(10)) for _ in range(length - len(prefix) - 1))
    total = sum(
        sum(divmod(int(digit) * 2, 10)) if index % 2 == 0 else int(digit) for index, digit in enumerate(reversed(body))
    )
    return body + str(-total % 10)


def grouped(number: str, separator: str) -> str:
    return separator.join(number[at : at + 4] for at in range(0, len(number), 4))


def test_thousand_valid_numbers_are_found_with_every_separator() -> None:
    chance = random.Random(14)
    for index in range(1_000):
        written = grouped(valid_number(chance, *ISSUERS[index % len(ISSUERS)]), SEPARATORS[index % len(SEPARATORS)])
        text = f"Please charge {written}, thank you"
        assert find_cards(text) == [(14, 14 + len(written))], written


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",
        "+4111111111111111",
        "0000 0000 0000 0000",
        "4" * 40,
        "2026-11-27 10:30:00",
        "1234567890",
        "",
    ],
)
def test_other_numbers_are_no_cards(text: str) -> None:
    assert find_cards(text) == []


def test_digits_of_other_scripts_and_further_groups_hide_no_card() -> None:
    assert find_cards("５５５５５５５５５５５５４４４４") == [(0, 16)]
    assert find_cards("12 4111 1111 1111 1111 99") == [(3, 22)]
    assert len(find_cards("4111111111111111 and 5555-5555-5555-4444")) == 2


def test_ten_thousand_ordinary_texts_hold_at_most_five() -> None:
    texts = [line.decode("utf-8", "replace") for line in corpora.lines("access-log")]
    assert len(texts) == 10_000
    assert sum(bool(find_cards(text)) for text in texts) <= 5
