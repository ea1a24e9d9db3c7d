"""A reader of published tables who wants to know the hidden numbers: exact search in whole numbers, slow and stubborn.

Shares no code with what hides them. Knows only what is published, that every number is 0 or more, and the identities.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from onvif_privacy.core.counts import Identity, Protected

Name = tuple[tuple[str, str], ...]
Sum = dict[Name, int]  # coefficients; the sum is zero, or with "≤" at most zero

ROUNDS = 400  # of narrowing; more would only creep, and the search divides instead


def _name(table: Protected, place: Sequence[str]) -> Name:
    return tuple(sorted((d, v) for d, v in zip(table.dimensions, place, strict=True) if v != "*"))


class Attacker:
    """Everything that follows from one publication. The truth as ``guess`` makes it faster and changes no answer."""

    def __init__(
        self,
        published: Sequence[Protected],
        identities: Iterable[Identity] = (),
        adds: str = "",
        guess: Sequence[Protected] = (),
    ) -> None:
        self.guess = {_name(table, place): value or 0 for table in guess for place, value in table.cells.items()}
        self.shown: dict[Name, int | None] = {}
        self.sums: list[tuple[Sum, bool]] = []
        for table in published:
            self._read(table, set(adds.split()) or set(table.dimensions))
        for identity in identities:
            self._tie(identity)
        self.hidden = [name for name, value in self.shown.items() if value is None]
        # beyond every shown number by more than any k here: further away nothing new becomes possible
        self.far = far = 2 * max((value or 0 for value in self.shown.values()), default=0) + 40
        self.low = {name: value if value is not None else 0 for name, value in self.shown.items()}
        self.high = {name: value if value is not None else far for name, value in self.shown.items()}
        assert self._narrow(self.low, self.high, list(range(len(self.sums))))

    def _read(self, table: Protected, adds: set[str]) -> None:
        for place, value in table.cells.items():
            assert self.shown.setdefault(_name(table, place), value) == value, (
                "the same number is shown here and hidden there"
            )
        for position, dimension in enumerate(table.dimensions):
            if dimension not in adds:
                continue
            parts: dict[tuple[str, ...], Sum] = {}
            for place in table.cells:
                total = (*place[:position], "*", *place[position + 1 :])
                parts.setdefault(total, {})[_name(table, place)] = -1 if place == total else 1
            self.sums += [(one, False) for one in parts.values()]

    def _tie(self, identity: Identity) -> None:
        fixed = set(identity.left[0])
        rests = {tuple(pair for pair in name if pair[0] not in fixed) for name in self.shown}
        for rest in rests:
            line: Sum = {}
            for sign, side in ((1, identity.left), (-1, identity.right)):
                for term in side:
                    line[tuple(sorted((*rest, *term.items())))] = sign
            if all(name in self.shown for name in line):
                self.sums.append((line, identity.at_most))

    def _narrow(self, low: dict[Name, int], high: dict[Name, int], todo: list[int]) -> bool:
        """Tighten bounds until nothing moves; False where no number fits."""
        waiting, rounds = set(todo), 0
        while waiting and (rounds := rounds + 1) < ROUNDS:
            line, at_most = self.sums[waiting.pop()]
            least = sum(n * (low if n > 0 else high)[one] for one, n in line.items())
            most = sum(n * (high if n > 0 else low)[one] for one, n in line.items())
            for one, n in line.items():
                others_least = least - n * (low if n > 0 else high)[one]
                others_most = most - n * (high if n > 0 else low)[one]
                top = -others_least if n > 0 else self.far
                bottom = 0 if n > 0 else others_least
                if not at_most:
                    top, bottom = (-others_least, -others_most) if n > 0 else (others_most, others_least)
                if bottom > low[one] or top < high[one]:
                    low[one], high[one] = max(low[one], bottom), min(high[one], top)
                    if low[one] > high[one]:
                        return False
                    waiting |= {number for number, (other, _kind) in enumerate(self.sums) if one in other}
                    least = sum(m * (low if m > 0 else high)[other] for other, m in line.items())
                    most = sum(m * (high if m > 0 else low)[other] for other, m in line.items())
        return True

    def could_lie(self, name: Name, bottom: int, top: int) -> bool:
        """Whether some table with that number in these bounds looks the same from outside."""
        low, high = dict(self.low), dict(self.high)
        low[name], high[name] = max(low[name], bottom), min(high[name], top)
        return low[name] <= high[name] and self._search(low, high)

    def _search(self, low: dict[Name, int], high: dict[Name, int]) -> bool:
        if not self._narrow(low, high, list(range(len(self.sums)))):
            return False
        open_ones = [one for one in self.hidden if low[one] < high[one]]
        if not open_ones:
            return self._holds(low)
        one = min(open_ones, key=lambda name: high[name] - low[name])
        near = min(max(self.guess.get(one, 0), low[one]), high[one])
        for bottom, top in ((near, near), (low[one], near - 1), (near + 1, high[one])):
            if bottom <= top and self._search({**low, one: bottom}, {**high, one: top}):
                return True
        return False

    def _holds(self, numbers: dict[Name, int]) -> bool:
        found = [(sum(n * numbers[one] for one, n in line.items()), at_most) for line, at_most in self.sums]
        return all(value <= 0 if at_most else value == 0 for value, at_most in found)

    def is_narrow(self, name: Name, k: int) -> bool:
        """Whether fewer than ``k`` values are possible from the smallest to the largest."""
        true = self.guess.get(name)
        if true is not None and self.could_lie(name, true + k - 1, self.far):
            return False
        if true is not None and self.could_lie(name, self.low[name], true - k + 1):
            return False
        smallest = self.low[name]
        while not self.could_lie(name, smallest, smallest):
            smallest += 1
        return not self.could_lie(name, smallest + k - 1, self.far)

    def knows(self, k: int) -> list[Name]:
        """Return the hidden numbers for which fewer than ``k`` values are possible."""
        return [name for name in self.hidden if self.is_narrow(name, k)]
