"""The report comes from the cases, two people publish it, and nothing of it changes afterwards."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.contrib.auth.models import Permission, User
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from onvif_privacy.core import testing
from onvif_privacy.core.keys import ring
from onvif_privacy.core.models import Entry, Party
from onvif_privacy.disclosures.models import Authority, Case, Regime, ReportRelease
from onvif_privacy.disclosures.services import regimes
from onvif_privacy.disclosures.services.transparency import check_text, publishing
from onvif_privacy.disclosures.services.transparency.publishing import NotPublished

pytestmark = pytest.mark.django_db
START = datetime(2025, 1, 10, tzinfo=UTC)
NUMBER = count(1)


def somebody(name: str, *permissions: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


@pytest.fixture
def crew() -> tuple[User, User, User]:
    """Somebody who drafts, an approver, and the officer."""
    return (
        somebody("drafter", "publish_report"),
        somebody("approver", "approve_disclosure"),
        somebody("officer", "officer_disclosure", "approve_disclosure"),
    )


def cases(number: int, *, regime: str = "us_warrant", country: str = "US", **changes: Any) -> None:
    if not Regime.objects.exists():
        regimes.load()
    authorities = []
    for one in range(2):
        party, _made = Party.objects.get_or_create(
            slug=f"court-{country.lower()}-{one}", defaults={"role": "authority", "name": "Court", "country": country}
        )
        authorities.append(Authority.objects.get_or_create(party=party)[0])
    values = {
        "channel": "letter",
        "received_at": START,
        "regime": Regime.objects.get(key=regime),
        "state": "closed",
        "outcome": "refused",
        "closed_at": START + timedelta(days=5),
        "handler": User.objects.get_or_create(username="handler")[0],
    }
    Case.objects.bulk_create(
        Case(ref=f"D-2025-{next(NUMBER):06}", authority=authorities[one % 2], **{**values, **changes})
        for one in range(number)
    )


def published(period: str, crew: tuple[User, User, User]) -> ReportRelease:
    drafter, approver, officer = crew
    row = publishing.draft(period, actor=drafter)
    assert not publishing.approve(row, actor=approver, digest=row.digest)
    assert publishing.approve(row, actor=officer, digest=row.digest, as_officer=True)
    return row


def test_a_report_is_counted_from_cases_and_signed_by_the_site(crew: tuple[User, User, User], client: Client) -> None:
    cases(30)
    cases(15, country="DE", regime="eu_epoc")
    pending = {"outcome": "", "state": "received", "closed_at": None}
    cases(12, **pending)
    cases(25, country="DE", regime="eu_epoc", **pending)
    cases(20, is_drill=True)
    cases(7, regime="us_nsl")
    published("2025-H1", crew)

    files = publishing.files()
    assert check_text(files["transparency.csv"].decode()) == []
    rows = {(row["regime"], row["jurisdiction"]): row for row in json.loads(files["transparency.json"])["rows"]}
    whole = rows["*", "*"]
    assert (whole["received"], whole["refused"], whole["pending_end"]) == ("82", "45", "37")
    assert (rows["us_warrant", "*"]["received"], rows["*", "DE"]["received"]) == ("42", "40")
    assert rows["us_nsl", "*"]["received"] == "0-249"
    key = Ed25519PublicKey.from_public_bytes(ring().active("sign").public or b"")
    key.verify(files["datapackage.json.ed25519"], files["datapackage.json"])
    assert Entry.objects.filter(kind="disclosures").count() == 1

    page = client.get(reverse("onvif_privacy_disclosures:transparency")).content.decode()
    assert "2025-H1" in page
    assert "<svg" in page
    assert "0-249" in page
    for name, content in files.items():
        answer = client.get(reverse("onvif_privacy_disclosures:transparency-file", args=[name]))
        assert answer.content == content
        assert answer["X-Content-Type-Options"] == "nosniff"
    assert client.get(reverse("onvif_privacy_disclosures:transparency-file", args=["else.csv"])).status_code == 404
    assert b"2025-H1" in client.get(reverse("onvif_privacy_disclosures:transparency-feed")).content


def test_publishing_takes_two_people_who_have_not_drafted_it(crew: tuple[User, User, User]) -> None:
    cases(12)
    drafter, approver, officer = crew
    row = publishing.draft("2025-H1", actor=drafter)

    drafter.user_permissions.add(*Permission.objects.filter(codename__in=("approve_disclosure", "officer_disclosure")))
    with pytest.raises(NotPublished, match="another person"):
        publishing.approve(row, actor=User.objects.get(pk=drafter.pk), digest=row.digest)
    with pytest.raises(PermissionDenied):
        publishing.approve(row, actor=approver, digest=row.digest, as_officer=True)
    with pytest.raises(NotPublished, match="not what waits"):
        publishing.approve(row, actor=approver, digest="0" * 64)
    assert not publishing.approve(row, actor=officer, digest=row.digest)
    with pytest.raises(NotPublished, match="another person"):
        publishing.approve(row, actor=officer, digest=row.digest, as_officer=True)
    assert publishing.published() == []
    with pytest.raises(PermissionDenied):
        publishing.draft("2025-H1", actor=approver)
    with pytest.raises(NotPublished, match="not over"):
        publishing.draft("2999-H1", actor=drafter)


def test_a_typed_number_is_not_what_was_approved(crew: tuple[User, User, User]) -> None:
    cases(12)
    row = publishing.draft("2025-H1", actor=crew[0])
    rows = [{**one, "cells": {**one["cells"], "received": "11"}} for one in row.rows]
    ReportRelease.objects.filter(pk=row.pk).update(rows=rows)

    with pytest.raises(NotPublished, match="not what waits"):
        publishing.approve(row, actor=crew[1], digest=row.digest)


def test_an_erratum_is_a_new_version_and_the_old_one_stays(crew: tuple[User, User, User]) -> None:
    cases(30)
    first = published("2025-H1", crew)
    cases(1)
    second = published("2025-H1", crew)

    assert (first.version, second.version) == (1, 2)
    assert [row.version for row in publishing.published()] == [2]
    received = [publishing.release_of(row).cell(("*", "*"), "received") for row in (first, second)]
    assert received == ["30", "hidden"]  # 30 and then 31 would tell of one
    cases(40)
    third = published("2025-H1", crew)
    assert publishing.release_of(third).cell(("*", "*"), "received") == "hidden"


def test_the_next_half_year_begins_with_what_was_left(crew: tuple[User, User, User]) -> None:
    cases(30, closed_at=START + timedelta(days=200))
    published("2025-H1", crew)
    row = published("2025-H2", crew)

    release = publishing.release_of(row)
    assert (release.cell(("*", "*"), "pending_start"), release.cell(("*", "*"), "refused")) == ("30", "30")
    assert check_text(publishing.files()["transparency.csv"].decode()) == []


@pytest.mark.django_db(transaction=True)
def test_the_database_keeps_what_was_published(crew: tuple[User, User, User]) -> None:
    cases(12)
    row = published("2025-H1", crew)
    draft = publishing.draft("2025-H1", actor=crew[0])

    def refuses(act: Any) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()

    with testing.guards():
        refuses(lambda: ReportRelease.objects.filter(pk=row.pk).update(rows=[]))
        refuses(lambda: ReportRelease.objects.filter(pk=row.pk).delete())
    now = {"published_at": START, "signature": "00"}
    refuses(lambda: ReportRelease.objects.filter(pk=draft.pk).update(**now, approved_by=crew[1]))
    refuses(lambda: ReportRelease.objects.filter(pk=draft.pk).update(**now, approved_by=crew[1], officer=crew[1]))
