"""The fault matrix: a locked or full database, hostile headers and a moved clock cost no page and no visit."""

from __future__ import annotations

import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from onvif_privacy.visits.models import Visit
from onvif_privacy.visits.services import agents
from onvif_privacy.visits.services.recorder import Recorder, recorder
from onvif_privacy.visits.services.records import Parcel, Receipt
from onvif_privacy.visits.services.transports import Direct
from tests.visits.factories import CHROME, RecordFactory
from tests.visits.test_recorder import threaded, until

__all__ = ["threaded"]

full = pytest.mark.full


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about files of SQLite")
@pytest.mark.django_db(transaction=True)
class TestSqliteFile:
    @pytest.mark.parametrize("seconds", [3, pytest.param(600, marks=full)])
    def test_eight_other_writers_cost_no_visit(self, threaded: None, seconds: float) -> None:
        name = connection.settings_dict["NAME"]
        end = time.monotonic() + seconds

        def write() -> None:
            other = sqlite3.connect(name, timeout=60, isolation_level=None)
            while time.monotonic() < end:
                other.execute("BEGIN IMMEDIATE")
                time.sleep(random.uniform(0.01, 0.2))
                other.execute("ROLLBACK")
            other.close()

        writers = [threading.Thread(target=write) for _number in range(8)]
        for writer in writers:
            writer.start()
        mine, number = Recorder(Direct()), 0
        while time.monotonic() < end:
            mine.put(RecordFactory(at=int(time.time())))
            number += 1
            time.sleep(0.007)
        for writer in writers:
            writer.join()
        until(lambda: mine.books().stored == number, 60)
        mine.stop(20)
        assert mine.books().dropped == {}
        assert Visit._default_manager.count() == number


class Small(Direct):
    """A way to a store that has no room."""

    full = True

    def send(self, parcel: Parcel) -> Receipt:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA page_count")
                pages = cursor.fetchone()[0]
                cursor.execute(f"PRAGMA max_page_count = {pages if self.full else 1_000_000_000}")
        return super().send(parcel)


@contextmanager
def no_room() -> Iterator[None]:
    """Let the table of visits refuse rows as a server does whose disk is full; SQLite needs no help (`Small`)."""
    table = "onvif_privacy_visits_visit"
    make, drop = {
        "postgresql": (
            [
                "CREATE FUNCTION planted() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$",
                f"CREATE TRIGGER planted BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION planted()",
            ],
            [f"DROP TRIGGER planted ON {table}", "DROP FUNCTION planted()"],
        ),
        "mysql": (
            [
                f"CREATE TRIGGER planted BEFORE INSERT ON {table} FOR EACH ROW "
                "SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1021, MESSAGE_TEXT = 'disk full'"
            ],
            ["DROP TRIGGER planted"],
        ),
    }.get(connection.vendor, ([], []))
    with connection.cursor() as cursor:
        for statement in make:
            cursor.execute(statement)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in drop:
                cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
class TestFullDisk:
    def test_costs_no_visit(self, threaded: None) -> None:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")  # no free pages inside the file
        way = Small()
        mine = Recorder(way)
        with no_room():
            for number in range(900):
                mine.put(RecordFactory(at=int(time.time()), path=f"/{number}/" + "x" * 150))
            until(lambda: mine._failures >= 2, 30)
            assert (mine.pending, mine.books().stored, mine.books().dropped) == (900, 0, {})
            assert not Visit._default_manager.exists()
        way.full = False
        until(lambda: mine.books().stored == 900, 30)
        mine.stop(10)
        assert Visit._default_manager.count() == 900
        assert mine.books().balanced


@pytest.mark.once
@pytest.mark.django_db
@pytest.mark.usefixtures("inline")
class TestHeaders:
    @pytest.mark.parametrize("number", [200, pytest.param(50_000, marks=full)])
    def test_bombs_are_answered_and_caches_stay_bounded(self, number: int) -> None:
        client = Client(raise_request_exception=False)
        dice = random.Random(7)
        for count in range(number):
            headers = {
                "user-agent": f"{CHROME} {dice.random()} " + "x" * dice.choice([0, 600, 8_000]),
                "cookie": "; ".join(f"c{dice.randrange(10**6)}={'v' * 30}" for _cookie in range(100)),
                "accept-language": ",".join(f"x{count:x}{part:x};q=0.{part % 10}" for part in range(500)),
                "referer": f"https://{dice.random()}.example/" + "r" * dice.choice([0, 9_000]),
                "x-forwarded-for": ", ".join(["192.0.2.1"] * dice.choice([0, 400])),
            }
            assert client.get("/", headers=headers, secure=True).status_code == 200
        assert 0 < len(agents._cache) <= agents.CACHED
        assert recorder.books().balanced
        assert recorder.books().dropped == {}


@pytest.mark.once
@pytest.mark.django_db(transaction=True)
class TestClock:
    @pytest.mark.parametrize(
        "step", [3_600, -3_600, 400 * 86_400, -10, 14 * 3_600, -14 * 3_600], ids=lambda step: f"{step}s"
    )
    def test_moved_clock_loses_no_visit(self, threaded: None, monkeypatch: pytest.MonkeyPatch, step: int) -> None:
        real = time.time
        mine = Recorder(Direct())
        mine.put(RecordFactory(at=int(time.time())))
        until(lambda: mine.books().stored == 1)

        monkeypatch.setattr(time, "time", lambda: real() + step)
        mine.put(RecordFactory(at=int(time.time())))
        until(lambda: mine.books().stored == 2)
        waits: list[Any] = [mine._interval() for _number in range(5)]
        assert all(wait > 0 for wait in waits)
        mine.stop(10)
        assert (mine.books().balanced, mine.books().dropped) == (True, {})
