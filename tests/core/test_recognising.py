"""Contacts are found in other people's texts as well as the design says, in any script, and in bounded time."""

from __future__ import annotations

import random
import time
import unicodedata
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.recognising import KINDS, find_contacts, find_hidden_cards, postal, telephones
from onvif_privacy.core.recognising.places import merged
from tests import corpora

ENTITIES = {"card": "CREDIT_CARD", "email": "EMAIL_ADDRESS", "phone": "PHONE_NUMBER", "address": "STREET_ADDRESS"}
REGIONS = ("US", "GB", "DE", "FR", "AU")
# precision and recall for texts, as the design asks for
GOALS = {"card": (0.98, 1.0), "email": (0.99, 0.99), "phone": (0.80, 0.95), "address": (0.90, 0.90)}
WITHOUT_EXTRA = {**GOALS, "phone": (0.70, 0.70)}
SCRIPTS = {
    "ASCII": 0x30,
    "Arabic-Indic": 0x660,
    "Persian": 0x6F0,
    "Devanagari": 0x966,
    "Bengali": 0x9E6,
    "Gujarati": 0xAE6,
    "Tamil": 0xBE6,
    "Telugu": 0xC66,
    "Thai": 0xE50,
    "Tibetan": 0xF20,
    "Khmer": 0x17E0,
    "full width": 0xFF10,
    "mathematical bold": 0x1D7CE,
}
SEPARATORS = (
    *(
        "",
        " ",
        "\u00a0",
        "\u2009",
        "\u202f",
        "\u3000",
        "\t",
        "\n",
        "-",
        "\u2010",
        "\u2011",
        "\u2013",
        "\u2014",
        "\u2212",
    ),
    *(".", ",", "/", "_", "\u00b7", "|", ":", " - "),
)
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e", "\u202a", "\u034f", "\ufe0f")
NUMBERS = ("4111111111111111", "5555555555554444", "378282246310005", "6011111111111117", "3530111333300000")


def held_out() -> list[tuple[str, set[str]]]:
    """Return the texts on whose templates nothing was tuned, each with the kinds that it holds."""
    found = []
    for case in corpora.objects("personal-data"):
        if case["template_id"] % 2:
            spans = {span["entity_type"] for span in case["spans"]}
            found.append((case["full_text"], {kind for kind, entity in ENTITIES.items() if entity in spans}))
    assert len(found) == 746
    return found


@pytest.mark.parametrize("extra", [True, False], ids=["with the extra phone", "without"])
def test_goals_hold_on_the_half_that_nothing_was_tuned_on(extra: bool, monkeypatch: Any, capsys: Any) -> None:
    if not extra:
        monkeypatch.setattr(telephones, "_known", lambda: None)
    judged = [({one.kind for one in find_contacts(text, regions=REGIONS)}, held) for text, held in held_out()]
    figures, confused = {}, Counter[str]()
    for kind in KINDS:
        right = sum(kind in found and kind in held for found, held in judged)
        said = sum(kind in found for found, _held in judged)
        there = sum(kind in held for _found, held in judged)
        figures[kind] = right / said, right / there
        for found, held in judged:
            if (kind in found) != (kind in held):
                confused[
                    f"{kind} {'seen in' if kind in found else 'missed in'} texts with {sorted(held) or 'nothing'}"
                ] += 1
    clean = [found for found, held in judged if not held]
    flagged = sum(bool(found) for found in clean) / len(clean)
    with capsys.disabled():
        print(f"\nheld-out half, extra phone {extra}: {len(judged)} texts, {len(clean)} without such data")
        for kind, (precision, recall) in figures.items():
            print(f"  {kind:8} precision {precision:.3f} recall {recall:.3f}")
        print(f"  flagged without such data: {flagged:.2%}; confused: {dict(confused)}")
    goals = GOALS if extra else WITHOUT_EXTRA
    for kind in KINDS:
        assert figures[kind][0] >= goals[kind][0], kind
        assert figures[kind][1] >= goals[kind][1], kind
    assert flagged <= 0.03


@pytest.mark.parametrize("script", SCRIPTS)
def test_card_is_found_in_each_script_with_each_separator(script: str) -> None:
    zero = SCRIPTS[script]
    assert unicodedata.decimal(chr(zero + 9)) == 9
    for number in NUMBERS:
        written = "".join(chr(zero + int(digit)) for digit in number)
        for separator in SEPARATORS:
            grouped = separator.join(written[at : at + 4] for at in range(0, len(written), 4))
            text = f"my number {grouped} is lost"
            assert find_hidden_cards(text) == [(10, 10 + len(grouped))], (number, separator)


def test_card_with_unseen_signs_between_all_digits_is_found() -> None:
    for unseen in UNSEEN:
        for number in NUMBERS:
            text = f"x {unseen.join(number)} y"
            assert find_hidden_cards(text) == [(2, len(text) - 2)], unseen


@given(st.text(), st.sampled_from(["jo@post.example", "+49 30 901820", "4111 1111 1111 1111"]), st.text())
def test_places_point_into_the_text_as_it_was_given(before: str, held: str, after: str) -> None:
    text = f"{before} x {held} y {after}"
    found = find_contacts(text, regions=REGIONS)
    ends = [0, *(one.end for one in found)]
    assert all(begin <= one.begin < one.end <= len(text) for begin, one in zip(ends, found, strict=False))
    assert any(held in text[one.begin : one.end] or text[one.begin : one.end] in held for one in found)


HOSTILE = (
    "a",
    "1",
    "1 ",
    "12 ",
    "a@",
    "@",
    "a.",
    "Aaaa ",
    "123 Aaaa ",
    "AA11",
    "AA11 1111 ",
    "rue de la ",
    "a at a dot ",
)


@pytest.mark.parametrize("text", [*HOSTILE, "+49 171 ", "(", "ä１"])
def test_time_grows_with_the_length_only(text: str) -> None:
    def spent(length: int) -> float:
        whole = (text * length)[:length]
        started = time.thread_time()  # not what other threads of this process do meanwhile
        find_contacts(whole, regions=REGIONS)
        return time.thread_time() - started

    spent(1000)
    assert min(spent(40_000) for _turn in range(2)) < max(12 * spent(10_000), 0.4)


@pytest.mark.parametrize("seed", range(20))
def test_looking_near_numbers_finds_the_addresses_that_looking_everywhere_finds(seed: int) -> None:
    rng = random.Random(seed)
    words = [
        *[
            "12",
            "5",
            "894",
            "1b",
            "street",
            "st",
            "rue",
            "ul.",
            "apt",
            "box",
            "Crown",
            "Hohe",
            "Puruntie",
            "Bahnhofstr.",
            "APO",
            "AE",
            "12345",
        ],
        "A" * 31,
    ]
    text = " ".join(rng.choice(words) if rng.random() < 0.4 else "of the harbour" for _word in range(600))
    patterns = (*postal._PATTERNS, *postal._AS_WRITTEN)
    everywhere = merged(found.span() for pattern in patterns for found in pattern.finditer(text))
    assert everywhere
    assert postal.addresses(text) == everywhere
