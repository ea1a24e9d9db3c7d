"""An instrument that nobody has confirmed proves nothing, and one that is confirmed stays as it was read."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from onvif_privacy.core.promises import Verdict, look_at
from onvif_privacy.disclosures.legal.services import regimes
from onvif_privacy.disclosures.models import Regime
from onvif_privacy.disclosures.promises.regimes import (
    instruments_in_use_are_confirmed,
    what_was_confirmed_is_what_stands,
)
from onvif_privacy.disclosures.services.errors import Refused
from tests.disclosures.factories import House, age_key, regime
from tests.disclosures.test_duties import ada


def verdict() -> str:
    return look_at(instruments_in_use_are_confirmed).verdict


def test_an_instrument_in_use_that_waits_for_counsel_is_unproven_and_a_hand_over_by_it_breaks_the_promise(
    house: House,
) -> None:
    assert verdict() == Verdict.UNPROVEN  # nothing is confirmed
    regimes.confirm(regime(key="never_used"), by="counsel", actor=house.officer)
    house.received()
    assert verdict() == Verdict.UNPROVEN  # what the case rests on is not
    regimes.confirm(house.regime, by="counsel", actor=house.officer)
    assert verdict() == Verdict.KEPT
    house.key, _secret = age_key(house.authority)
    person = ada()
    house.handed_over(house.approved([person]))
    assert verdict() == Verdict.KEPT
    house.regime = regime(key="us_warrant")
    house.handed_over(house.approved([person]))
    assert verdict() == Verdict.BROKEN
    assert look_at(what_was_confirmed_is_what_stands).verdict == Verdict.KEPT


def test_only_an_officer_confirms_once_and_nobody_takes_it_back(house: House) -> None:
    with pytest.raises(Refused):
        regimes.confirm(house.regime, by="counsel", actor=house.worker)
    with pytest.raises(Refused, match="Say who"):
        regimes.confirm(house.regime, by=" ", actor=house.officer)
    regimes.confirm(house.regime, by="counsel", actor=house.officer)
    with pytest.raises(Refused, match="already"):
        regimes.confirm(house.regime, by="somebody else", actor=house.officer)
    for values in ({"confirmed_on": None, "confirmed_by": None}, {"entry": None}, {"gag_max_days": 9999}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Regime._base_manager.filter(pk=house.regime.pk).update(**values)
