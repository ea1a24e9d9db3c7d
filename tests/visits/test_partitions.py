"""Single visits by the day on PostgreSQL: made, filled, dropped; and what happens where that cannot be."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone

from onvif_privacy.visits.models import PageDay, Visit
from onvif_privacy.visits.services import clock, partitions, retention, store
from onvif_privacy.visits.services.records import Parcel
from tests.visits.factories import RecordFactory

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL: single visits by the day"),
]

DAY = 86_400
TABLE, REST = partitions.TABLE, partitions.REST


def say(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def places() -> dict[str, int]:
    """How many visits each table holds, without empty ones."""
    found = say(f"SELECT tableoid::regclass::text, count(*) FROM {TABLE} GROUP BY 1")
    return {name.removeprefix(f"{TABLE}_"): number for name, number in found}


def name_of(second: int) -> str:
    return f"{dt.datetime.fromtimestamp(second, tz=dt.UTC):%Y%m%d}"


def save(second: int) -> None:
    """Save a visit as a host's own code would."""
    Visit._rows.create(at=clock.moment(second), page_id=1, referrer_id=1, browser_id=1, method=1, status=2)


def test_visits_stand_with_their_day_and_what_no_day_is_near_for_with_the_rest() -> None:
    now = int(time.time())
    moments = (now, now - 40 * DAY, now - 40 * DAY, now + 300 * DAY)

    assert store.write(Parcel(tuple(RecordFactory(at=at) for at in moments))).stored == 4

    assert places() == {name_of(now): 1, name_of(now - 40 * DAY): 2, "rest": 1}
    assert sum(PageDay.objects.values_list("visits", flat=True)) == 4


def test_days_to_come_are_made_before_they_begin() -> None:
    today = dt.datetime.now(tz=dt.UTC).date()
    with moved(days=30):
        retention.expire()
    made = partitions.present("default") or set()
    assert {today + dt.timedelta(days=ahead) for ahead in (0, 1, 7, 30, 31, 37)} <= made


def test_one_table_is_parted_once_with_all_it_holds() -> None:
    """As on a site that had it before, and as Django makes it."""
    now = int(time.time())
    say(f"DROP TABLE {TABLE}")
    with connection.schema_editor() as editor:
        editor.create_model(Visit)
    assert partitions.present("default") is None
    for second in (now, now, now - 30 * DAY):
        save(second)

    partitions.after_migrate(using="default")
    partitions.after_migrate(using="default")
    save(now)
    store.write(Parcel((RecordFactory(at=now - 30 * DAY),)))

    assert places() == {name_of(now): 3, name_of(now - 30 * DAY): 2}
    assert len(set(Visit._rows.values_list("pk", flat=True))) == 5
    [(kind, options)] = say(
        "SELECT am.amname, c.reloptions::text FROM pg_class c JOIN pg_am am ON am.oid = c.relam "
        f"WHERE c.relname = '{partitions.INDEX}'"
    )
    assert (kind, "autosummarize=on" in options) == ("brin", True)


def test_one_table_is_kept_as_it_is_where_it_stays_one(settings: Any) -> None:
    """A site whose account may not part it works as on the other engines."""
    say(f"DROP TABLE {TABLE}")
    with connection.schema_editor() as editor:
        editor.create_model(Visit)
    save(int(time.time()) - 100 * DAY)

    assert store.write(Parcel((RecordFactory(at=int(time.time())),))).stored == 1
    retention.expire()
    assert Visit._rows.count() == 1


def test_account_without_the_right_to_make_and_drop_tables_loses_nothing() -> None:
    now = int(time.time())
    store.write(Parcel((RecordFactory(at=now - 80 * DAY),)))
    say("CREATE ROLE only_rows; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO only_rows")
    say("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO only_rows; SET LOCAL ROLE only_rows")
    receipt = store.write(Parcel((RecordFactory(at=now), RecordFactory(at=now - 50 * DAY))))

    assert receipt.stored == 2
    assert places() == {name_of(now): 1, name_of(now - 80 * DAY): 1, "rest": 1}
    with moved(days=20):
        retention.expire()
    assert places() == {name_of(now): 1, "rest": 1}
    with moved(days=60):
        retention.expire()
    assert places() == {name_of(now): 1}


@pytest.mark.django_db(transaction=True)
def test_day_that_somebody_reads_makes_nobody_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "LOCK", "100ms")
    now = int(time.time())
    store.write(Parcel((RecordFactory(at=now - 80 * DAY), RecordFactory(at=now))))
    reader = connection.copy()
    try:
        with reader.cursor() as cursor:
            cursor.execute(f"BEGIN; SELECT count(*) FROM {TABLE}")
            started = time.monotonic()
            with moved(days=20):
                retention.expire()
            assert time.monotonic() - started < 5
            assert places() == {name_of(now): 1}
            assert dt.date.fromisoformat(name_of(now - 80 * DAY)) in (partitions.present("default") or set())
    finally:
        reader.close()
    with moved(days=20):
        retention.expire()
    assert dt.date.fromisoformat(name_of(now - 80 * DAY)) not in (partitions.present("default") or set())


@pytest.mark.django_db(transaction=True)
def test_writers_who_need_the_same_new_day_make_it_once() -> None:
    now = int(time.time())

    def write(number: int) -> int:
        try:
            return store.write(Parcel(tuple(RecordFactory(at=now - (60 + day) * DAY) for day in range(3)))).stored
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(write, range(24))) == [3] * 24
    assert places() == {name_of(now - (60 + day) * DAY): 24 for day in range(3)}


def test_visit_takes_eighty_bytes_at_most() -> None:
    """V2, indexes included; ``benchmarks/ingest.py`` measures what the store itself writes."""
    day = dt.datetime.now(tz=dt.UTC).date()
    say(f"TRUNCATE {TABLE}_{day:%Y%m%d}")  # rows that other tests have rolled back would count
    say(
        f"INSERT INTO {TABLE} (at, page_id, referrer_id, browser_id, method, status, network) SELECT '{day} 00:00+00'"
        "::timestamptz + n * interval '1 second', n % 500, n % 300, n % 40, 1, 2, ('192.0.' || n % 256 || '.0')::inet "
        "FROM generate_series(0, 79999) n"
    )
    [(size,)] = say(f"SELECT pg_total_relation_size('{TABLE}_{day:%Y%m%d}')")
    assert size / 80_000 <= 80


@contextmanager
def moved(*, days: int) -> Iterator[None]:
    """Move the clock of the site forward."""
    ahead = timezone.now() + dt.timedelta(days=days)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: ahead)
        yield
