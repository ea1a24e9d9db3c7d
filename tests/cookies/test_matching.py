"""Which declaration a cookie's name belongs to."""

from __future__ import annotations

import fnmatch
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.cookies.services.matching import Matcher, canonical, overlap, ties

names = st.text("_ga.", min_size=1, max_size=6)
patterns = st.text("_ga.*", min_size=1, max_size=6)

PAIRS = [
    ("_ga_*", "_ga_ABC", True),
    ("_ga_*", "_ga", False),
    ("_ga_*", "_GA_ABC", False),
    ("_ga_*", "_ga_", True),
    ("_ga_*", "x_ga_ABC", False),
    ("_pk_id.*", "_pk_id.13.ab12", True),
    ("_pk_id.*", "_pk_idX13", False),
    ("_pk_*.13.*", "_pk_ses.13.x", True),
    ("_pk_*.13.*", "_pk_ses.14.x", False),
    ("theme", "theme", True),
    ("theme", "Theme", False),
    ("theme", "theme ", False),
    ("theme", "themes", False),
    ("*_session", "shop_session", True),
    ("*_session", "shop_sessions", False),
    ("a[b]*", "a[b]c", True),
    ("a[b]*", "ab", False),
    ("a?c*", "abc", False),
    ("a.c*", "abc", False),
    ("a\nb*", "a\nbc", True),
]


@pytest.mark.parametrize(("pattern", "name", "fits"), PAIRS)
def test_pattern_takes_exactly_the_names_it_says(pattern: str, name: str, fits: bool) -> None:
    assert (Matcher({pattern: 1}).get(name) == 1) is fits


@pytest.mark.parametrize(("pattern", "name", "fits"), PAIRS)
def test_other_patterns_beside_it_change_nothing(pattern: str, name: str, fits: bool) -> None:
    beside = {f"other{number}_*": number for number in range(2, 50)} | {"zzz": 0}
    assert (Matcher({**beside, pattern: 1}).get(name) == 1) is fits


@given(patterns, names)
def test_one_pattern_matches_like_a_glob(pattern: str, name: str) -> None:
    assert (Matcher({pattern: True}).get(name) is True) == fnmatch.fnmatchcase(name, pattern)


@given(st.lists(patterns, min_size=1, max_size=6, unique=True), names)
def test_most_particular_pattern_wins(declared: list[str], name: str) -> None:
    found = Matcher({pattern: pattern for pattern in declared}).get(name)
    fitting = [pattern for pattern in declared if fnmatch.fnmatchcase(name, pattern)]
    if name in declared:
        assert found == name
    elif fitting:
        most = max(len(pattern) - pattern.count("*") for pattern in fitting)
        assert found in fitting
        assert len(found) - found.count("*") == most
    else:
        assert found is None


@given(patterns, patterns, names)
def test_patterns_that_share_a_name_overlap(first: str, second: str, name: str) -> None:
    if fnmatch.fnmatchcase(name, first) and fnmatch.fnmatchcase(name, second):
        assert overlap(first, second)


def test_ties_are_found_and_nothing_else() -> None:
    assert ties(["_ga_*", "_g*a_", "_ga_ABC", "_hb_*", "_ga_X*"]) == [("_ga_*", "_g*a_")]


@pytest.mark.parametrize("prefix", ["__Host-", "__Secure-", "__Http-", "__Host-Http-"])
@pytest.mark.parametrize(
    "change", [str.lower, str.upper, str.swapcase, str.title, str, lambda text: text[:2] + text[2:].lower()]
)
def test_prefix_compares_without_case_and_the_rest_with_it(prefix: str, change: object) -> None:
    spelled = change(prefix)  # type: ignore[operator]
    matcher = Matcher({f"{prefix}Id": 1, f"{prefix}x_*": 2})
    assert matcher.get(f"{spelled}Id") == 1
    assert matcher.get(f"{spelled}x_1") == 2
    assert matcher.get(f"{spelled}id") is None
    assert canonical(f"{spelled}Id") == f"{prefix}Id"


def test_memory_of_names_is_bounded() -> None:
    matcher = Matcher({"_ga_*": 1})
    for number in range(5000):
        matcher.get(f"name{number}")
    assert len(matcher._known) <= 1024


def test_500_patterns_cost_microseconds() -> None:
    matcher = Matcher(
        {f"name_{number}_*": number for number in range(250)} | {f"exact{number}": number for number in range(250)}
    )
    names = [f"name_{number}_x" for number in range(250)]
    for name in names:
        matcher.get(name)
    began = time.thread_time()
    for _ in range(40):
        for name in names:
            matcher.get(name)
    assert (time.thread_time() - began) / 10_000 < 2e-6 * 5  # five times the figure, for busy machines
