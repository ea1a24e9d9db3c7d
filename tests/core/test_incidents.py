"""Incidents: recorded once, told to staff by a real mail server, tried again when it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from onvif_privacy.core import incidents, ledger
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Alarm, Entry
from onvif_privacy.core.registry import Code, EntryKind, NotDeclared, Slug
from onvif_privacy.core.signals import incident_opened
from onvif_privacy.core.testing import temporarily
from tests.smtp import smtp_server

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _site(settings: Any) -> Iterator[None]:
    settings.ONVIF_PRIVACY_ALARM_EMAILS = ["officer@example.org", "deputy@example.org"]
    with temporarily(EntryKind("incident.test", {"reference": Code, "recipient": Slug})):
        yield


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    found: list[tuple[str, str]] = []

    def hear(kind: str, reference: str, **kwargs: object) -> None:
        found.append((kind, reference))

    incident_opened.connect(hear)
    yield found
    incident_opened.disconnect(hear)


def test_an_incident_is_evidence_a_signal_and_a_mail_that_arrives(heard: list[tuple[str, str]]) -> None:
    with smtp_server() as server:
        assert incidents.open("incident.test", reference="canary-7", payload={"recipient": "example-partner"})
    row = Alarm.objects.get()
    assert row.entry is not None
    assert row.entry.kind == "incident.test"
    assert ledger.opened(row.entry) == {"recipient": "example-partner", "reference": "canary-7"}
    assert row.mailed_at is not None
    assert heard == [("incident.test", "canary-7")]
    assert server.recipients == ["officer@example.org", "deputy@example.org"]
    text = server.messages[0].get_content()
    assert all(word in text for word in ("incident.test", "canary-7", "example-partner"))


def test_the_same_incident_reported_again_is_one(heard: list[tuple[str, str]]) -> None:
    assert incidents.open("incident.test", reference="a") is True
    assert incidents.open("incident.test", reference="a") is False
    assert incidents.open("incident.test", reference="b") is True
    assert Entry.objects.count() == Alarm.objects.count() == len(heard) == len(mail.outbox) == 2


def test_what_is_rolled_back_is_neither_kept_nor_told(heard: list[tuple[str, str]]) -> None:
    with transaction.atomic():
        incidents.open("incident.test", reference="a")
        assert heard == []
        transaction.set_rollback(True)
    assert (heard, mail.outbox, Alarm.objects.count(), Entry.objects.count()) == ([], [], 0, 0)


def test_an_unknown_kind_or_a_payload_of_another_shape_keeps_nothing() -> None:
    with pytest.raises(NotDeclared, match="no-such"):
        incidents.open("no-such", reference="a")
    with pytest.raises(ledger.PayloadRefused):
        incidents.open("incident.test", reference="a", payload={"recipient": "Ann Example <ann@example.org>"})
    assert not Alarm.objects.exists()


def test_a_refusing_server_loses_no_alarm_and_stops_nothing() -> None:
    with smtp_server() as server:
        server.refuse = True
        assert incidents.open("incident.test", reference="a")
        assert incidents.open("incident.test", reference="b")
        assert {one.outcome for one in run_due(names=("alarm",))} == {"failed"}
        assert Alarm.objects.filter(mailed_at__isnull=True).count() == 2
        server.refuse = False
        assert {one.outcome for one in run_due(names=("alarm",))} == {"done"}
    assert len(server.messages) == 1  # both in one mail
    assert server.messages[0]["Subject"] == "testserver: 2 privacy alarms"
    assert not Alarm.objects.filter(mailed_at__isnull=True).exists()


def test_nobody_to_tell_keeps_the_alarm_and_later_addressees_get_no_old_ones(settings: Any) -> None:
    settings.ONVIF_PRIVACY_ALARM_EMAILS = []
    incidents.open("incident.test", reference="old")
    Alarm.objects.update(at=timezone.now() - timedelta(days=8))
    settings.ONVIF_PRIVACY_ALARM_EMAILS = ["officer@example.org"]
    incidents.open("incident.test", reference="new")
    assert len(mail.outbox) == 1
    assert "old" not in mail.outbox[0].body
