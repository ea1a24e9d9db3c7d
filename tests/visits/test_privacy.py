"""What the room declares: its job runs, its tables have names."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.apps import apps
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import jobs
from onvif_privacy.core.registry.house import waiting
from onvif_privacy.visits.models import PageDay, Process, Visit
from onvif_privacy.visits.services import clock, reports, retention, store
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.records import Books, Parcel
from tests.visits.factories import RecordFactory

pytestmark = pytest.mark.django_db


def test_retention_is_a_job_of_the_house(settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 120
    store.write(Parcel((RecordFactory(at=int(time.time()) - 100 * 86_400),)))
    settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 90

    assert [result.outcome for result in jobs.run_due(names=("visits.retention",))] == ["done"]
    assert not Visit._default_manager.exists()
    assert PageDay.objects.get().visits == 1


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
