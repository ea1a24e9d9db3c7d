"""Hiding small numbers, and as many others as it takes that nobody can work the small ones out."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onvif_privacy.core.counts.reaching import Row, Walk, solved
from onvif_privacy.core.counts.tables import (
    Coordinates,
    Identity,
    System,
    Table,
    Variable,
    coordinates,
    system_of,
    variable,
)

ATTEMPTS = 8  # orders in which a reader tries; a table in which all of them stop short hides more than needed


@dataclass(frozen=True)
class Protected:
    """A table as it may be published: a number, or None where it is hidden, at each place. `TOTAL` marks sums."""

    dimensions: tuple[str, ...]
    cells: Mapping[Coordinates, int | None]


def _small(system: System, k: int) -> set[Variable]:
    """Return what must not be shown by itself: small groups, and the only filled cell of a line.

    The latter would tell the answer of everyone in it. Zeros beside them go, too: an exact zero narrows the rest.
    """
    hidden = {one for one, value in system.values.items() if 0 < value < k}
    for line in system.lines:
        filled = [one for one in line if system.values[one]]
        if len(filled) == 1 and len(line) > 1:
            hidden.add(filled[0])
    beside = {one for line in system.lines if hidden & set(line) for one in line if not system.values[one]}
    return hidden | beside


class _Reader:
    """What a reader can work out, given what is hidden. Solutions found once stay solutions when more is hidden."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.order = sorted(system.values, key=lambda one: (len(one), sorted(one)))
        self.low = dict(system.values)
        self.high = dict(system.values)

    def wrongly_sure(self, hidden: set[Variable], k: int) -> Variable | None:
        """Return a hidden number for which fewer than ``k`` values are possible, the smallest first; else None."""
        unknown = [one for one in self.order if one in hidden or one in self.system.slack]
        orders: list[tuple[list[Variable], dict[int, Row]]] = []
        for one in sorted(hidden, key=lambda one: (self.system.values[one], self.order.index(one))):
            for attempt in range(ATTEMPTS):
                if self.high[one] - self.low[one] >= k - 1:
                    break
                if attempt == len(orders):
                    orders.append(self._ordered(unknown, attempt))
                self._walk(*orders[attempt], one, k)
            if self.high[one] - self.low[one] < k - 1:
                return one
        return None

    def _ordered(self, unknown: list[Variable], attempt: int) -> tuple[list[Variable], dict[int, Row]]:
        """Return the unknown numbers in one of several orders, and the equations solved in it.

        A walk stops where the next step would be a fraction; in another order it goes another way.
        """
        order = random.Random(attempt).sample(unknown, len(unknown)) if attempt else unknown  # noqa: S311 - no secret
        index = {one: number for number, one in enumerate(order)}
        equations = [{index[one]: n for one, n in line.items() if one in index} for line in self.system.equations]
        return order, solved(equations)

    def _walk(self, order: list[Variable], rows: dict[int, Row], one: Variable, k: int) -> None:
        values = [self.system.values[other] for other in order]
        for sign in (1, -1):
            wanted = k - 1 - (self.high[one] - self.low[one])
            if wanted > 0:
                reach = wanted + abs((self.high if sign > 0 else self.low)[one] - self.system.values[one])
                self._learn(order, Walk(rows, values, order.index(one), sign, reach).run())

    def _learn(self, unknown: list[Variable], solution: list[int]) -> None:
        for one, value in zip(unknown, solution, strict=True):
            self.low[one] = min(self.low[one], value)
            self.high[one] = max(self.high[one], value)


def _next(system: System, hidden: set[Variable], fixed: set[Variable], beside: Variable | None) -> Variable | None:
    """Return what to hide as well, out of the lines that give a number away: a filled cell, then a zero, then totals.

    Of several, the one that leaves the fewest lines with a single hidden number, then the smallest. What is ``fixed``
    cannot be hidden any more.
    """
    unknown = hidden | system.slack
    members = [set(line) for line in system.equations]
    alone = [line for line in members if len(line & unknown) == 1]
    near = [line for line in members if beside in line] if beside else alone
    shown = {one for line in near for one in line} - unknown - fixed
    if beside and not shown:
        shown = {one for line in members for one in line} - unknown - fixed

    def cost(one: Variable) -> tuple[object, ...]:
        touched = [line for line in members if one in line]
        opened = sum(not line & unknown for line in touched) - sum(line in alone for line in touched)
        return -len(one), not system.values[one], opened, system.values[one], sorted(one)

    return min(shown, key=cost, default=None)


def _hide_enough(system: System, hidden: set[Variable], fixed: set[Variable], k: int) -> None:
    """Hide more until a reader cannot be sure of anything hidden. Raises ValueError where nothing is left to hide."""
    reader = _Reader(system)
    while hidden:
        also = _next(system, hidden, fixed, None)  # a line with one hidden number: no need to solve anything
        if also is None:
            narrow = reader.wrongly_sure(hidden, k)
            if narrow is None:
                return
            also = _next(system, hidden, fixed, narrow)
        if also is None:
            raise ValueError("The identities alone give a small number away.")
        hidden.add(also)


def _published(earlier: Iterable[Protected]) -> tuple[set[Variable], set[Variable]]:
    """Return what was hidden before and what was shown."""
    hidden, shown = set[Variable](), set[Variable]()
    for table in earlier:
        for place, value in table.cells.items():
            (hidden if value is None else shown).add(variable(table.dimensions, place))
    return hidden, shown - hidden


def protect(
    tables: Iterable[Table], k: int, identities: Iterable[Identity] = (), *, earlier: Iterable[Protected] = ()
) -> list[Protected]:
    """Return the tables with their totals, and nothing in them from which a group below ``k`` can be worked out.

    Hidden are numbers from 1 to k - 1, the only filled cell of a line, zeros beside them, and then as many others as
    it takes until at least ``k`` values are possible for each hidden number, whatever a reader does with the sums, with
    totals that stand in several tables and with the identities. Tables that are published at different times about the
    same people belong into one call. ``earlier`` are numbers of these tables that were published before: what was
    hidden stays hidden, and what was shown is known, so hiding it would protect nothing. Deterministic. Raises
    ValueError as `system_of` does, and where a small number could not be hidden any more.
    """
    tables = list(tables)
    system = system_of(tables, identities)
    before, fixed = _published(earlier)
    hidden = (_small(system, k) - fixed | before & system.values.keys()) if k > 1 else set()
    _hide_enough(system, hidden, fixed, k)
    found = []
    for table in tables:
        numbers = {place: variable(table.dimensions, place) for place in coordinates(table)}
        cells = {place: None if one in hidden else system.values[one] for place, one in numbers.items()}
        found.append(Protected(table.dimensions, cells))
    return found
