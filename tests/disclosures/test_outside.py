"""Outside a case: no name in addresses, titles, logs, mails, caches; as many queries however long the queue is."""

from __future__ import annotations

import html
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core import subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.legal.services import reads
from onvif_privacy.disclosures.models import AccessRecord, Case
from onvif_privacy.disclosures.services import reading
from tests.core.factories import UserFactory
from tests.disclosures.factories import House, age_key, member
from tests.disclosures.test_reports import cases
from tests.disclosures.walk import Desk

QUEUE = "/admin/onvif_privacy_disclosures/case/"
READS = "/admin/onvif_privacy_disclosures/accessrecord/"
WORDS = ("kanarienvogel", "Zinnoberrot")


@pytest.fixture
def canary() -> Subject:
    name, last = WORDS
    return subjects.for_user(UserFactory(username=name, email=f"{name}@example.org", last_name=last))


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def test_no_word_of_a_person_leaves_the_screens_of_their_case(
    house: House, canary: Subject, logged: pytest.LogCaptureFixture
) -> None:
    house.key, _secret = age_key(house.authority)
    case = house.handed_over(house.approved([canary])).hand_over.case
    visited: list[tuple[str, str]] = []
    desk = Desk(house.worker)
    desk.go(f"{QUEUE}{case.pk}/holds/")
    desk.press("Begin the hold", tick=("auth.user|email|contact",), people=WORDS[0])
    assert "The hold has begun" in desk.page
    for user in (house.worker, house.approver):
        desk = Desk(user)
        for page in ("", *(f"{case.pk}/{name}/" for name in ("change", "holds", "approve", "deliver")), "search/"):
            answer = desk.client.get(f"{QUEUE}{page}", follow=True)
            assert answer.status_code in (200, 403)
            title = re.search(r"<title>(.*?)</title>", answer.content.decode(), re.DOTALL)
            visited.append((answer.request["PATH_INFO"] + str(answer.headers), title[1] if title else ""))
    desk = Desk(house.worker)
    desk.go(f"{QUEUE}search/")
    desk.press("Search", words=WORDS[0], purpose="The authority asks whether there is more.")
    assert case.ref in desk.page
    run_due()
    staff_mails = [(one.subject, one.body) for one in mail.outbox if one.to != [f"{WORDS[0]}@example.org"]]
    kept = [(one.object_repr, one.change_message) for one in LogEntry.objects.all()]
    stored = [str(key) for key in getattr(cache, "_cache", {})]
    outside = "\n".join(map(str, (visited, logged.text, staff_mails, kept, stored, desk.address, str(case), desk.page)))
    assert [word for word in WORDS if word.lower() in outside.lower()] == []


def queries(desk: Desk, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as found:
        assert desk.client.get(address).status_code == 200
    return [one["sql"] for one in found]


def test_the_queue_costs_as_much_with_a_hundred_cases_as_with_three(house: House) -> None:
    desk = Desk(house.worker)
    for _number in range(3):
        house.received()
    few = queries(desk, QUEUE)
    cases(90, regime=house.regime.key, state="received", outcome="", closed_at=None)
    many = queries(desk, QUEUE)
    assert Case.objects.count() == 93
    assert len(many) == len(few)


def test_the_list_of_reads_costs_as_much_however_many_there_are(house: House) -> None:
    auditor: Any = member("audit")
    desk = Desk(auditor)
    case = house.received()
    reading.note("view", "case x", actor=auditor, case=case)
    few = queries(desk, READS)
    for number in range(90):
        reading.note("view", f"case {number}", actor=auditor, case=case)
    many = queries(desk, READS)
    assert len(many) == len(few)
    assert len([one for one in many if one.startswith("SELECT")]) <= 8  # the others write this look down
    assert [one for one in many if "COUNT(" in one.upper()] == []


def test_every_read_is_on_exactly_one_page_and_those_without_a_part_can_be_picked_out(house: House) -> None:
    auditor: Any = member("audit")
    case, other = house.received(), house.received()
    for number in range(120):
        reading.note("view", f"case {number}", actor=house.worker, case=case)
    reading.note("view", "scope x", actor=auditor, case=other)
    seen, before = list[Any](), ""
    while found := reads.page(before=before):
        seen += found.rows
        before = found.older
        if not before:
            break
    assert [one.pk for one in seen] == list(AccessRecord.objects.values_list("pk", flat=True))
    assert len(seen) > 2 * reads.PAGE
    assert [one.thing for one in reads.page(without_part=True).rows] == ["scope x"]
    assert {one.case for one in reads.page(case=other.ref).rows} == {other}
    assert reads.page(before="nonsense") == reads.page()
    desk = Desk(auditor)
    desk.go(f"{READS}?action=view&case={case.ref}")
    address = re.search(r'href="(\?[^"]*before=[^"]*)"', desk.page)
    assert address
    assert "case 69" in desk.go(READS + html.unescape(address[1]))
