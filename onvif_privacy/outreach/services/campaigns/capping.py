"""How often one person is written to. Pure, so that thousands of histories can be tried."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def next_free(times: Sequence[datetime], now: datetime, *, most: int, days: int) -> datetime | None:
    """Return when one more mail may leave; None if now. ``times`` are when earlier ones left, in any order.

    In no window of ``days`` do more than ``most`` leave, wherever it begins.
    """
    span = timedelta(days=days)
    lately = sorted(one for one in times if one > now - span)
    if len(lately) < most:
        return None
    return lately[-most] + span
