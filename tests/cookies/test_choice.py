"""The two cookie values: what they hold, and what is no choice."""

from __future__ import annotations

import random
import re
import time
from dataclasses import replace

import pytest
from django.test import override_settings
from hypothesis import given, settings
from hypothesis import strategies as st

from onvif_privacy.cookies.services import choice as choices
from onvif_privacy.cookies.services.choice import (
    Answer,
    Choice,
    base36,
    cookie_names,
    read,
    read_answers,
    sign,
    state_value,
    write_answers,
)
from tests.cookies.factories import choice_of

NAME = "__Host-privacy_choice"

slugs = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
answers = st.builds(
    lambda granted, generation, gpc: Answer(True, generation, gpc) if granted else Answer(False),
    st.booleans(), st.integers(0, 999), st.booleans(),
)  # fmt: skip
made = st.dictionaries(slugs, answers, max_size=6)


@given(made)
def test_answers_survive_writing_and_reading(said: dict[str, Answer]) -> None:
    assert read_answers(write_answers(said)) == said


@given(made, st.integers(0, 10**9 - 1), st.booleans())
@settings(max_examples=50)
def test_choice_survives_signing_and_reading(said: dict[str, Answer], policy: int, pending: bool) -> None:
    made = Choice(int(time.time()), policy, said, "c", "A" * 22, pending)
    found = read(sign(made, NAME), NAME, now=time.time())
    assert found is not None
    assert (found.answers, found.policy, found.pending) == (said, policy, pending)
    assert found.reference == ("A" * 22 if made.grants or pending else "")


def test_refusal_holds_no_reference() -> None:
    made = Choice(int(time.time()), 3, {"statistics": Answer(False)}, "r", reference="A" * 22)
    assert "A" * 22 not in sign(made, NAME)


def test_state_value_holds_neither_reference_nor_signature() -> None:
    value = state_value(choice_of(statistics="+1"))
    assert "A" * 22 not in value
    assert ":" not in value
    assert re.fullmatch(r"1\|[A-Za-z0-9_-]{8}\|[0-9a-z]+\|statistics\+1\|", value)


@pytest.mark.parametrize(
    ("said", "bytes_"),
    [
        ({"preferences": "!", "statistics": "!", "marketing": "!"}, 95),
        ({"preferences": "+1", "statistics": "+1", "marketing": "+1"}, 120),
    ],
)
def test_values_are_short(said: dict[str, str], bytes_: int) -> None:
    assert len(sign(choice_of(**said), NAME)) <= bytes_


def test_values_need_no_quotes() -> None:
    value = sign(choice_of(preferences="+1", statistics="*12", marketing="!"), NAME)
    assert not re.search(r'[\s",;\\]', value)


def test_choice_over_1024_bytes_is_not_written() -> None:
    with pytest.raises(ValueError, match="too many purposes"):
        sign(Choice(0, 1, {f"purpose_{number:040}": Answer(True) for number in range(30)}, "a"), NAME)


def test_purposes_without_items_still_give_a_valid_value() -> None:
    assert read(sign(Choice(int(time.time()), 0, {}, "r"), NAME), NAME, now=time.time()) is not None


@pytest.mark.parametrize(
    "text", ["a+", "a!!", "a+1.a!", ".a!", "a!.", "A!", "a+01", "a-1", "1a!", "a*x", "a!b", "a+9999999999"]
)
def test_malformed_answers_are_no_answers(text: str) -> None:
    assert read_answers(text) is None


@pytest.mark.parametrize(
    ("issued", "valid"),
    [(0, True), (-300, True), (-330, False), (180 * 86400 - 10, True), (180 * 86400 + 10, False)],
)
def test_choice_holds_for_180_days_and_not_from_the_future(issued: int, valid: bool) -> None:
    now = time.time()
    made = Choice(int(now) - issued, 1, {"statistics": Answer(False)}, "r")
    assert (read(sign(made, NAME), NAME, now=now) is not None) is valid


@override_settings(ONVIF_PRIVACY_COOKIES_MAX_AGE=400 * 86400)
def test_no_setting_makes_a_choice_hold_longer_than_184_days() -> None:
    made = Choice(int(time.time()) - 185 * 86400, 1, {"statistics": Answer(False)}, "r")
    assert read(sign(made, NAME), NAME, now=time.time()) is None


def test_cookie_of_another_name_or_key_is_no_choice() -> None:
    value = sign(choice_of(statistics="+1"), NAME)
    assert read(value, "__Secure-privacy_choice", now=time.time()) is None
    with override_settings(SECRET_KEY="another"):
        assert read(value, NAME, now=time.time()) is None
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["a secret of the tests, used nowhere else"]):
        assert read(value, NAME, now=time.time()) is not None


def test_key_mark_follows_the_key() -> None:
    before = choices.key_marks()
    with override_settings(SECRET_KEY="another"):
        assert choices.key_marks() != before
    with override_settings(SECRET_KEY="another", SECRET_KEY_FALLBACKS=["a secret of the tests, used nowhere else"]):
        assert before in choices.key_marks().split()


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({}, ("__Host-privacy_choice", "__Host-privacy_state")),
        ({"DOMAIN": "example.com"}, ("__Secure-privacy_choice", "__Secure-privacy_state")),
        ({"SECURE": False}, ("privacy_choice", "privacy_state")),
    ],
)
def test_prefix_follows_the_settings(values: dict[str, object], names: tuple[str, str]) -> None:
    with override_settings(**{f"ONVIF_PRIVACY_COOKIES_{name}": value for name, value in values.items()}):
        assert cookie_names() == names


def mutated(chance: random.Random, value: str) -> str:
    """Return a value with one bit, one character or its length changed."""
    spot, char = chance.randrange(len(value)), chr(chance.randrange(1, 256))
    changed = chance.choice(
        (
            value[:spot] + chr(ord(value[spot]) ^ (1 << chance.randrange(7))) + value[spot + 1 :],
            value[:spot] + char + value[spot:],
            value[:spot] + value[spot + 1 :],
            value + value[spot:],
            value[:spot],
            value[spot:] + value[:spot],
        )
    )
    return changed if changed != value else ""


def assert_worthless(number: int) -> None:
    """Forge ``number`` values: other bits, lengths, ages, salts, keys and cookie names."""
    chance, now = random.Random(11), time.time()
    choice = Choice(int(now), 1, {"statistics": Answer(True, 1)}, "a", "A" * 22)
    genuine = sign(choice, NAME)
    with override_settings(SECRET_KEY="another"):
        strange = sign(choice, NAME)
    old = sign(replace(choice, issued=int(now) - 200 * 86400), NAME)
    foreign = [strange, old, sign(choice, "privacy_choice"), sign(choice, "__Secure-privacy_choice")]
    assert read(genuine, NAME, now=now) == choice
    for _ in range(number):
        value = mutated(chance, genuine) if chance.random() < 0.9 else chance.choice(foreign)
        assert read(value, NAME, now=now) is None


def test_forged_values_grant_nothing() -> None:
    assert_worthless(5_000)


@pytest.mark.full
def test_100000_forged_values_grant_nothing() -> None:
    assert_worthless(100_000)


def test_base36_is_what_the_script_parses() -> None:
    assert [int(base36(number), 36) for number in (0, 35, 36, 1_790_000_000)] == [0, 35, 36, 1_790_000_000]
