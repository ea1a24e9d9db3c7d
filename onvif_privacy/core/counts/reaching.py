"""How far a hidden number could be from the truth while everything that is shown stays as it is.

Linear programming in whole numbers: it starts from the true values, which solve the equations, and walks from solution
to solution. Each one found is a table that a reader cannot tell from the true one. Fractions come up only where the
equations force them; a walk then stops at the last whole solution, so it may fall short and never claims too much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

Number = int | Fraction
Row = dict[int, Number]

STEPS = 2_000  # enough for hundreds of cells; where it is not, more is hidden than needed


def _divided(value: Number, by: Number) -> Number:
    if by in (1, -1):
        return value * by
    found = Fraction(value) / by
    return found.numerator if found.denominator == 1 else found


def _add(row: Row, other: Row, factor: Number) -> None:
    for column, value in other.items():
        new = row.get(column, 0) + factor * value
        if new:
            row[column] = new
        else:
            row.pop(column, None)


def solved(equations: Sequence[Mapping[int, int]]) -> dict[int, Row]:
    """Return some numbers as sums of the others: how far each moves when one of those moves by 1."""
    rows: dict[int, Row] = {}
    for equation in equations:
        row: Row = dict(equation)
        for pivot, known in rows.items():
            if pivot in row:
                _add(row, {**known, pivot: -1}, row[pivot])
        if not row:
            continue
        pivot = min(row, key=lambda column: (abs(row[column]) != 1, column))
        factor = row.pop(pivot)
        made = {column: _divided(-value, factor) for column, value in row.items()}
        for known in rows.values():
            if pivot in known:
                _add(known, made, known.pop(pivot))
        rows[pivot] = made
    return rows


class Walk:
    """One walk from the true values, moving ``target`` up (``sign`` 1) or down (-1) as far as ``wanted``."""

    def __init__(self, rows: Mapping[int, Row], values: Sequence[int], target: int, sign: int, wanted: int) -> None:
        self.rows = {pivot: dict(row) for pivot, row in rows.items()}
        self.point: list[Number] = list(values)
        self.target, self.sign = target, sign
        self.goal = values[target] + sign * wanted

    def run(self) -> list[int]:
        """Return the last whole solution; at least as far as the start."""
        best = [int(value) for value in self.point]
        for _step in range(STEPS):
            move = self._entering()
            if move is None or not self._go(*move):
                break
            if all(isinstance(value, int) for value in self.point):
                best = [int(value) for value in self.point]
            if self.sign * (self.point[self.target] - self.goal) >= 0:
                break
        return best

    def _entering(self) -> tuple[int, int] | None:
        """Return a free number and the direction that brings the goal nearer; the first such, so it ends (Bland)."""
        row = self.rows.get(self.target, {self.target: 1})
        for column in sorted(row):
            gain = self.sign * row[column]
            if gain > 0:
                return column, 1
            if gain < 0 and self.point[column] > 0:
                return column, -1
        return None

    def _go(self, column: int, direction: int) -> bool:
        """Move as far as no number becomes negative; whether it could be done in whole steps."""
        slopes = {pivot: direction * row[column] for pivot, row in self.rows.items() if column in row}
        limits = {pivot: _divided(self.point[pivot], -slope) for pivot, slope in slopes.items() if slope < 0}
        if direction < 0:
            limits[column] = self.point[column]
        slope = slopes.get(self.target, direction if column == self.target else 0)
        free = _divided(self.goal - self.point[self.target], slope)  # where nothing is in the way
        room = min(limits.values()) if limits else math.ceil(free)
        whole = room if isinstance(room, int) else room.numerator // room.denominator
        self.point[column] += direction * whole
        for pivot, one in slopes.items():
            self.point[pivot] = _divided(self.point[pivot] + one * whole, 1)
        if whole != room:
            return False
        leaving = min((pivot for pivot, limit in limits.items() if limit == room), default=column)
        if leaving != column:
            self._swap(leaving, column)
        return True

    def _swap(self, leaving: int, entering: int) -> None:
        row = self.rows.pop(leaving)
        factor = row.pop(entering)
        made = {column: _divided(-value, factor) for column, value in row.items()}
        made[leaving] = _divided(1, factor)
        for known in self.rows.values():
            if entering in known:
                _add(known, made, known.pop(entering))
        self.rows[entering] = made
