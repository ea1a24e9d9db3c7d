"""R3, R7, the fault matrix: killed while storing, cut off, forked: no half parcel, no visit twice, none uncounted."""

from __future__ import annotations

import os
import random
import signal
import statistics
import time

import pytest
from django.db import OperationalError, connection, connections
from django.db.models import Sum
from django.http import HttpResponse

from onvif_privacy.visits.middleware import PageVisitMiddleware
from onvif_privacy.visits.models import Batch, Page, PageDay, PageHour, Process, SiteDay, SiteHour, Visit
from onvif_privacy.visits.services import recorder as recording
from onvif_privacy.visits.services.recorder import Recorder
from onvif_privacy.visits.services.transports import Direct
from tests.visits.factories import RecordFactory
from tests.visits.test_recorder import threaded, until

__all__ = ["threaded"]

PARCEL = 120

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


def fill(mine: Recorder, name: object, number: int = PARCEL) -> None:
    """Take in visits that each have an address of their own."""
    for visit in range(number):
        mine.put(RecordFactory(at=int(time.time()), route="/products/<slug>/", path=f"/products/{name}-{visit}/"))


def stored(name: object) -> int:
    return Visit._default_manager.filter(page__path__startswith=f"/products/{name}-").count()


def assert_all_or_nothing() -> None:
    """Visits, counts, batches and books agree, and no visit is there twice."""
    visits = Visit._default_manager.count()
    for model, column in (
        (PageDay, "visits"),
        (PageHour, "visits"),
        (SiteDay, "visits"),
        (SiteHour, "visits"),
        (Batch, "stored"),
        (Process, "stored"),
    ):
        assert model._default_manager.aggregate(all=Sum(column))["all"] == (visits or None), model
    assert Page.objects.filter(pk__in=Visit._default_manager.values("page")).count() == visits
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            assert cursor.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


class TestKilled:
    def stores(self, name: object, wait: float | None) -> bool:
        """Store a parcel in a child, which is killed after ``wait`` seconds; gives whether it had finished."""
        connections.close_all()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                mine = Recorder(Direct())
                fill(mine, name)
                os.write(writer, b"begins ")
                if mine.send():
                    os.write(writer, b"ends")
            finally:
                os._exit(0)
        os.close(writer)
        said = os.read(reader, 7)
        if wait is not None:
            time.sleep(wait)
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said += os.read(reader, 7)
        os.close(reader)
        return said == b"begins ends"

    @pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.full)])
    def test_parcel_is_stored_whole_or_not_at_all(self, kills: int) -> None:
        assert self.stores("first", None)
        started = time.monotonic()
        assert self.stores("usual", None)
        usual = time.monotonic() - started
        dice, whole = random.Random(11), 0
        for kill in range(kills):
            ended = self.stores(kill, dice.uniform(0, 1.2 * usual))
            assert stored(kill) in ({PARCEL} if ended else {0, PARCEL})
            whole += stored(kill) == PARCEL
        assert_all_or_nothing()
        print(f"{connection.vendor}: {kills} kills, {whole} parcels whole, {kills - whole} not at all")
        assert kills < 100 or 0 < whole < kills, "killed before and after"


@pytest.mark.skipif(connection.vendor == "sqlite", reason="about connections to a server")
class TestCutOff:
    OTHERS = {
        "postgresql": "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()",
        "mysql": "SELECT id FROM information_schema.processlist WHERE db = database() AND id <> connection_id()",
    }
    END = {"postgresql": "SELECT pg_terminate_backend(%s)", "mysql": "KILL %s"}

    def cut(self) -> int:
        """End all other connections to this database."""
        with connection.cursor() as cursor:
            cursor.execute(self.OTHERS[connection.vendor])
            others = [row[0] for row in cursor.fetchall()]
            for other in others:
                try:
                    cursor.execute(self.END[connection.vendor], [other])
                except OperationalError:  # it has ended by itself
                    others.remove(other)
        return len(others)

    @pytest.mark.parametrize("trials", [5, pytest.param(50, marks=pytest.mark.full)])
    def test_parcel_is_stored_once_in_the_end(
        self, threaded: None, monkeypatch: pytest.MonkeyPatch, trials: int
    ) -> None:
        monkeypatch.setattr(recording, "LAST_RETRY_SECONDS", 0.02)
        mine, dice, cuts = Recorder(Direct()), random.Random(12), 0
        for trial in range(trials):
            fill(mine, trial)
            mine._wake.set()
            time.sleep(dice.uniform(0, 0.08))
            cuts += self.cut()
            until(lambda: mine.pending == 0, 30)
        mine.stop(10)
        assert (mine.books().stored, mine.books().dropped) == (trials * PARCEL, {})
        assert Visit._default_manager.count() == trials * PARCEL
        assert_all_or_nothing()
        print(f"{connection.vendor}: {trials} trials, {cuts} connections ended")


class TestUnclearCommit:
    @pytest.fixture(params=["before", "after"])
    def unclear(self, request: pytest.FixtureRequest) -> Direct:
        """A way to the store whose commits fail now and then, before or after they took effect."""
        dice = random.Random(13)

        class Unclear(Direct):
            def open(self) -> None:
                super().open()
                line = connections["default"]
                commit = line._commit  # type: ignore[attr-defined]

                def fails() -> None:
                    fault = dice.random() < 0.3
                    if not fault or request.param == "after":
                        commit()
                    if fault:
                        line.close()
                        raise OperationalError("planted")

                line._commit = fails  # type: ignore[attr-defined]

        return Unclear()

    @pytest.mark.parametrize("parcels", [5, pytest.param(100, marks=pytest.mark.full)])
    def test_parcel_is_stored_once(
        self, threaded: None, monkeypatch: pytest.MonkeyPatch, unclear: Direct, parcels: int
    ) -> None:
        monkeypatch.setattr(recording, "LAST_RETRY_SECONDS", 0.02)
        mine = Recorder(unclear)
        for parcel in range(parcels):
            fill(mine, parcel, 10)
            mine._wake.set()
            until(lambda: mine.pending == 0, 60)
        mine.stop(10)
        assert (mine.books().stored, mine.books().dropped) == (10 * parcels, {})
        assert_all_or_nothing()


class TestForks:
    @pytest.mark.parametrize("forks", [20, pytest.param(1_000, marks=pytest.mark.full)])
    def test_children_begin_anew_while_their_parent_stores(self, threaded: None, forks: int) -> None:
        PageVisitMiddleware(lambda request: HttpResponse())  # as a server does before its first visit
        mine, seconds = Recorder(Direct()), []
        fill(mine, "first", 10)
        mine._wake.set()
        until(lambda: mine.pending == 0, 30)
        storing = range(0, forks, 1 + forks // 100)
        for fork in range(forks):
            fill(mine, f"parent-{fork}", 10)
            mine._wake.set()
            seconds.append(self.fork(mine, f"child-{fork}", stores=fork in storing))
        mine.stop(30)

        books = mine.books()
        assert (books.accepted, books.stored, books.dropped) == (10 * forks + 10, 10 * forks + 10, {})
        assert sum(stored(f"child-{fork}") for fork in storing) == 10 * len(storing)
        assert Visit._default_manager.count() == books.stored + 10 * len(storing)
        assert_all_or_nothing()
        parts = statistics.quantiles([1000 * one for one in seconds], n=100)
        said = f"median {parts[49]:.1f} p99 {parts[98]:.1f} max {1000 * max(seconds):.0f} ms"
        print(f"{connection.vendor}: {forks} forks, {said}")

    def fork(self, mine: Recorder, name: str, *, stores: bool) -> float:
        """Let a child take in visits and, if asked, store them; gives the seconds until its first one was taken in."""
        reader, writer = os.pipe()
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                before = mine.books()
                fill(mine, name, 10)
                os.write(writer, str(time.monotonic() - started).encode())
                if stores:
                    mine.stop(30)
                books = mine.books()
                inherited = before.dropped.get("fork", 0)
                good = books.balanced and books.accepted == inherited + 10 and books.stored == 10 * stores
                status = 0 if good else 2
            finally:
                os._exit(status)
        os.close(writer)
        said = os.read(reader, 40)
        os.close(reader)
        assert os.waitpid(child, 0)[1] == 0
        return float(said)
