"""What the room declares: its job runs, its tables have names."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import jobs, subjects
from onvif_privacy.core.personal import end_row, rows_of
from onvif_privacy.core.registry import personal_data
from onvif_privacy.core.registry.house import waiting
from onvif_privacy.core.testing.factories import SubjectFactory
from onvif_privacy.rights.services.holdings.cells import cells
from onvif_privacy.visits.models import PageDay, Process, Visit
from onvif_privacy.visits.services import clock, reports, retention, store
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.records import Books, Parcel
from tests.core.factories import UserFactory
from tests.rights.test_page import as_visitor
from tests.visits.factories import RecordFactory

pytestmark = pytest.mark.django_db


def test_retention_is_a_job_of_the_house(settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 120
    store.write(Parcel((RecordFactory(at=int(time.time()) - 100 * 86_400),)))
    settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 90

    assert [result.outcome for result in jobs.run_due(names=("visits.retention",))] == ["done"]
    assert not Visit._default_manager.exists()
    assert PageDay.objects.get().visits == 1


def test_single_visits_are_the_persons_whose_reference_stands_in_them() -> None:
    anna, bert = SubjectFactory(), SubjectFactory()
    references = {one: base64.urlsafe_b64encode(one.pk.bytes).rstrip(b"=").decode() for one in (anna, bert)}
    now = int(time.time())
    records = [RecordFactory(at=now, route=f"/{number}/", visitor=references[anna]) for number in range(3)]
    records += [RecordFactory(at=now, visitor=references[bert]), RecordFactory(at=now)]
    store.write(Parcel(tuple(records)))
    ours = personal_data.get("onvif_privacy_visits.visit")

    rows = rows_of(ours, anna)
    assert {str(row.page) for row in rows} == {"/0/", "/1/", "/2/"}
    shown = {cell.name: str(cell.value) for cell in cells(ours, rows.order_by("page")[0], {"visitor"})}
    assert shown["page"] == "/0/"
    assert shown["browser"] == "Chrome, Windows, desktop"
    assert shown["network"] == "192.0.2.0"

    for row in rows:
        end_row(ours, row, ours.fields)
    assert not rows_of(ours, anna).exists()
    assert rows_of(ours, bert).count() == 1
    assert Visit._default_manager.count() == 2
    assert sum(PageDay.objects.values_list("visits", flat=True)) == 5  # counts hold no person


def test_my_privacy_shows_a_browser_its_own_visits_and_how_to_switch_off(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, other, account = SubjectFactory(), SubjectFactory(), SubjectFactory(user=UserFactory())
    references = {one: base64.urlsafe_b64encode(one.pk.bytes).rstrip(b"=").decode() for one in (visitor, other)}
    now = int(time.time())
    records = [
        RecordFactory(at=now - number, route=f"/mine/{number}/", visitor=references[visitor]) for number in range(25)
    ]
    store.write(Parcel((*records, RecordFactory(at=now, route="/theirs/", visitor=references[other]))))

    as_visitor(monkeypatch, visitor)
    page = Client().get("/privacy/me/").content.decode()
    assert 'id="visits"' in page
    assert "25 visits since" in page
    assert [number for number in range(25) if f"/mine/{number}/" in page] == list(range(20))
    assert "/theirs/" not in page
    assert reverse("onvif_privacy_cookies:settings") in page

    client = Client()
    client.force_login(account.user)
    assert "No visit is linked to you" in client.get("/privacy/me/").content.decode()
    subjects.merge(visitor=visitor, into=account, key="m")
    assert "25 visits since" in client.get("/privacy/me/").content.decode()


def test_every_table_is_declared(settings: Any) -> None:
    settings.ONVIF_PRIVACY_COMPLETENESS = "error"
    assert not [message for message in run_checks() if "visits" in str(message.msg)]


def test_books_that_do_not_balance_wait_for_staff() -> None:
    line = waiting.get("visits-unbalanced")
    request = RequestFactory().get("/")
    assert line.count(request) == 0
    assert reverse(line.address)

    Process.objects.create(started=clock.moment(0), seen=timezone.now(), accepted=3, stored=2, pending=0)
    assert line.count(request) == 1


def test_every_row_has_a_name() -> None:
    books = Books(Process().id, clock.moment(int(time.time())), accepted=2, pending=2)
    records = (RecordFactory(at=int(time.time())), RecordFactory(at=int(time.time()), status=500))
    store.write(Parcel(records, {(clock.today(), "prefetch"): 1}, books))

    for model in apps.get_app_config("onvif_privacy_visits").get_models():
        for row in model._default_manager.all():
            assert str(row)


def test_site_without_time_zones_counts_too(settings: Any) -> None:
    settings.USE_TZ = False
    store.write(Parcel((RecordFactory(at=int(time.time())),)))

    today = reports.Asked(period=Period.ending(clock.today(), Choice.TODAY), use="operation")
    assert reports.by_day(today).visits == 1
    assert sum(visits for _hour, visits in reports.by_hour(today)) == 1
    assert store.rebuild(today.period.first) == 1
    assert reports.by_day(today).visits == 1
    assert retention.expire() is False
