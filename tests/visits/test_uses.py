"""Who reads visits says what for: operation, quality or statistics."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import Count

from onvif_privacy.visits.models import Page, Visit
from onvif_privacy.visits.querysets import Use, UseRefused
from onvif_privacy.visits.services import clock, reports, store
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.records import Parcel
from tests.visits.factories import RecordFactory

pytestmark = pytest.mark.django_db

READS: dict[str, Callable[[Any], Any]] = {
    "list": list,
    "first": lambda rows: rows.first(),
    "get": lambda rows: rows.get(pk=1),
    "values": lambda rows: list(rows.values_list("network", flat=True)),
    "in_bulk": lambda rows: rows.in_bulk(),
    "iterator": lambda rows: next(rows.iterator(), None),
    "count": lambda rows: rows.count(),
    "exists": lambda rows: rows.exists(),
    "aggregate": lambda rows: rows.aggregate(number=Count("pk")),
    "another query": lambda rows: list(Page.objects.filter(pk__in=rows.values("page_id"))),
    "related": lambda rows: list(rows.select_related("page")),
    "union": lambda rows: list(rows.union(rows.all())),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_visits_are_not_read_before_it_is_said_what_for(read: Callable[[Any], Any]) -> None:
    store.write(Parcel((RecordFactory(at=clock.seconds(clock.bounds(clock.today(), clock.today())[0])),)))
    Visit._default_manager.update(id=1)

    with pytest.raises(UseRefused, match="Say what the visits are read for"):
        read(Visit.objects.filter(status=2))
    for use in Use.values:
        read(Visit.objects.used_for(use).filter(status=2))


@pytest.mark.parametrize("use", ["advertising", "", "customised", "Statistics"])
def test_other_uses_are_refused(use: str) -> None:
    today = Period.ending(clock.today(), Choice.TODAY)

    with pytest.raises(UseRefused, match="operation, quality, statistics"):
        Visit.objects.used_for(use)
    with pytest.raises(UseRefused, match="operation, quality, statistics"):
        reports.Asked(period=today, use=use)


def test_visits_are_written_and_deleted_without_a_use() -> None:
    visit = Visit.objects.create(at=clock.moment(0), page_id=1, referrer_id=1, browser_id=1, method=1, status=2)
    assert Visit.objects.filter(pk=visit.pk).update(status=4) == 1
    visit.refresh_from_db()
    assert visit.status == 4
    assert Visit.objects.filter(pk=visit.pk).delete()[0] == 1


def test_dump_of_the_tables_is_django_s_own_business() -> None:
    Visit.objects.create(at=clock.moment(0), page_id=1, referrer_id=1, browser_id=1, method=1, status=2)
    out = io.StringIO()
    call_command("dumpdata", "onvif_privacy_visits.visit", stdout=out)
    assert len(json.loads(out.getvalue())) == 1
