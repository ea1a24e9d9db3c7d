"""Nobody has a hand in a case about themselves, and to them it does not exist."""

from __future__ import annotations

from typing import Any

import pytest

from onvif_privacy.core import subjects
from onvif_privacy.disclosures.legal.services import ending, holds, nexts, searching
from onvif_privacy.disclosures.models import Case, Scope
from onvif_privacy.disclosures.services import approvals, fields, scopes
from onvif_privacy.disclosures.services.errors import Refused
from tests.disclosures.factories import RECENT, House, member, scope_of
from tests.disclosures.test_duties import ada
from tests.disclosures.walk import Desk

QUEUE = "/admin/onvif_privacy_disclosures/case/"
PURPOSE = "The authority asks whether there is more."


def test_whoever_is_named_neither_approves_nor_handles_nor_reviews(house: House) -> None:
    insider: Any = member("work", "approve", "officer", "audit", superuser=True)
    case = house.submitted([subjects.for_user(insider), ada()])
    with pytest.raises(Refused, match="about themselves"):
        approvals.approve(case=case, shown=scope_of(case).digest, actor=insider, strength=RECENT)
    with pytest.raises(Refused, match="about themselves"):
        approvals.amend(case=case, actor=insider)
    assert not nexts.for_approval(insider).exists()
    assert nexts.for_approval(house.approver).get() == case
    ending.plan_reviews(case, Scope(emergency=True, ground="c"))
    assert not ending.reviews_for(insider).exists()
    with pytest.raises(Refused, match="about themselves"):
        ending.review(review=case.reviews.get(), actor=insider, verdict="good", words="All was well.")


def test_who_finds_their_own_name_in_the_letter_hands_the_case_on(house: House) -> None:
    me, case = subjects.for_user(house.worker), house.verified()
    named = [scopes.Person("me", me)]
    wanted = [one for one in fields.choices() if one.key == "auth.user|email|contact"]
    scopes.begin(case=case, actor=house.worker)
    with pytest.raises(Refused, match="about themselves"):
        scopes.set_items(case=case, actor=house.worker, people=named, choices=wanted)
    with pytest.raises(Refused, match="about themselves"):
        holds.preserve(case=case, actor=house.worker, people=named, choices=wanted)
    other = member("work")
    scopes.set_items(case=case, actor=other, people=named, choices=wanted)
    with pytest.raises(Refused, match="about themselves"):
        scopes.set_items(case=case, actor=house.worker, people=[], choices=wanted)


def test_to_whom_it_is_about_a_case_does_not_exist_at_the_screens(house: House) -> None:
    insider: Any = member("work", "approve", "audit")
    me = subjects.for_user(insider)
    mine, other = house.submitted([me]), house.submitted([ada()])
    held = house.received()
    wanted = [one for one in fields.choices() if one.key == "auth.user|email|contact"]
    holds.preserve(case=held, actor=house.worker, people=[scopes.Person("me", me)], choices=wanted)
    desk = Desk(insider)
    queue = desk.go(QUEUE)
    assert other.ref in queue
    assert mine.ref not in queue
    for case in (mine, held):
        for name in ("change", "scope", "approve", "deliver", "holds"):
            assert desk.client.get(f"{QUEUE}{case.pk}/{name}/").status_code == 404, name
    assert searching.cases_of(words=me.reference, purpose=PURPOSE, actor=insider) == []
    found = searching.cases_of(words=me.reference, purpose=PURPOSE, actor=house.worker)
    assert found == list(Case.objects.filter(pk__in=[mine.pk, held.pk]).order_by("ref"))
