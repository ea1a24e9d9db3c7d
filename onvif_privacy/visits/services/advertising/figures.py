"""What advertisers are told: how often theirs was shown and followed, in steps of K, never of today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import router
from django.db.models import Sum

from onvif_privacy.core import links
from onvif_privacy.visits.models import AdDay, HouseAd
from onvif_privacy.visits.services import clock

COLUMNS = ("reference", "offer of", "text", "slot", "subject area", "from", "to", "shown", "followed")


@dataclass(frozen=True)
class Figures:
    """How often one was shown and followed until yesterday, rounded down to steps of K; None for fewer than K."""

    shown: int | None
    followed: int | None


def of(ads: Iterable[HouseAd]) -> dict[str, Figures]:
    """Return the figures of advertisements by reference. Two queries. Machines are in both."""
    ads = list(ads)
    rows = AdDay.objects.using(router.db_for_write(AdDay)).filter(ad__in=[ad.pk for ad in ads], day__lt=clock.today())
    shown = dict(rows.order_by().values_list("ad").annotate(total=Sum("shown")))
    followed = links.clicks_by_label([ad.ref for ad in ads], before=clock.today())
    return {ad.ref: Figures(links.rounded(shown.get(ad.pk, 0)), followed[ad.ref]) for ad in ads}


def sheet(ads: Iterable[HouseAd]) -> list[tuple[object, ...]]:
    """Return one row of `COLUMNS` for each advertisement; an empty cell where there are fewer than K."""
    ads = list(ads)
    found = of(ads)
    about = [(ad.ref, ad.advertiser, str(ad), ad.slot, ad.area, ad.first, ad.last) for ad in ads]
    return [(*one, found[one[0]].shown, found[one[0]].followed) for one in about]
