"""Holds, longer silence, a later purge and the search for a person, by the forms of the screens alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from onvif_privacy.core import subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.disclosures.models import AccessRecord, Gag, Hold, Notice, Package, Snapshot
from onvif_privacy.disclosures.services import files
from tests.core.factories import UserFactory
from tests.disclosures.factories import House, age_key, member
from tests.disclosures.test_duties import ada, later, silent
from tests.disclosures.walk import Desk

QUEUE = "/admin/onvif_privacy_disclosures/case/"


@pytest.fixture
def desks(house: House) -> tuple[Desk, Desk, Desk]:
    """The worker, the approver and the officer of the house."""
    return Desk(house.worker), Desk(house.approver), Desk(house.officer)


def strong(desk: Desk, address: str, label: str, **values: str) -> None:
    """Press a button of the approving side, showing first who one is where that is asked."""
    desk.go(address)
    desk.press(label, **values)
    if 'name="password"' in desk.page:
        desk.confirm()
        desk.go(address)
        desk.press(label, **values)


def test_a_hold_is_begun_lengthened_by_two_sides_and_ended_on_its_screen(house: House, desks: Any) -> None:
    worker, approver, officer = desks
    ada()
    case = house.verified()
    address = f"{QUEUE}{case.pk}/holds/"

    worker.go(address)
    worker.press("Begin the hold", tick=("auth.user|email|contact",), people="nobody-we-know")
    assert "Nobody was found" in worker.page
    worker.press("Begin the hold", tick=("auth.user|email|contact",), people="ada", kind="legal")
    assert "needs its reason" in worker.page
    worker.press("Begin the hold", tick=("auth.user|email|contact",), people="ada", kind="preservation")
    assert "The hold has begun" in worker.page
    run_due(names=("disclosures.holds",))
    worker.go(address)
    assert "ada@example.org" not in worker.page

    hold = Hold.objects.get()
    worker.press("Hold once more as long")
    assert Hold.objects.get().until == hold.until + timedelta(days=90)
    assert "Hold once more as long" not in worker.page
    strong(approver, address, "Agree: hold longer than the regime allows")
    assert "It waits for a second yes." in approver.page
    strong(officer, address, "Agree: hold longer than the regime allows")
    assert Hold.objects.get().renewals == 2

    worker.go(address)
    worker.press("End the hold and destroy its copy")
    assert "Say why it ends early." in worker.page
    assert Hold.objects.get().ended_at is None
    worker.press("End the hold and destroy its copy", reason="The authority has withdrawn it.")
    assert Hold.objects.get().ended_at is not None
    assert not files.storage().exists(Snapshot.objects.get().storage_name)
    assert "End the hold and destroy its copy" not in officer.go(address)


def test_silence_goes_on_only_after_the_other_side_agreed_on_the_screen(house: House, desks: Any) -> None:
    worker, approver, _officer = desks
    case, gag = silent(house)
    order = house.document(case, kind="gag", words=b"Still.")
    address = f"{QUEUE}{case.pk}/change/"
    values = {
        "gag-document": str(order.pk),
        "gag-since": later(30).isoformat(),
        "gag-until": later(90).isoformat(),
        "gag-extends": str(gag.pk),
    }
    worker.go(address)
    worker.press("Enter", **values)
    assert "needs a yes of the other side" in worker.page
    strong(approver, address, "Agree that a new order goes on with it")
    worker.go(address)
    worker.press("Enter", **values)
    assert Gag.objects.get(extends=gag).approval is not None
    assert Notice.objects.get().earliest_on == later(90)


def test_our_copy_is_kept_longer_when_two_say_the_same_number_of_days(house: House, desks: Any) -> None:
    _worker, approver, officer = desks
    house.key, _secret = age_key(house.authority)
    case = house.handed_over(house.approved([ada()])).hand_over.case
    address, day = f"{QUEUE}{case.pk}/deliver/", Package.objects.get().purge_on
    assert day is not None

    strong(approver, address, "Agree to keep it longer", days="500")
    assert "at most 180 days" in approver.page
    strong(approver, address, "Agree to keep it longer", days="30")
    assert Package.objects.get().purge_on == day
    assert "One has said yes to 30 days." in officer.go(address)
    strong(officer, address, "Agree to keep it longer", days="30")
    assert Package.objects.get().purge_on == day + timedelta(days=30)


def test_two_say_on_the_screen_that_nobody_needs_to_be_told(house: House, desks: Any) -> None:
    _worker, approver, officer = desks
    case = house.approved([ada()])
    address = f"{QUEUE}{case.pk}/change/"
    strong(approver, address, "Say so, as one of two", reason="A test account.")
    assert Notice.objects.get().state == "waiting"
    strong(officer, address, "Say so, as one of two", reason="A test account.")
    assert Notice.objects.get().state == "not_needed"


def test_a_search_for_a_person_gives_references_only_and_is_recorded_with_its_purpose(house: House, desks: Any) -> None:
    worker, approver, _officer = desks
    person = ada()
    scoped, held = house.submitted([person]), house.verified()
    other = house.submitted([subjects.for_user(UserFactory(username="bob"))])
    worker.go(f"{QUEUE}{held.pk}/holds/")
    worker.press("Begin the hold", tick=("auth.user|email|contact",), people="ada")

    worker.go(QUEUE)
    assert "Search for a person" in worker.page
    worker.go(f"{QUEUE}search/")
    worker.press("Search", words="ada", purpose="too short")
    assert not AccessRecord.objects.filter(action="search").exists()
    worker.press("Search", words="ada", purpose="The authority asks whether there is another case.")
    assert scoped.ref in worker.page
    assert held.ref in worker.page
    assert other.ref not in worker.page
    assert "ada" not in worker.page.replace("Canada", "")
    row = AccessRecord.objects.get(action="search")
    assert (row.actor, row.purpose[:13]) == (house.worker, "The authority")
    worker.press("Search", words="ad", purpose="Part of a name finds nobody.")
    assert "None." in worker.page
    assert approver.client.get(f"{QUEUE}search/").status_code == 403
    assert Desk(member("audit")).client.get(f"{QUEUE}search/").status_code == 200


def test_a_search_that_cannot_be_recorded_finds_nothing(
    house: House, desks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    case = house.submitted([ada()])
    desks[0].go(f"{QUEUE}search/")

    def broken(self: AccessRecord, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AccessRecord, "save", broken)
    desks[0].press("Search", words="ada", purpose="The authority asks again.")
    assert case.ref not in desks[0].page
    assert "nothing is shown" in desks[0].page
