"""Every byte that was read in order to leave is in a package: the exits of the gate and the files agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db.models import Sum

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.disclosures.models import PartnerHandOver, Snapshot
from onvif_privacy.disclosures.partners import handing
from tests.disclosures import partnership
from tests.disclosures.factories import House, age_key
from tests.disclosures.test_duties import ada
from tests.disclosures.test_partners import NOON


@pytest.fixture
def _shop() -> Iterator[None]:
    with partnership.shop():
        yield


def metered(name: str) -> int:
    """Return how many bytes the gate has counted at an exit, by the ledger alone."""
    rows = Entry.objects.select_related("secret")
    opened = [ledger.opened(entry) for entry in rows.filter(kind="gate.opened")]
    closed = [ledger.opened(entry) for entry in rows.filter(kind="gate.closed")]
    scopes = {told["scope"] for told in opened if told.get("exit") == name}
    return sum(told["bytes"] for told in closed if told["scope"] in scopes)


@pytest.mark.usefixtures("_shop")
def test_what_the_exits_counted_is_what_the_packages_hold(house: House) -> None:
    house.key, _secret = age_key(house.authority)
    person = ada()
    for _case in range(2):
        house.handed_over(house.approved([person]))
    agreement = partnership.agreed(partnership.person("worker"), partnership.person("approver"))
    for key in ("one", "two"):
        handing.hand_over(partnership.asked(agreement, partnership.buyers(2), key=key), now=NOON)

    assert metered("partner") == PartnerHandOver.objects.aggregate(sum=Sum("size"))["sum"] > 0
    assert metered("legal") == Snapshot.objects.aggregate(sum=Sum("size"))["sum"] > 0
