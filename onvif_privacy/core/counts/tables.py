"""What is to be published, as variables and the equations that tie them together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

TOTAL: Final = "*"
"""Stands in a cell's coordinates for the sum over that dimension."""

Coordinates = tuple[str, ...]
Variable = frozenset[tuple[str, str]]
"""A number by what it counts: pairs of dimension and value. So the same total in two tables is one number."""
Equation = Mapping[Variable, int]
"""Coefficients of a sum that is zero."""


@dataclass(frozen=True)
class Table:
    """Counts by one or more dimensions: ``Table(("age", "gender"), {("18–24", "female"): 12, …})``.

    Combinations that are missing count as 0. ``adds`` are the dimensions along which sums mean something, all of them
    unless said otherwise. All tables that are protected together count the same people.
    """

    dimensions: tuple[str, ...]
    cells: Mapping[Any, int]  # keys are Coordinates; type checkers would refuse tuples of a fixed length
    adds: tuple[str, ...] | None = None

    @property
    def summed(self) -> tuple[str, ...]:
        """The dimensions with totals."""
        return self.dimensions if self.adds is None else self.adds


@dataclass(frozen=True)
class Identity:
    """What holds between cells: the terms of ``left`` add up to those of ``right``, or with ``at_most`` to no more.

    Each term fixes some dimensions, the same in all; the identity holds for every combination of the others.
    """

    left: Sequence[Mapping[str, str]]
    right: Sequence[Mapping[str, str]]
    at_most: bool = False

    @classmethod
    def of(cls, dimension: str, left: Iterable[str], right: Iterable[str], *, at_most: bool = False) -> Identity:
        """Make one between values of a single dimension, such as the columns of a report."""
        return cls([{dimension: name} for name in left], [{dimension: name} for name in right], at_most)


@dataclass
class System:
    """Every number with its true value, and everything a reader knows about how they hang together."""

    values: dict[Variable, int] = field(default_factory=dict)
    equations: list[Equation] = field(default_factory=list)
    lines: list[list[Variable]] = field(default_factory=list)
    slack: set[Variable] = field(default_factory=set)

    def put(self, variable: Variable, value: int) -> None:
        """Take a number; raises ValueError where another table says something else of the same people."""
        if self.values.setdefault(variable, value) != value:
            raise ValueError(f"Two tables disagree about {dict(sorted(variable))}.")

    def equate(self, left: Iterable[Variable], right: Iterable[Variable]) -> None:
        """Say that two sums are equal; raises ValueError where they are not."""
        coefficients: dict[Variable, int] = {}
        for sign, side in ((1, left), (-1, right)):
            for variable in side:
                coefficients[variable] = coefficients.get(variable, 0) + sign
        if sum(self.values[one] * factor for one, factor in coefficients.items()):
            raise ValueError(f"An identity does not hold: {[dict(sorted(one)) for one in coefficients]}.")
        self.equations.append({one: factor for one, factor in coefficients.items() if factor})


def variable(dimensions: Sequence[str], coordinates: Coordinates) -> Variable:
    """Return the number that stands at some coordinates."""
    return frozenset((name, value) for name, value in zip(dimensions, coordinates, strict=True) if value != TOTAL)


def coordinates(table: Table) -> Iterator[Coordinates]:
    """Yield every place of a table, totals included, row by row."""
    axes = []
    for position, dimension in enumerate(table.dimensions):
        values = dict.fromkeys(place[position] for place in table.cells)
        axes.append([*values, *([TOTAL] if dimension in table.summed else [])])
    yield from product(*axes)


def _check(table: Table) -> None:
    if not set(table.summed) <= set(table.dimensions):
        raise ValueError("A table adds up along its own dimensions only.")
    for place, value in table.cells.items():
        if len(place) != len(table.dimensions) or TOTAL in place:
            raise ValueError(f"{place} does not name one value for each of {table.dimensions}.")
        if type(value) is not int or value < 0:  # True is no count
            raise ValueError(f"{place} is no count.")


def _sum(table: Table, place: Coordinates) -> int:
    matches = (
        value
        for cell, value in table.cells.items()
        if all(wanted in (TOTAL, found) for wanted, found in zip(place, cell, strict=True))
    )
    return sum(matches)


def _add_table(system: System, table: Table) -> None:
    _check(table)
    places = list(coordinates(table))
    for place in places:
        system.put(variable(table.dimensions, place), _sum(table, place))
    for position, dimension in enumerate(table.dimensions):
        if dimension not in table.summed:
            continue
        for place in places:
            if place[position] == TOTAL:
                parts = [
                    variable(table.dimensions, one)
                    for one in places
                    if one[position] != TOTAL and (*one[:position], TOTAL, *one[position + 1 :]) == place
                ]
                system.lines.append(parts)
                system.equate(parts, [variable(table.dimensions, place)])


def _add_identity(system: System, identity: Identity) -> None:
    terms = [frozenset(term.items()) for term in (*identity.left, *identity.right)]
    fixed = {frozenset(name for name, _value in term) for term in terms}
    if len(fixed) != 1:
        raise ValueError("The terms of an identity fix the same dimensions.")
    (names,) = fixed
    rests: dict[Variable, None] = {}
    for one in system.values:
        if frozenset(pair for pair in one if pair[0] in names) in terms:
            rests[frozenset(pair for pair in one if pair[0] not in names)] = None
    for rest in rests:
        left, right = ([rest | frozenset(term.items()) for term in side] for side in (identity.left, identity.right))
        if not all(one in system.values for one in (*left, *right)):
            continue  # a table without all of the columns
        if identity.at_most:
            gap = frozenset({("", f"gap {len(system.slack)}")})
            system.values[gap] = sum(system.values[one] for one in right) - sum(system.values[one] for one in left)
            if system.values[gap] < 0:
                raise ValueError(f"An identity does not hold: {[dict(sorted(one)) for one in (*left, *right)]}.")
            system.slack.add(gap)
            left.append(gap)
        system.equate(left, right)


def system_of(tables: Iterable[Table], identities: Iterable[Identity]) -> System:
    """Return the numbers and equations of several tables about the same people.

    Raises ValueError for what is no table of counts, for tables that disagree, and for an identity that does not hold.
    """
    system = System()
    for table in tables:
        _add_table(system, table)
    for identity in identities:
        _add_identity(system, identity)
    return system
