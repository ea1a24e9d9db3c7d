"""The store: whole batches or nothing, once, bad rows found by halving, counts that a rebuild reproduces."""

from __future__ import annotations

import base64
import datetime as dt
import time
import uuid
from copy import copy
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, connections, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st

from onvif_privacy.visits.models import (
    Batch,
    BrowserDay,
    ExclusionDay,
    FaultDay,
    Page,
    PageDay,
    PageHour,
    Process,
    Referrer,
    ReferrerDay,
    SiteDay,
    SiteHour,
    Visit,
)
from onvif_privacy.visits.querysets import Use
from onvif_privacy.visits.services import clock, dictionary, reports, retention, store, uniques
from onvif_privacy.visits.services.periods import Period
from onvif_privacy.visits.services.records import Books, Parcel, Receipt, Record, Unavailable
from onvif_privacy.visits.services.sketch import VALUE_BITS, value_of
from onvif_privacy.visits.services.store import rows
from tests.visits.factories import CHROME, GOOGLEBOT, RecordFactory

pytestmark = pytest.mark.django_db

COUNTS = (PageDay, PageHour, SiteDay, SiteHour, ReferrerDay, BrowserDay, FaultDay)


def now() -> int:
    return int(time.time())


def counts() -> dict[str, list[tuple[Any, ...]]]:
    """Every count of visits, without the numbers of its rows."""
    return {
        model.__name__: sorted(
            model._default_manager.values_list(*(f.attname for f in model._meta.concrete_fields if f.name != "id"))
        )
        for model in COUNTS
    }


class TestWrite:
    def test_batch_becomes_visits_counts_batch_row_and_books(self) -> None:
        books = Books(uuid.uuid4(), clock.moment(now()), accepted=12, stored=5, dropped={"queue_full": 3}, pending=4)
        parcel = Parcel(
            (RecordFactory(at=now()), RecordFactory(at=now()), RecordFactory(at=now(), agent=GOOGLEBOT)),
            {(clock.today(), "prefetch"): 2},
            books,
        )

        assert store.write(parcel) == Receipt(stored=2, bots=1)

        assert Visit._default_manager.count() == 2
        assert PageDay.objects.get().visits == PageHour.objects.get().visits == 2
        assert ReferrerDay.objects.get().visits == BrowserDay.objects.get().visits == 2
        assert dict(ExclusionDay.objects.values_list("reason", "visits")) == {"prefetch": 2, "bot": 1}
        batch, process = Batch.objects.get(), Process.objects.get()
        assert (batch.id, batch.stored, batch.bots, batch.invalid) == (parcel.id, 2, 1, 0)
        assert (process.stored, process.pending, process.dropped) == (7, 1, {"queue_full": 3, "bot": 1})
        assert process.accepted == process.stored + sum(process.dropped.values()) + process.pending

    def test_batch_sent_again_changes_nothing(self) -> None:
        parcel = Parcel((RecordFactory(at=now()),), {(clock.today(), "prefetch"): 2})
        first, before = store.write(parcel), counts()

        assert store.write(parcel) == first
        assert counts() == before
        assert Visit._default_manager.count() == 1
        assert ExclusionDay.objects.get().visits == 2

    def test_what_follows_in_the_transaction_is_part_of_it(self) -> None:
        def fail(using: str) -> None:
            raise RuntimeError("planted")

        with pytest.raises(RuntimeError, match="planted"):
            store.write(Parcel((RecordFactory(at=now()),)), also=fail)
        assert not Visit._default_manager.exists()
        assert not PageDay.objects.exists()
        assert not Batch.objects.exists()

    def test_visitor_is_kept_as_the_subject_it_names(self) -> None:
        person = uuid.uuid4()
        reference = base64.urlsafe_b64encode(person.bytes).rstrip(b"=").decode()

        store.write(Parcel((RecordFactory(at=now(), visitor=reference),)))

        assert Visit._default_manager.get().visitor == person

    def test_pages_that_differ_by_case_or_blank_are_different(self) -> None:
        paths = ("/News/", "/news/", "/news/ ", "/néws/")
        store.write(Parcel(tuple(RecordFactory(at=now(), path=path) for path in paths)))

        assert set(Page.objects.exclude(route="").values_list("path")) == {(path,) for path in paths}
        assert PageDay.objects.count() == 4

    def test_number_of_statements_does_not_grow_with_known_pages(self) -> None:
        def statements(number: int) -> int:
            records = tuple(RecordFactory(at=now(), route=f"/{index % 3}/") for index in range(number))
            with CaptureQueriesContext(connection) as context:
                store.write(Parcel(records))
            return len(context)

        statements(10)
        assert statements(300) <= statements(10) + 2  # on SQLite 300 rows come in parts of 256, 32 and 12

    def test_parcel_of_any_size_is_stored_row_by_row_the_same(self) -> None:
        """Sizes around those that SQLite's statements are cut at."""
        total = 0
        for size in (1, 31, 32, 33, 255, 256, 257, 300, 900):
            batch = tuple(RecordFactory(at=now() - step, path=f"/{step % 40}/") for step in range(size))
            total += size
            assert store.write(Parcel(batch)).stored == size
            assert Visit._default_manager.count() == sum(row.visits for row in PageDay.objects.all()) == total

    def test_debugging_changes_nothing(self, settings: Any) -> None:
        settings.DEBUG = True  # Django then writes out each statement with its values
        assert store.write(Parcel(tuple(RecordFactory(at=now()) for _number in range(300)))).stored == 300

    @pytest.mark.django_db(transaction=True)
    def test_numbers_remembered_from_emptied_tables_are_looked_up_anew(self) -> None:
        store.write(Parcel((RecordFactory(at=now()),)))
        for model in (*COUNTS, Visit, Page, Referrer):
            model._default_manager.all().delete()

        assert store.write(Parcel((RecordFactory(at=now()),))).stored == 1
        assert PageDay.objects.get().page.route == "/"

    def test_remembered_numbers_are_bounded(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(dictionary, "CACHED", 5)
        monkeypatch.setattr(connections["default"], "in_atomic_block", False)
        for start in range(0, 20, 4):
            keys = {(f"{number}.example",) for number in range(start, start + 4)}
            assert keys <= dictionary.numbers(Referrer, keys, "default").keys()
        assert len(dictionary._known["default", Referrer]) <= 5


BAD = {
    "status": {"status": 10**30},
    "method": {"method": "BREW"},
    "visitor": {"visitor": "not a reference"},
    "network": {"network": "1" * 60},
    "surrogate": {"path": "/\ud800"},
    "time": {"at": 10**17},
}


class TestPoison:
    @pytest.mark.parametrize("values", BAD.values(), ids=BAD.keys())
    def test_bad_record_is_left_out_and_counted_never_the_batch(self, values: dict[str, Any]) -> None:
        records = [RecordFactory(at=now(), route=f"/{index % 5}/") for index in range(60)]
        records[37] = RecordFactory(**({"at": now()} | values))

        receipt = store.write(Parcel(tuple(records)))

        if connection.vendor == "sqlite" and "network" in values:
            assert receipt.stored + receipt.invalid == 60  # SQLite checks no lengths
        else:
            assert receipt == Receipt(stored=59, invalid=1)
        assert Visit._default_manager.count() == receipt.stored == sum(row.visits for row in PageDay.objects.all())

    def test_few_bad_rows_cost_few_statements(self) -> None:
        records = [RecordFactory(at=now()) for _number in range(500)]
        for index in (3, 77, 250, 251, 499):
            records[index] = RecordFactory(at=now(), status=40_000_000_000_000_000_000_00)
        started = time.monotonic()
        with CaptureQueriesContext(connection) as context:
            receipt = store.write(Parcel(tuple(records)))

        assert receipt == Receipt(stored=495, invalid=5)
        assert len(context) <= 400
        assert time.monotonic() - started < 5

    @pytest.mark.django_db(transaction=True)
    def test_missing_table_keeps_the_batch(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE onvif_privacy_visits_batch RENAME TO away")
        try:
            with pytest.raises(Unavailable):
                store.write(Parcel((RecordFactory(at=now()),)))
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE away RENAME TO onvif_privacy_visits_batch")
        assert not Visit._default_manager.exists()
        assert not PageDay.objects.exists()


records = st.builds(
    Record,
    at=st.integers(min_value=0, max_value=60 * 86_400).map(lambda ago: now() - ago),
    site=st.just(""),
    route=st.sampled_from(["", "/", "/a/", "/b/"]),
    path=st.sampled_from(["", "/a/1/"]),
    method=st.sampled_from(["GET", "POST"]),
    status=st.sampled_from([200, 304, 404, 500]),
    referrer=st.sampled_from(["", "internal", "search.example"]),
    agent=st.sampled_from([CHROME, GOOGLEBOT]),
    network=st.sampled_from(["", "192.0.2.0", "2001:db8::"]),
    visitor=st.just(""),
    areas=st.just(()),
    marks=st.just(0),
)


class TestRebuild:
    @budget(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.lists(records, max_size=30), max_size=4))
    def test_counts_rebuilt_from_visits_are_identical(self, batches: list[list[Record]]) -> None:
        """V17."""
        for model in (*COUNTS, Visit):
            model._default_manager.all().delete()
        for batch in batches:
            store.write(Parcel(tuple(batch)))
        before = counts()
        people = sum(1 for batch in batches for record in batch if record.agent == CHROME)

        assert store.rebuild(clock.today() - dt.timedelta(days=80)) == people
        assert counts() == before

    def test_sums_of_sites_are_those_of_their_pages(self) -> None:
        names, answers = ("a.example", "b.example"), (("GET", 200), ("GET", 404), ("POST", 200))
        store.write(
            Parcel(
                tuple(
                    RecordFactory(at=now() - step * 900, site=names[step % 2], path=f"/{step % 5}/", method=m, status=s)
                    for step in range(60)
                    for m, s in answers
                )
            )
        )
        sums = ("visits", "submissions", "failures")
        for site in names:
            pages, sites = PageDay.objects.filter(page__site=site), SiteDay.objects.filter(site__site=site)
            for name in sums:
                assert sum(sites.values_list(name, flat=True)) == sum(pages.values_list(name, flat=True)) == 30
            assert sum(SiteHour.objects.filter(site__site=site).values_list("visits", flat=True)) == 30
        assert SiteDay.objects.exclude(site__route="", site__path="").count() == 0

        good = counts()
        store.rebuild(clock.today() - dt.timedelta(days=5))
        assert counts() == good

    def test_damaged_counts_are_repaired_and_older_days_left_alone(self) -> None:
        store.write(Parcel((RecordFactory(at=now()), RecordFactory(at=now() - 10 * 86_400))))
        good = counts()
        PageDay.objects.update(visits=99)
        store.rebuild(clock.today() - dt.timedelta(days=3))
        assert sorted(PageDay.objects.values_list("visits")) == [(1,), (99,)]

        store.rebuild(clock.today() - dt.timedelta(days=20))
        assert counts() == good

    @pytest.mark.parametrize("zone", ["UTC", "Asia/Kathmandu", "America/St_Johns", "Pacific/Apia", "Europe/Berlin"])
    def test_days_and_hours_are_those_of_the_site(self, settings: Any, zone: str) -> None:
        settings.TIME_ZONE = zone
        store.write(Parcel(tuple(RecordFactory(at=now() - step * 1_700) for step in range(60))))
        before = counts()

        for row in PageHour.objects.all():
            assert clock.zone() is not None
            assert row.hour.astimezone(clock.zone()).minute == 0
        store.rebuild(clock.today() - dt.timedelta(days=5))
        assert counts() == before
        days = {clock.moment(now() - step * 1_700).astimezone(clock.zone()).date() for step in range(60)}
        assert {row.day for row in PageDay.objects.all()} == days


class TestRetention:
    """V16; what single visits by the day are to PostgreSQL stands in `test_partitions`."""

    def test_clock_moves_on_and_reports_stay_the_same_to_the_last_digit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        marks = iter(range(1, 10**6))
        answers = ((f"/{step % 7}/", 200 if step % 5 else 404, 1 + step * 7_000 % (80 * 86_400)) for step in range(900))
        store.write(
            Parcel(
                tuple(
                    RecordFactory(
                        at=now() - ago,
                        path=path,
                        status=status,
                        referrer=f"{ago % 3}.example",
                        marks=value_of(next(marks) << 40) << VALUE_BITS | value_of(next(marks) << 41),
                    )
                    for path, status, ago in answers
                )
            )
        )
        while uniques.merge():
            pass
        last = clock.today()
        asked = reports.Asked(period=Period(last - dt.timedelta(days=29), last), use=Use.STATISTICS)
        told = replace(reports.report(asked), live=[], ledger=reports.ledger())
        days_before, books = counts(), ExclusionDay.objects.count()

        def after(days: int) -> reports.Report:
            ahead = timezone.now() + dt.timedelta(days=days)
            monkeypatch.setattr(timezone, "now", lambda: ahead)
            with CaptureQueriesContext(connection) as context:
                while retention.expire():
                    pass
            if connection.vendor == "postgresql":
                rows = f'DELETE FROM "{Visit._meta.db_table}"'
                assert not any(rows in query["sql"] for query in context), "days end whole"
            return replace(reports.report(asked), live=[], ledger=told.ledger)

        assert told.days.visits > 100
        assert told.quality
        assert told.visitors
        assert after(91) == told
        assert not Visit._default_manager.exists()
        assert (counts(), ExclusionDay.objects.count()) == (days_before, books)
        assert after(320) == replace(told, hours=[(hour, 0) for hour in range(24)])
        assert not PageHour.objects.exists()
        assert {name: rows for name, rows in counts().items() if name.endswith("Day")} == {
            name: rows for name, rows in days_before.items() if name.endswith("Day")
        }

    def test_single_visits_and_hours_end_and_days_stay(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 120
        store.write(Parcel((RecordFactory(at=now() - 100 * 86_400), RecordFactory(at=now()))))
        PageHour.objects.filter(hour__lt=clock.moment(now() - 86_400)).update(hour=clock.moment(now() - 400 * 86_400))
        Batch.objects.update(at=clock.moment(now() - 8 * 86_400))
        days = sorted(PageDay.objects.values_list("day", "visits"))
        settings.ONVIF_PRIVACY_VISITS_RAW_DAYS = 90

        assert retention.expire() is False

        assert Visit._default_manager.count() == PageHour.objects.count() == 1
        assert not Batch.objects.exists()
        assert sorted(PageDay.objects.values_list("day", "visits")) == days

    def test_terms_are_kept_without_cron(self, monkeypatch: pytest.MonkeyPatch) -> None:
        calls: list[bool] = []
        more = iter([True, False, False])

        def expire() -> bool:
            calls.append(next(more))
            return calls[-1]

        monkeypatch.setattr(retention, "expire", expire)
        monkeypatch.setattr(retention, "_next", 0.0)
        for _number in range(5):
            retention.now_and_then()
        assert calls == [True, False]

    def test_large_tables_end_in_chunks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        old = Visit(at=clock.moment(now() - 100 * 86_400), page_id=1, referrer_id=1, browser_id=1, method=1, status=2)
        Visit._rows.bulk_create([copy(old) for _number in range(25)])
        monkeypatch.setattr(retention, "CHUNK", 10)

        assert [retention.expire(), Visit._default_manager.count()] == [True, 15]
        assert [retention.expire(), retention.expire(), Visit._default_manager.count()] == [True, False, 0]


def test_columns_of_a_visit_are_the_published_list() -> None:
    """V9: an unlisted column fails here."""
    columns = [field.name for field in Visit._meta.get_fields() if isinstance(field, models.Field)]

    assert columns == ["id", "at", "page", "referrer", "browser", "method", "status", "network", "visitor"]
    assert {"id", *rows.COLUMNS} == set(columns)
