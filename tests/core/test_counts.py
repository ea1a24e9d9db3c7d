"""Published numbers: small groups stay hidden from a reader who solves equations."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.counts import TOTAL, Identity, Protected, Table, protect
from onvif_privacy.core.counts.protecting import _small
from onvif_privacy.core.counts.tables import coordinates, system_of, variable
from tests.core.attacker import Attacker

LINKED = 40  # pairs of tables; all of them with -m full
LINKED_FULL = 10_000

COLUMNS = ("received", "withdrawn", "refused", "disclosed", "full", "partial", "asked")
REPORT = (
    Identity.of("column", ["received"], ["withdrawn", "refused", "disclosed"]),
    Identity.of("column", ["disclosed"], ["full", "partial"]),
    Identity.of("column", ["disclosed"], ["asked"], at_most=True),
)


def grid(dice: random.Random, axes: Sequence[int], values: Sequence[int]) -> dict[tuple[str, ...], int]:
    """Return a table with random numbers; values of dimension 0 are a0, a1, …"""
    names = [[f"{chr(97 + number)}{one}" for one in range(size)] for number, size in enumerate(axes)]
    return {place: dice.choice(values) for place in product(*names)}


def linked(dice: random.Random) -> list[Table]:
    """Return two tables of the same people with one dimension in common, each at most 5 × 5."""
    rows, columns, others = (dice.randint(2, 5) for _ in range(3))
    first = grid(dice, (rows, columns), (0, 0, 1, 2, 3, 5, 8, 13))
    second = {(f"a{row}", f"z{other}"): 0 for row in range(rows) for other in range(others)}
    for (row, _column), value in first.items():
        for _person in range(value):
            second[row, f"z{dice.randrange(others)}"] += 1
    return [Table(("a", "b"), first), Table(("a", "z"), second)]


def report(dice: random.Random) -> Table:
    """Return a report whose columns belong together, for two to four places."""
    cells: dict[tuple[str, str], int] = {}
    for place in range(dice.randint(2, 4)):
        full, partial, withdrawn, refused = (dice.choice((0, 0, 1, 2, 4, 7, 20)) for _ in range(4))
        disclosed = full + partial
        asked = disclosed + dice.choice((0, 1, 9))
        numbers = (withdrawn + refused + disclosed, withdrawn, refused, disclosed, full, partial, asked)
        cells |= {(f"place{place}", column): number for column, number in zip(COLUMNS, numbers, strict=True)}
    return Table(("place", "column"), cells, adds=("place",))


def hidden(table: Protected) -> set[tuple[str, ...]]:
    return {place for place, value in table.cells.items() if value is None}


def judged(tables: Sequence[Table], published: Sequence[Protected], k: int) -> None:
    """Everything that is shown is true and large, and everything that is not can hold k values."""
    for table, shown in zip(tables, published, strict=True):
        system = system_of([table], ())
        for place, value in shown.cells.items():
            true = system.values[variable(table.dimensions, place)]
            assert value in (None, true)
            assert value is None or value == 0 or value >= k


def blocks(first: int, last: int) -> list[range]:
    return [range(start, min(start + 20, last)) for start in range(first, last, 20)]


@pytest.mark.parametrize(
    "seeds",
    [*blocks(0, LINKED), *(pytest.param(one, marks=pytest.mark.full) for one in blocks(LINKED, LINKED_FULL))],
    ids=lambda seeds: f"{seeds.start}-{seeds.stop}",
)
def test_no_reader_of_linked_tables_bounds_a_hidden_number_to_fewer_than_k_values(seeds: range) -> None:
    for seed in seeds:
        dice = random.Random(seed)
        tables, k = linked(dice), dice.choice((3, 4, 5))
        published = protect(tables, k)
        judged(tables, published, k)
        assert Attacker(published, guess=protect(tables, 1)).knows(k) == [], seed


@pytest.mark.parametrize("seed", range(25))
def test_no_reader_of_a_report_gains_by_its_identities(seed: int) -> None:
    dice = random.Random(seed)
    table, k = report(dice), dice.choice((3, 5, 10))
    published = protect([table], k, REPORT)
    judged([table], published, k)
    assert Attacker(published, REPORT, "place", protect([table], 1, REPORT)).knows(k) == []


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=2, max_size=3), min_size=2, max_size=3).filter(
        lambda rows: len({len(row) for row in rows}) == 1
    ),
    st.integers(2, 6),
)
def test_any_small_table_is_safe_and_the_answer_is_always_the_same(rows: list[list[int]], k: int) -> None:
    cells = {(str(row), str(column)): value for row, values in enumerate(rows) for column, value in enumerate(values)}
    table = Table(("row", "column"), cells)
    published = protect([table], k)
    judged([table], published, k)
    assert Attacker(published, guess=protect([table], 1)).knows(k) == []
    shuffled = dict(reversed(list(cells.items())))
    again = protect([Table(("row", "column"), shuffled)], k)[0]
    assert again.cells == published[0].cells


def test_the_attacker_of_these_tests_finds_what_careless_hiding_gives_away() -> None:
    found = 0
    for seed in range(30):
        tables = linked(random.Random(seed))
        system = system_of(tables, ())
        small = _small(system, 5)
        careless = [
            Protected(
                table.dimensions,
                {
                    place: None if (one := variable(table.dimensions, place)) in small else system.values[one]
                    for place in coordinates(table)
                },
            )
            for table in tables
        ]
        found += bool(Attacker(careless).knows(5))
    assert found >= 25


def test_bounds_by_rows_and_columns_alone_would_not_be_enough() -> None:
    """Rows 1 and 2 minus columns 1 and 2 give the last hidden number, though no line has it alone."""
    hide = {("1", "a"), ("1", "b"), ("2", "a"), ("2", "b"), ("1", "c"), ("3", "c"), ("3", "d"), ("4", "c"), ("4", "d")}
    cells = dict.fromkeys(product("1234", "abcd"), 20)
    table = Table(("row", "column"), cells)
    sums = protect([table], 1)[0].cells
    shown = Protected(table.dimensions, {place: None if place in hide else value for place, value in sums.items()})
    attacker = Attacker([shown])
    name = (("column", "c"), ("row", "1"))
    assert attacker.high[name] - attacker.low[name] > 5  # what narrowing line by line leaves
    assert attacker.is_narrow(name, 2)


def test_large_numbers_stay_as_they_are_and_k_of_one_hides_nothing() -> None:
    cells = {("x", "m"): 12, ("x", "f"): 30, ("y", "m"): 11, ("y", "f"): 10}
    shown = protect([Table(("age", "gender"), cells)], 10)[0].cells
    assert dict(shown) == cells | {
        ("x", TOTAL): 42,
        ("y", TOTAL): 21,
        (TOTAL, "m"): 23,
        (TOTAL, "f"): 40,
        (TOTAL, TOTAL): 63,
    }
    assert not hidden(protect([Table(("age",), {("x",): 1, ("y",): 0})], 1)[0])


def test_one_small_number_takes_another_with_it_and_zeros_beside_it_are_not_shown() -> None:
    shown = protect([Table(("age",), {("a",): 3, ("b",): 0, ("c",): 12, ("d",): 40})], 10)[0]
    assert hidden(shown) == {("a",), ("b",), ("c",)}
    assert shown.cells[TOTAL,] == 55


def test_the_only_filled_cell_of_a_line_is_hidden_since_it_tells_everybodys_answer() -> None:
    cells = {("x", "yes"): 50, ("x", "no"): 0, ("y", "yes"): 40, ("y", "no"): 60}
    shown = protect([Table(("town", "answer"), cells)], 10)[0]
    assert {("x", "yes"), ("x", "no")} <= hidden(shown)


def test_a_second_table_with_one_person_fewer_gives_nobody_away() -> None:
    ages = Table(("age",), {("young",): 40, ("old",): 60})
    genders = Table(("age", "gender"), {("young", "f"): 39, ("young", "m"): 1, ("old", "f"): 30, ("old", "m"): 30})
    published = protect([ages, genders], 10)
    assert ("young", "m") in hidden(published[1])
    assert Attacker(published).knows(10) == []


def test_an_identity_hides_across_columns() -> None:
    cells = {("x", "all"): 53, ("x", "one"): 50, ("x", "other"): 3}
    identity = Identity.of("column", ["all"], ["one", "other"])
    loose = protect([Table(("place", "column"), cells, adds=())], 10)[0]
    tied = protect([Table(("place", "column"), cells, adds=())], 10, [identity])[0]
    assert hidden(loose) == {("x", "other")}
    assert hidden(tied) == {("x", "other"), ("x", "one")}


def test_periods_that_hand_over_to_each_other_are_tied_by_an_identity_between_cells() -> None:
    identity = Identity([{"period": "1", "column": "end"}], [{"period": "2", "column": "start"}])
    cells = {("1", "start"): 30, ("1", "end"): 4, ("2", "start"): 4, ("2", "end"): 20}
    shown = protect([Table(("period", "column"), cells, adds=())], 10, [identity])[0]
    assert hidden(shown) == {("1", "end"), ("2", "start")}
    with pytest.raises(ValueError, match="does not hold"):
        protect([Table(("period", "column"), {**cells, ("2", "start"): 5}, adds=())], 10, [identity])


@pytest.mark.parametrize(
    ("tables", "identities", "words"),
    [
        ([Table(("a",), {("x",): -1})], [], "is no count"),
        ([Table(("a",), {("x",): True})], [], "is no count"),
        ([Table(("a",), {("x",): 1.5})], [], "is no count"),  # type: ignore[dict-item]
        ([Table(("a",), {("x", "y"): 1})], [], "does not name one value"),
        ([Table(("a",), {(TOTAL,): 1})], [], "does not name one value"),
        ([Table(("a",), {("x",): 1}, adds=("b",))], [], "its own dimensions"),
        ([Table(("a",), {("x",): 12}), Table(("a", "b"), {("x", "y"): 13})], [], "disagree"),
        ([Table(("a",), {("x",): 12, ("y",): 13})], [Identity.of("a", ["x"], ["y"])], "does not hold"),
        ([Table(("a",), {("x",): 12, ("y",): 1})], [Identity.of("a", ["x"], ["y"], at_most=True)], "does not hold"),
        ([Table(("a",), {("x",): 1})], [Identity([{"a": "x"}], [{"b": "y"}])], "fix the same dimensions"),
    ],
)
def test_what_is_no_publication_is_refused(tables: Any, identities: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        protect(tables, 10, identities)


def test_a_gap_that_an_inequality_leaves_gives_nobody_away() -> None:
    identity = Identity.of("column", ["matched"], ["asked"], at_most=True)
    cells = {("x", "asked"): 12, ("x", "matched"): 9, ("y", "asked"): 40, ("y", "matched"): 30}
    table = Table(("place", "column"), cells, adds=("place",))
    published = protect([table], 10, [identity])
    assert Attacker(published, [identity], adds="place").knows(10) == []


def test_identities_that_force_fractions_only_hide_more() -> None:
    """Twice a number is the sum of two others: whole solutions lie further apart than the equations say."""
    identities = [
        Identity([{"c": "x"}, {"c": "y"}], [{"c": "u"}, {"c": "v"}]),
        Identity.of("c", ["x", "u"], ["y", "w"]),
    ]
    cells = {("x",): 3, ("y",): 5, ("u",): 2, ("v",): 6, ("w",): 0}
    published = protect([Table(("c",), cells, adds=())], 4, identities)
    assert Attacker(published, identities, adds="none").knows(4) == []


def test_an_empty_publication_is_one() -> None:
    assert protect([], 10) == []
    assert protect([Table(("a",), {})], 10)[0].cells == {(TOTAL,): 0}


def test_a_monthly_table_of_a_country_is_done_at_once() -> None:
    dice = random.Random(5)
    cells = {(str(prefix), band): int(dice.paretovariate(0.6)) for prefix in range(60) for band in "abcdefgh"}
    table = Table(("zip", "age"), cells)
    published = protect([table], 10)
    judged([table], published, 10)
    assert 0 < len(hidden(published[0])) < len(published[0].cells)
