"""What a person sees of whom their data went to: all of it from its day on, and before that not one byte."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from onvif_privacy.core import subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.legal.services import notices
from onvif_privacy.disclosures.models import DisclosureRecord, Gag
from onvif_privacy.disclosures.partners import handing
from onvif_privacy.rights.models import Request
from onvif_privacy.rights.services import export
from tests.core.factories import UserFactory
from tests.core.orders import order
from tests.disclosures import partnership
from tests.disclosures.factories import House, age_key
from tests.disclosures.test_duties import TODAY, later
from tests.disclosures.test_partners import NOON
from tests.rights.test_erasure import carried_out
from tests.rights.test_export import confirmed
from tests.rights.test_page import signed_in
from tests.rights.test_receipts import ERASE

ME = "/privacy/me/"
ROOM = "/privacy/disclosures"
PAGES = (
    ME,
    f"{ME}held/auth.User/",
    f"{ROOM}/partners/",
    f"{ROOM}/partners.json",
    f"{ROOM}/transparency/",
    f"{ROOM}/transparency/transparency.csv",
)
DIFFERS_EACH_TIME = re.compile(rb'name="(?:csrfmiddlewaretoken|key)" value="[^"]*"|nonce="[^"]*"')


@dataclass(eq=False)
class World:
    """Ada at her browser, with an account that was there before."""

    person: Subject
    browser: Client

    def pages(self) -> dict[str, Any]:
        """Everything that the site answers to her: bodies, and headers but for those that name the moment."""
        found = {}
        for address in PAGES:
            answer = self.browser.get(address)
            headers = sorted((name, value) for name, value in answer.headers.items() if "nonce" not in value)
            assert answer.status_code == 200, address
            found[address] = (answer.status_code, headers, DIFFERS_EACH_TIME.sub(b"", answer.content))
        return found

    def copy(self) -> Any:
        """Her data, as she takes it along."""
        sink = io.BytesIO()
        export.stream(subject=self.person, sink=sink)
        return json.loads(zipfile.ZipFile(sink).read("export.json")) | {"made_at": None}


@pytest.fixture
def world(db: None) -> World:
    user = UserFactory(username="ada", email="ada@example.org", last_name="Lovelace")
    browser = Client()
    browser.force_login(user)
    return World(subjects.for_user(user), browser)


@pytest.fixture
def shop() -> Iterator[None]:
    with partnership.shop():
        yield


def handed_over_in_silence(house: House, person: Subject) -> Gag:
    house.key, _secret = age_key(house.authority)
    case = house.verified()
    document = house.document(case, kind="gag", words=b"Be silent.")
    gag = notices.silence(case=case, actor=house.worker, document=document, since=TODAY(), until=later(30))
    house.handed_over(house.approved([person], case=case, notice_mode="after_gag", review_by=None))
    return gag


def test_with_and_without_a_silenced_case_everything_the_person_reaches_is_the_same(house: House, world: World) -> None:
    pages, copy = world.pages(), world.copy()

    gag = handed_over_in_silence(house, world.person)
    run_due()
    assert DisclosureRecord.objects.filter(subject=world.person).count() == 1
    assert world.pages() == pages
    assert world.copy() == copy

    notices.lift(gag=gag, actor=house.worker)
    run_due(names=("disclosures.notices",))
    after = world.pages()
    assert [address for address in PAGES if after[address] != pages[address]] == [ME]
    assert b"The court" in after[ME][2]
    assert "The court" not in str(copy)
    assert "The court" in str(world.copy())


def test_what_partners_got_is_grouped_by_agreement_and_month_with_each_day(
    guarded: None, world: World, shop: None
) -> None:
    worker, approver = partnership.person("worker"), partnership.person("approver")
    agreement = partnership.agreed(worker, approver)
    order(owner=world.person, email="ada@example.org", name="Ada")
    other = partnership.buyers(1)
    for key, who in (("one", [world.person]), ("two", [world.person]), ("three", other)):
        handing.hand_over(partnership.asked(agreement, who, key=key), now=NOON)

    page = world.browser.get(ME).content.decode()
    assert page.count("June 2026: Post Ltd") == 1
    assert page.count('<time datetime="2026-06-15">') == 2
    assert "deliveries" in page
    assert "contact, identity" in page


def test_the_panel_costs_two_queries_however_much_was_handed_over(guarded: None, world: World, shop: None) -> None:
    from onvif_privacy.disclosures.services import panels

    worker, approver = partnership.person("worker"), partnership.person("approver")
    agreement = partnership.agreed(worker, approver)
    order(owner=world.person, email="ada@example.org", name="Ada")
    for number in range(5):
        handing.hand_over(partnership.asked(agreement, [world.person], key=str(number)), now=NOON)
    with CaptureQueriesContext(connection) as queries:
        panels.disclosures(None, world.person)  # type: ignore[arg-type]
    assert len(queries) == 2


def test_an_erasure_answers_alike_with_and_without_a_silenced_case(house: House, settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    people = [
        subjects.for_user(UserFactory(username=name, email=f"{name}@example.org", last_name="Lovelace"))
        for name in ("adaa", "beaa")
    ]
    handed_over_in_silence(house, people[0])
    answers = []
    for number, person in enumerate(people):
        mail.outbox.clear()
        browser = confirmed(signed_in(person))
        address = browser.post(ERASE, {"key": str(number) * 32, "understood": "on"})["Location"]
        waiting = Client().get(address)
        carried_out(Request.objects.get(subject=person))
        run_due(names=("rights.letters",))
        receipt = Client().get(address)
        told = [(one.subject, one.to, one.body) for one in mail.outbox]
        answers.append([_without_names(str(one)) for one in (waiting.content, receipt.content, told)])
    assert b"Receipt of an erasure" in receipt.content
    for one, other in zip(*answers, strict=True):
        assert one.split("\\n") == other.split("\\n")


def _without_names(words: str) -> str:
    """Leave out what is random, what names the moment, and the person's own name."""
    moment = r"\d{2}:\d{2}(:\d{2})?(\.\d+)?( [ap]\.m\.)?|\d{1,2}(:\d{2})? [ap]\.m\.|noon|midnight"
    words = re.sub(rf"[\w-]{{22,}}|\b[A-Z\d]{{10}}\b|{moment}", "", words)
    return words.replace("adaa", "").replace("beaa", "")
