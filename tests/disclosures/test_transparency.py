"""The report: what must add up does, and what must be hidden cannot be worked out."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array

from onvif_privacy.disclosures.services.transparency import (
    COUNTS,
    Line,
    Release,
    as_csv,
    check_text,
    counted,
    halves_between,
    released,
)
from onvif_privacy.disclosures.services.transparency.columns import ALL, RULES, bounds, following
from onvif_privacy.disclosures.services.transparency.counting import Fact
from tests.disclosures import histories

PERIODS = ("2025-H1", "2025-H2", "2026-H1")


def adds_up(lines: Sequence[Line], before: Sequence[Line] = ()) -> None:
    by_key = {line.key: line.cells for line in lines}
    for cells in by_key.values():
        for rule in RULES:
            left, right = (sum(cells[name] for name in side) for side in (rule.left, rule.right))
            assert left <= right if rule.at_most else left == right, rule
    for position in (0, 1):  # I7
        parts = [cells for key, cells in by_key.items() if key[1 - position] == ALL and key != (ALL, ALL)]
        assert all(sum(part[name] for part in parts) == by_key[ALL, ALL][name] for name in COUNTS)
    for line in before:  # I6
        assert by_key[line.key]["pending_start"] == line.cells["pending_end"]


@pytest.mark.parametrize("number", [30, pytest.param(10_000, marks=pytest.mark.full)])
def test_identities_hold_in_every_history(number: int) -> None:
    for seed in range(number):
        dice = random.Random(seed)
        facts = histories.history(dice, dice.randrange(200))
        before: list[Line] = []
        for period in PERIODS:
            keep = [(one.regime, one.instrument, one.ground, one.jurisdiction) for one in before]
            lines = counted(facts, period, k=10, keep=keep)
            adds_up(lines, before)
            before = lines
        received = sum(fact.received_on < date(2025, 7, 1) for fact in facts)
        (whole,) = [one for one in counted(facts, "2025-H1", k=10) if one.key == (ALL, ALL)]
        assert whole.cells["received"] == received


def test_what_is_published_passes_the_check_for_strangers() -> None:
    for seed in range(3):
        dice = random.Random(seed)
        facts = histories.history(dice, (20, 40, 300)[seed])
        releases = [release for _lines, release in histories.series(facts, PERIODS, 5)]
        assert check_text(as_csv(releases).decode()) == []


def bounded(release: Release, k: int, most: int) -> list[tuple[tuple[str, str], str]]:
    """Return the hidden numbers that a reader of both tables and all identities bounds to fewer than k values.

    Linear programming, which shares no code with what hides them: the least and the most of each hidden number, or of
    ``most`` of them taken at random.
    """
    hidden = [(row.key, column) for row in release.rows for column, text in row.cells.items() if text == "hidden"]
    index = {one: number for number, one in enumerate(hidden)}
    equal, at_most = list[tuple[dict[int, int], int]](), list[tuple[dict[int, int], int]]()
    cells = {row.key: row.cells for row in release.rows}

    def say(terms: list[tuple[int, tuple[str, str], str]], into: list[tuple[dict[int, int], int]]) -> None:
        line, known = dict[int, int](), 0
        for sign, key, column in terms:
            if (key, column) in index:
                line[index[key, column]] = line.get(index[key, column], 0) + sign
            else:
                known += sign * int(cells[key][column])
        if line:
            into.append((line, -known))

    for key in cells:
        for rule in RULES:
            terms = [(1, key, one) for one in rule.left] + [(-1, key, one) for one in rule.right]
            say(terms, at_most if rule.at_most else equal)
    for position in (0, 1):
        parts = [key for key in cells if key[1 - position] == ALL and key != (ALL, ALL)]
        for column in COUNTS:
            say([(1, key, column) for key in parts] + [(-1, (ALL, ALL), column)], equal)

    def matrix(lines: list[tuple[dict[int, int], int]]) -> tuple[Any, Any]:
        places = [(row, column, n) for row, (line, _known) in enumerate(lines) for column, n in line.items()]
        rows, columns, numbers = zip(*places, strict=True) if places else ((), (), ())
        return (
            coo_array((numbers, (rows, columns)), shape=(len(lines), len(hidden))).tocsr(),
            [known for _line, known in lines],
        )

    (equal_a, equal_b), (most_a, most_b) = matrix(equal), matrix(at_most)
    narrow = []
    for one in random.sample(hidden, min(most, len(hidden))):
        ends = []
        for sign in (1, -1):
            aim = [0] * len(hidden)
            aim[index[one]] = sign
            box = [(0, 10_000)] * len(hidden)
            found = linprog(aim, most_a, most_b, equal_a, equal_b, box, method="highs")
            assert found.status == 0, found.message
            ends.append(sign * found.fun)
        if ends[1] - ends[0] < k - 1 - 1e-6:
            narrow.append(one)
    return narrow


def shows_nothing_small(release: Release, k: int) -> None:
    shown = [int(text) for row in release.rows for text in row.cells.values() if text != "hidden"]
    assert not [value for value in shown if 0 < value < k]


@pytest.mark.parametrize(("number", "most"), [(4, 4), pytest.param(20_000, 10_000, marks=pytest.mark.full)])
def test_no_reader_bounds_a_hidden_number_to_fewer_than_k_values(number: int, most: int) -> None:
    for seed in range(number):
        dice = random.Random(seed)
        k = dice.choice((3, 5))
        lines = counted(histories.history(dice, dice.choice((3, 12, 40)), 180), "2025-H1", k=k)
        release = released(lines, "2025-H1", k=k)
        shows_nothing_small(release, k)
        assert bounded(release, k, most) == [], seed


@pytest.mark.parametrize(("number", "most"), [(2, 4), pytest.param(20_000, 10_000, marks=pytest.mark.full)])
def test_two_versions_that_differ_in_one_case_do_not_tell_of_it(number: int, most: int) -> None:
    changed = 0
    for seed in range(number):
        dice = random.Random(seed)
        k = dice.choice((3, 5))
        facts = histories.history(dice, dice.choice((20, 30)), 180)
        before = counted(facts, "2025-H1", k=k)
        first = released(before, "2025-H1", k=k)
        keep = histories.keys(first)
        late = counted([*facts, histories.fact(dice, 180)], "2025-H1", k=k, keep=keep)
        second = released(late, "2025-H1", k=k, previous=first)
        assert second.version == 2
        shows_nothing_small(second, k)
        assert bounded(second, k, most) == [], seed
        for row in first.rows:
            for column, old in row.cells.items():
                new = second.cell(row.key, column)
                assert new is not None
                if old == "hidden":
                    assert new == "hidden"
                elif new != "hidden":
                    assert new == old or abs(int(new) - int(old)) >= k
                else:
                    changed += 1
    assert changed > 0


def test_an_unchanged_report_is_published_again_as_it_was() -> None:
    facts = histories.history(random.Random(1), 200, 180)
    lines = counted(facts, "2025-H1", k=5)
    first = released(lines, "2025-H1", k=5)

    assert released(lines, "2025-H1", k=5, previous=first).rows == first.rows


def test_what_was_hidden_at_the_end_of_a_period_is_hidden_at_the_beginning_of_the_next() -> None:
    hidden = 0
    for seed in range(2):
        facts = histories.history(random.Random(seed), 40)
        (_lines, first), (_more, second) = histories.series(facts, PERIODS[:2], 10)
        for row in first.rows:
            assert second.cell(row.key, "pending_start") == row.cells["pending_end"]
            hidden += row.cells["pending_end"] == "hidden"
    assert hidden > 0


def test_a_release_that_contradicts_the_one_before_is_refused() -> None:
    facts = histories.history(random.Random(3), 900)
    (_lines, first), (lines, _second) = histories.series(facts, PERIODS[:2], 5)
    row = next(line for line in lines if (first.cell(line.key, "pending_end") or "hidden").isdigit())
    cells = {**row.cells, "pending_start": row.cells["pending_start"] + 1, "pending_end": row.cells["pending_end"] + 1}
    wrong = [dataclasses.replace(row, cells=cells) if one is row else one for one in lines]

    with pytest.raises(ValueError, match=r"I6|identity does not hold|disagree"):
        released(wrong, "2025-H2", k=5, before=first)
    with pytest.raises(ValueError, match="not the half-year before"):
        released(lines, "2026-H1", k=5, before=first)


def test_a_country_with_one_authority_or_few_cases_counts_as_its_region() -> None:
    def of(country: str, authority: str, number: int) -> list[Fact]:
        day = date(2025, 2, 1)
        return [Fact("mlat", "treaty", "a", country, authority, day) for _case in range(number)]

    facts = [*of("DE", "x", 6), *of("DE", "y", 6), *of("FR", "z", 20), *of("US", "v", 1), *of("US", "w", 1)]

    rows = {line.jurisdiction: line.cells["received"] for line in counted(facts, "2025-H1", k=10)}
    assert rows == {"DE": 12, "EU": 20, "elsewhere": 2, ALL: 34}


def test_the_median_is_shown_from_ten_decided_cases_on() -> None:
    def of(number: int) -> list[Fact]:
        days = [(date(2025, 2, 1), date(2025, 2, 1 + one)) for one in range(number)]
        return [
            Fact("mlat", "treaty", "a", "US", str(one), since, until, "refused")
            for one, (since, until) in enumerate(days)
        ]

    def median(number: int) -> str:
        (row, *_rest) = released(counted(of(number), "2025-H1", k=5), "2025-H1", k=5).rows
        return row.median_days

    assert median(9) == ""
    assert median(10) == "4.5"
    assert median(11) == "5"


@pytest.mark.parametrize(
    "values",
    [
        {"decided_on": date(2025, 1, 2)},
        {"outcome": "disclosed"},
        {"decided_on": date(2025, 1, 2), "outcome": "sold"},
        {"notices": {"notified_after": 1}},
        {"accounts_matched": 5, "notices": {"notified_after": 1}},
        {"accounts_matched": 5, "notices": {"told": 1}, "decided_on": date(2025, 1, 2), "outcome": "disclosed"},
    ],
)
def test_a_case_that_cannot_be_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"decided|discloses|told nothing"):
        Fact("mlat", "treaty", "a", "US", "x", date(2025, 1, 1), **values)  # type: ignore[arg-type]


def test_half_years() -> None:
    assert list(halves_between("2025-H2", "2026-H2")) == ["2025-H2", "2026-H1", "2026-H2"]
    assert bounds("2025-H2") == (date(2025, 7, 1), date(2026, 1, 1))
    assert following("2025-H1") == "2025-H2"
    with pytest.raises(ValueError, match="no half-year"):
        bounds("2025-H3")
