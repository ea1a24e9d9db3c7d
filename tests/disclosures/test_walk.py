"""A whole case by two members of staff, with the forms of the screens only: no script, no service called."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from onvif_privacy.core import subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.disclosures.models import AccessRecord, Authority, Case, DisclosureRecord, Notice, Regime
from tests.core.factories import UserFactory
from tests.disclosures.factories import age_key, authority, member, regime
from tests.disclosures.test_story import opened
from tests.disclosures.walk import Desk

pytestmark = pytest.mark.usefixtures("guarded")
QUEUE = "/admin/onvif_privacy_disclosures/case/"


def start(worker: Desk, approver: Desk) -> str:
    """Enter a letter, check it, countersign and verify it; returns the address of its case."""
    worker.go(f"{QUEUE}add/")
    case_page = worker.press(
        "Enter the letter",
        file=b"%PDF-1.7 we demand",
        file_number="12 Js 34/26",
        authority=str(Authority.objects.get().pk),
        regime=str(Regime.objects.get().pk),
    )
    assert "The letter is entered." in case_page
    address = worker.address
    worker.press("Write down", **{"check-kind": "call_back", "check-result": "pass", "check-evidence": "telephoned"})
    assert "must be countersigned" in worker.page
    approver.go(address)
    approver.press("Countersign: I have looked at it, too")
    approver.confirm()
    approver.go(address)
    approver.press("Countersign: I have looked at it, too")
    worker.go(address)
    worker.press("The letter is genuine")
    assert "The letter counts as genuine." in worker.page
    return address


def test_two_people_walk_a_case_from_letter_to_notice() -> None:
    court, _law = authority(), regime()
    key, secret = age_key(court)
    subjects.for_user(UserFactory(username="ada", email="ada@example.org", last_name="Lovelace"))
    worker, approver = Desk(member("work", name="wanda")), Desk(member("approve", name="anton"))

    address = start(worker, approver)
    root = address.removesuffix("change/")
    worker.go(f"{root}scope/")
    assert "Everything would be" in worker.page
    worker.press(
        "Save",
        tick=("auth.user|email|contact", "auth.user|last_name|identity"),
        people="ada\nnobody-we-know",
        recipient_key=str(key.pk),
        notice_mode="by_authority",
        review_by=(timezone.now().date() + timedelta(days=90)).isoformat(),
    )
    assert "Saved. Look at each line below." in worker.page
    assert "ada@example.org" not in worker.page
    assert "no such account" in worker.page
    worker.press("Submit to the other side")
    assert "Submitted: the other side decides." in worker.page

    worker.go(f"{root}approve/")
    assert "Yes: exactly this may leave" not in worker.page
    approver.go(f"{root}approve/")
    assert "not confirmed by counsel" in approver.page
    approver.press("Yes: exactly this may leave")
    assert "Your yes is recorded." in approver.page

    worker.go(f"{root}deliver/")
    worker.press("Build the package")
    assert "no row outside the scope" in worker.page
    assert "Seal it" not in worker.page
    approver.go(f"{root}deliver/")
    approver.press("Seal it")
    approver.press("Hand it over")
    code = re.search(r'<p class="case-code">([a-z2-9]{12})</p>', approver.page)
    link = re.search(r"/privacy/disclosures/get/[\w-]+/", approver.page)
    assert code
    assert link
    approver.go(f"{root}deliver/")
    assert code[1] not in approver.page

    recipient = Client()
    assert recipient.get(link[0]).status_code == 200
    assert recipient.post(link[0], {"code": "wrong"}).status_code == 403
    fetched = recipient.post(link[0], {"code": code[1]})
    got = opened(b"".join(fetched.streaming_content), secret)  # type: ignore[attr-defined]
    assert b"ada@example.org" in got["data/records/part-00001.jsonl"]

    worker.go(address)
    worker.press("Close the case")
    case = Case.objects.get()
    assert (case.state, case.outcome) == ("closed", "disclosed_partial")
    assert DisclosureRecord.objects.get().visible_from is None
    Notice.objects.update(earliest_on=timezone.now().date())
    run_due(names=("disclosures.notices",))
    assert DisclosureRecord.objects.get().visible_from is not None
    assert AccessRecord.objects.filter(case=case, action="view").count() > 10


def test_what_stands_on_a_page_is_recorded_first_or_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import DatabaseError

    authority(), regime()
    worker, approver = Desk(member("work")), Desk(member("approve"))
    address = start(worker, approver)

    def broken(self: AccessRecord, **kwargs: object) -> None:
        raise DatabaseError("disk full")

    monkeypatch.setattr(AccessRecord, "save", broken)
    for page in (QUEUE, address, address.replace("change", "scope"), address.replace("change", "deliver")):
        answer = worker.client.get(page)
        assert answer.status_code == 503, page
        assert b"12 Js 34/26" not in answer.content


def test_who_has_no_part_in_cases_sees_none() -> None:
    authority(), regime()
    worker, approver = Desk(member("work")), Desk(member("approve"))
    address = start(worker, approver)
    stranger = Desk(member())
    for page in (QUEUE, f"{QUEUE}add/", address, address.replace("change", "approve")):
        assert stranger.client.get(page).status_code in (302, 403, 404), page
    reader = Desk(member("audit"))
    assert reader.client.get("/admin/onvif_privacy_disclosures/accessrecord/").status_code == 200
    assert reader.client.get(address.replace("change", "scope")).status_code == 403
    assert worker.client.get("/admin/onvif_privacy_disclosures/accessrecord/").status_code == 403


def test_a_hostile_file_comes_back_as_it_was_and_is_never_shown() -> None:
    authority(), regime()
    worker, approver = Desk(member("work")), Desk(member("approve"))
    address = start(worker, approver)
    evil = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    worker.go(address)
    worker.press("Store", file=evil)
    links = re.findall(r'href="([^"]+/document/[^"]+)"', worker.page)
    answers = [worker.client.get(link) for link in links]
    bodies = [b"".join(one.streaming_content) for one in answers]  # type: ignore[attr-defined]
    assert evil in bodies
    for one in answers:
        assert one.headers["Content-Type"] == "application/octet-stream"
        assert one.headers["Content-Disposition"].startswith("attachment")
        assert one.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in one.headers["Content-Security-Policy"]
