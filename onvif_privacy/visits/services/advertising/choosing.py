"""Which advertisement stands in a slot: a copy in the memory of the process, so that a page asks the database nothing.

Advertisements of one slot and area take turns by the clock, not by chance: in one minute everybody is shown the same,
so that pages can be kept by caches and say nothing of who looks.
"""

from __future__ import annotations

import datetime as dt
import logging
import math
import time
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import NamedTuple

from django.core.exceptions import SynchronousOnlyOperation
from django.db import DatabaseError, router
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import HouseAd
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.advertising import counting
from onvif_privacy.visits.services.interests.rule import STRANGER, Profile

logger = logging.getLogger("onvif_privacy.visits")

READ_AGAIN_SECONDS = 60
RETRY_SECONDS = 5.0
TURN_SECONDS = 60
MOST = 500  # advertisements of the copy


class _Copy(NamedTuple):
    ads: tuple[HouseAd, ...] = ()
    fresh_until: float = float("-inf")


# No lock: replacing the copy is one step, and a lock could be held for ever in a forked child.
_copy = _Copy()


def choose(slot: str, whose: Callable[[], Profile]) -> HouseAd | None:
    """Return what a slot shows now, counted as shown: on the strongest interest that has any left, else everybody's.

    ``whose`` is asked for the profile only where the slot has an advertisement for an area. None where advertising is
    off, where there is none, and where each has been shown as often as its day allows.
    """
    day, turn = clock.today(), int(time.time()) // TURN_SECONDS
    ads = running(slot, day)
    for one in by_area(ads, whose):
        for ad in sorted(one, key=lambda ad: _rank(ad, turn), reverse=True):
            if counting.take(ad, day):
                return ad
    return None


def candidates(slot: str, whose: Callable[[], Profile], day: dt.date) -> list[tuple[HouseAd, int]]:
    """Return what a slot would show on a day while none has reached its number, each with its share in percent."""
    ads = next(by_area(running(slot, day), whose), [])
    total = sum(ad.weight for ad in ads)
    return [(ad, round(100 * ad.weight / total)) for ad in ads]


def running(slot: str, day: dt.date) -> list[HouseAd]:
    """Return the advertisements of a slot whose period holds a day, without their pictures."""
    return [ad for ad in _ads() if ad.slot == slot and (ad.first or day) <= day <= (ad.last or day)]


def by_area(ads: list[HouseAd], whose: Callable[[], Profile]) -> Iterator[list[HouseAd]]:
    """Yield those of each interest, the strongest first, then everybody's."""
    interests = whose().interests if any(ad.area for ad in ads) else STRANGER.interests
    for area in (*interests, ""):
        if found := [ad for ad in ads if ad.area == area]:
            yield found


def _rank(ad: HouseAd, turn: int) -> float:
    """Return a number of this turn; the highest wins, as often as the weight says (Efraimidis and Spirakis, 2006)."""
    drawn = int.from_bytes(blake2b(f"{turn} {ad.ref}".encode(), digest_size=8).digest(), "big")
    return math.log((drawn + 1) / 2**64) / ad.weight


def _ads() -> tuple[HouseAd, ...]:
    """Return all advertisements; one query after the copy has aged, none otherwise."""
    if not conf.ADVERTISING:
        return ()
    if time.monotonic() >= _copy.fresh_until:
        _renew()
    return _copy.ads


def refresh() -> None:
    """Renew the copy before it ages, write what was shown, take what is wanted; called by the recorder's thread."""
    if _copy.fresh_until == float("-inf") or not conf.ADVERTISING:  # no page asked for any
        return
    ages = _copy.fresh_until <= time.monotonic() + 3 * conf.FLUSH_SECONDS
    if ages:
        _renew()
    counting.settle(give_back=ages)


def forget() -> None:
    """Read again at the next need; for tests and after a change in the admin."""
    global _copy
    _copy = _Copy()


def _renew() -> None:
    global _copy
    try:
        rows = HouseAd.objects.using(router.db_for_write(HouseAd)).defer("picture").order_by("-pk")[:MOST]
        _copy = _Copy(tuple(rows), time.monotonic() + READ_AGAIN_SECONDS)
    except (DatabaseError, SynchronousOnlyOperation) as error:
        logger.info("advertisements cannot be read now (%s)", type(error).__name__)
        _copy = _Copy(_copy.ads, time.monotonic() + RETRY_SECONDS)


def render(ad: HouseAd) -> SafeString:
    """Return an advertisement as HTML. Where the site's own template fails, nothing is printed."""
    try:
        picture = reverse("onvif_privacy_visits:ad-picture", args=[ad.digest]) if ad.digest else ""
        why = reverse("onvif_privacy_visits:interests") if ad.area and conf.INTERESTS else ""
        context = {"ad": ad, "picture": picture, "why": why, "link": reverse("onvif_privacy:go", args=[ad.code])}
        return render_to_string("onvif_privacy/visits/house_ad.html", context)
    except Exception as error:  # the site's own addresses and template
        logger.warning("the advertisement %s failed (%s)", ad.ref, type(error).__name__)
        return mark_safe("")
