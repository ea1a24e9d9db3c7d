"""The promises of the clause `contact` hold on a site in use, and each planted violation is caught."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from onvif_privacy.core import limits, subjects
from onvif_privacy.core.promises import Check, Verdict, checks, look_at
from onvif_privacy.enquiries.models import Enquiry, Probe
from onvif_privacy.enquiries.services import cases, mail
from tests.core.factories import UserFactory
from tests.enquiries.world import received, staff, verified

OURS = [one for one in checks.all() if one.looker.__module__.startswith("onvif_privacy.enquiries.")]
MAILBOX = "contact.reached:the_printed_address_reaches_the_queue"


@pytest.fixture(autouse=True)
def _forms(monkeypatch: Any) -> None:
    monkeypatch.setattr(limits, "allow", lambda *args, **kwargs: True)


@pytest.fixture
def maildir(settings: Any, tmp_path: Path) -> Path:
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    settings.ONVIF_PRIVACY_ENQUIRIES_MAILDIR = str(tmp_path)
    return tmp_path


def arrive(maildir: Path) -> None:
    raw = django_mail.outbox[-1].message().as_bytes()
    (maildir / "new" / f"{time.monotonic_ns()}.host").write_bytes(raw)
    box = mail.box()
    assert box is not None
    mail.take_all(box, deadline=time.monotonic() + 10)


@pytest.mark.django_db
@pytest.mark.parametrize("check", OURS, ids=lambda check: check.name)
def test_a_site_in_use_keeps_its_promises(check: Check, rules: None, maildir: Path) -> None:
    clerk, other = staff("work"), staff("verify")
    verified(received(), clerk, other)
    cases.concern(enquiry=received(), person=_person(), actor=clerk)
    mail.send_probe()
    arrive(maildir)
    before = Enquiry.objects.count()
    looked = look_at(check)
    assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ())
    assert Enquiry.objects.count() == before


def _person() -> str:
    return subjects.for_user(UserFactory()).reference


@pytest.mark.django_db
def test_a_mailbox_that_is_switched_off_is_noticed_and_forgotten_within_one_run(maildir: Path) -> None:
    check = checks.get(MAILBOX)
    assert look_at(check).verdict is Verdict.UNPROVEN  # nobody has tried yet
    mail.send_probe()
    assert look_at(check).verdict is Verdict.KEPT  # it is on its way
    Probe.objects.update(sent_at=timezone.now() - timedelta(hours=25))
    assert look_at(check).verdict is Verdict.BROKEN
    arrive(maildir)
    assert look_at(check).verdict is Verdict.KEPT
    Probe.objects.update(sent_at=timezone.now() - timedelta(days=9))
    assert look_at(check).verdict is Verdict.BROKEN  # no test for eight days


@pytest.mark.django_db
def test_without_a_mailbox_nothing_is_called_proven() -> None:
    assert look_at(checks.get(MAILBOX)).verdict is Verdict.UNPROVEN


@pytest.mark.django_db
def test_an_overdue_case_turns_its_check_red(rules: None) -> None:
    check = checks.get("contact.in_time:nothing_is_overdue")
    enquiry = received(received_at=timezone.now() - timedelta(days=30))
    looked = look_at(check)
    assert looked.verdict is Verdict.BROKEN
    assert [str(one) for one in looked.findings] == [f"enquiry {enquiry.ref}: is overdue"]
