"""How often each advertisement was shown, and may still be today: noted by pages in memory, written behind them.

A page never waits for a number. Each process takes a small part of a day's number out of the database before it shows
anything, so that all of them together never show more; what it has not used it gives back within a minute. A process
that is killed keeps what it took: then fewer are shown, never more.
"""

from __future__ import annotations

import datetime as dt
import os
import threading
from collections import Counter

from django.db import router, transaction
from django.db.models import F

from onvif_privacy.visits.models import AdDay, HouseAd

PART = 10  # one process takes this part of what a day has left
MOST = 1_000  # and no more than this

Key = tuple[int, dt.date]  # number of an advertisement, day


class _Desk:
    """What one process has shown, may show, and would have liked to show. Nothing of who looked."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.shown: Counter[Key] = Counter()
        self.left: Counter[Key] = Counter()
        self.wanted: dict[Key, int] = {}


_desk = _Desk()


def take(ad: HouseAd, day: dt.date) -> bool:
    """Note that an advertisement is shown; False, and asked for behind the page, where none is left to this process."""
    desk, key = _desk, (ad.pk, day)
    with desk.lock:
        if ad.cap is not None:
            if desk.left[key] < 1:
                desk.wanted[key] = ad.cap
                return False
            desk.left[key] -= 1
        desk.shown[key] += 1
    return True


def settle(*, give_back: bool) -> None:
    """Write what was shown, and take what was wanted; ``give_back`` also what is left. No query without any of it.

    Raises DatabaseError, with everything kept for the next time: where only the answer to a commit was lost, it is
    counted twice.
    """
    desk = _desk
    with desk.lock:
        shown, desk.shown = desk.shown, Counter()
        wanted, desk.wanted = desk.wanted, {}
        back, desk.left = (desk.left, Counter()) if give_back else (Counter[Key](), desk.left)
    try:
        got = _write(shown, +back, wanted)
    except BaseException:
        with desk.lock:
            desk.shown.update(shown)
            desk.left.update(back)
        raise
    with desk.lock:
        desk.left.update(got)


def _write(shown: Counter[Key], back: Counter[Key], wanted: dict[Key, int]) -> Counter[Key]:
    """Write in one transaction, in one order for all processes; gives what was taken."""
    keys = sorted({*shown, *back, *wanted})
    got: Counter[Key] = Counter()
    if not keys:
        return got
    using = router.db_for_write(AdDay)
    with transaction.atomic(using=using):
        there = set(HouseAd.objects.using(using).filter(pk__in=[ad for ad, _day in keys]).values_list("pk", flat=True))
        for ad, day in keys:
            if ad in there:  # not deleted meanwhile
                key = (ad, day)
                _add(using, key, shown[key], back[key])
                if key in wanted:
                    got[key] = _taken(using, key, wanted[key])
    return got


def _add(using: str, key: Key, shown: int, back: int) -> None:
    rows = AdDay.objects.using(using)
    row = rows.get_or_create(ad_id=key[0], day=key[1])[0]
    if shown or back:
        rows.filter(pk=row.pk).update(shown=F("shown") + shown, taken=F("taken") - back)


def _taken(using: str, key: Key, cap: int) -> int:
    """Take a part of what is left of a day; 0 where nothing is, or where others were faster."""
    rows = AdDay.objects.using(using).filter(ad=key[0], day=key[1])
    left = cap - rows.values_list("taken", flat=True).get()
    part = min(max(left // PART, 1), MOST)
    return part if rows.filter(taken__lte=cap - part).update(taken=F("taken") + part) else 0


def forget() -> None:
    """Begin anew: in a forked child, whose parent has what it inherited; and in tests."""
    global _desk
    _desk = _Desk()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)
