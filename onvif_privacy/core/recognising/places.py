"""Places in a text that hold something already."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

Span = tuple[int, int]


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return the same places in order, with those that overlap made one."""
    result: list[Span] = []
    for begin, end in sorted(spans):
        if result and begin < result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((begin, end))
    return result


def clear_of(spans: Iterable[Span], taken: Iterable[Span]) -> list[Span]:
    """Return those of ``spans`` that overlap nothing ``taken``."""
    held = merged(taken)
    begins, ends = [begin for begin, _ in held], [end for _, end in held]
    return [(begin, end) for begin, end in spans if bisect_left(begins, end) <= bisect_right(ends, begin)]
