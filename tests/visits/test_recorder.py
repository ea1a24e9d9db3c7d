"""The recorder: the law of its books, its bounds, its thread, forks, faults and the end of the process."""

from __future__ import annotations

import gc
import logging
import os
import subprocess
import sys
import threading
import time
import tracemalloc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import OperationalError, connection, connections
from hypothesis import given
from hypothesis import settings as budget
from hypothesis import strategies as st

from onvif_privacy.visits.models import ExclusionDay, Process, Visit
from onvif_privacy.visits.services import plan as planning
from onvif_privacy.visits.services.recorder import Recorder
from onvif_privacy.visits.services.records import Parcel, Receipt, Unavailable
from onvif_privacy.visits.services.transports import Direct
from tests.visits.factories import GOOGLEBOT, RecordFactory


class Shelf:
    """A store in memory that can be away, slow, or unsure whether it stored."""

    def __init__(self) -> None:
        self.parcels: dict[Any, Parcel] = {}
        self.away = False
        self.unsure = False
        self.gate = threading.Event()
        self.gate.set()
        self.threads: set[str] = set()

    @property
    def records(self) -> list[Any]:
        return [record for parcel in self.parcels.values() for record in parcel.records]

    def send(self, parcel: Parcel) -> Receipt:
        self.threads.add(threading.current_thread().name)
        self.gate.wait(10)
        if self.away:
            raise Unavailable("away") from OperationalError("gone")
        self.parcels.setdefault(parcel.id, parcel)
        if self.unsure:
            self.unsure = False
            raise Unavailable("was it stored?")
        return Receipt(stored=len(parcel.records))

    def open(self) -> None: ...

    def rest(self) -> None: ...

    def close(self) -> None: ...


class Counting(Shelf):
    """Keeps the number of records only."""

    number = 0

    def send(self, parcel: Parcel) -> Receipt:
        self.number += len(parcel.records)
        return Receipt(stored=len(parcel.records))


class Busy(Shelf):
    """A store of a site where the next visits come in while the last ones are stored."""

    recorder: Recorder

    def send(self, parcel: Parcel) -> Receipt:
        for _number in range(3):
            self.recorder.put(RecordFactory())
        return super().send(parcel)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def threaded(settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_RECORDING = "thread"
    settings.ONVIF_PRIVACY_VISITS_FLUSH_SECONDS = 1


@pytest.fixture
def mine(shelf: Shelf) -> Iterator[Recorder]:
    """A recorder of the test's own; its thread ends with the test."""
    recorder = Recorder(shelf)
    yield recorder
    shelf.gate.set()
    recorder.stop(5)


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not happen in time"
        time.sleep(0.01)


class TestBooks:
    def test_full_buffer_drops_the_newest_and_counts_it(self, mine: Recorder, shelf: Shelf, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_BUFFER_VISITS = 3
        for number in range(5):
            mine.put(RecordFactory(route=f"/{number}/"))

        books = mine.books()
        assert (books.accepted, books.pending, books.dropped) == (5, 3, {"queue_full": 2})
        assert books.balanced
        assert mine.send()
        assert [record.route for record in shelf.records] == ["/0/", "/1/", "/2/"]

    def test_buffer_is_bounded_by_bytes_too(self, mine: Recorder, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_BUFFER_BYTES = 10_000
        for _number in range(20):
            mine.put(RecordFactory(agent="x" * 512))

        assert mine.pending == 10_000 // RecordFactory(agent="x" * 512).size_bytes
        assert mine.books().balanced
        mine.send()
        assert mine._bytes == 0

    def test_records_leave_the_queue_after_the_store_has_them(self, mine: Recorder, shelf: Shelf) -> None:
        shelf.away = True
        mine.put(RecordFactory())
        assert not mine.send()
        assert (mine.pending, mine.books().stored) == (1, 0)

        shelf.away = False
        assert mine.send()
        assert (mine.pending, mine.books().stored) == (0, 1)

    def test_parcel_sent_again_after_an_unclear_commit_is_stored_once(self, mine: Recorder, shelf: Shelf) -> None:
        shelf.unsure = True
        mine.put(RecordFactory())
        assert not mine.send()
        mine.put(RecordFactory())
        assert mine.send()

        assert len(shelf.records) == 2
        assert len({id(record) for record in shelf.records}) == 2
        assert mine.books().balanced

    @budget(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.sampled_from(["put", "drop", "exclude", "send", "away", "back", "unsure", "fork", "stop"]), max_size=40
        )
    )
    def test_law_holds_after_every_step_of_any_history(self, steps: list[str]) -> None:
        shelf = Shelf()
        mine = Recorder(shelf)
        for step in steps:
            match step:
                case "put":
                    mine.put(RecordFactory())
                case "drop":
                    mine.drop("internal_error")
                case "exclude":
                    mine.exclude("prefetch")
                case "send":
                    mine.send()
                case "away" | "back":
                    shelf.away = step == "away"
                case "unsure":
                    shelf.unsure = True
                case "fork":
                    mine.begin_anew(inherited=mine.pending)
                case "stop":
                    mine.stop(0)
            books = mine.books()
            assert books.balanced
            assert books.pending == len(mine._queue)

    def test_many_threads_into_a_full_buffer_lose_no_count(self, threaded: None) -> None:
        self.crowd(each=10_000)

    @pytest.mark.full
    @pytest.mark.parametrize("trial", range(20))
    def test_crowds_into_a_full_buffer_lose_no_count(self, threaded: None, trial: int) -> None:
        """V4."""
        tracemalloc.start()
        self.crowd(each=100_000)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000 + 8_000_000  # the buffer's own bound, and no more
        tracemalloc.stop()

    def crowd(self, each: int) -> None:
        """Eight threads with ``each`` visits; the books must balance at every moment and to the last visit."""
        shelf = Counting()
        mine = Recorder(shelf)
        record = RecordFactory()

        def visit() -> None:
            for _number in range(each):
                mine.put(record)

        visitors = [threading.Thread(target=visit) for _number in range(8)]
        for thread in visitors:
            thread.start()
        while any(thread.is_alive() for thread in visitors):
            assert mine.books().balanced
            time.sleep(0.001)
        mine.stop(10)

        books = mine.books()
        assert books.accepted == 8 * each
        assert books.stored == shelf.number
        assert set(books.dropped) <= {"queue_full"}
        assert books.stored + sum(books.dropped.values()) == 8 * each


class TestThread:
    def test_none_before_the_first_record_one_after(self, mine: Recorder, shelf: Shelf, threaded: None) -> None:
        assert mine.thread is None
        for _number in range(10):
            mine.put(RecordFactory())
        until(lambda: len(shelf.records) == 10)
        assert shelf.threads == {"onvif_privacy.visits"}

    def test_many_waiting_records_are_sent_at_once(self, mine: Recorder, shelf: Shelf, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_RECORDING = "thread"
        settings.ONVIF_PRIVACY_VISITS_FLUSH_SECONDS = 60
        settings.ONVIF_PRIVACY_VISITS_FLUSH_VISITS = 20
        for _number in range(20):
            mine.put(RecordFactory())
        until(lambda: len(shelf.records) == 20, 5)

    def test_what_comes_in_while_some_are_sent_waits_for_the_next_time(self) -> None:
        shelf = Busy()
        shelf.recorder = recorder = Recorder(shelf)
        for number in range(1, 4):
            recorder.put(RecordFactory())
            assert recorder.send()
            assert len(shelf.parcels) == number
        assert recorder.pending == 3
        recorder.stop()

    def test_waits_longer_each_time_and_says_so_once(
        self, mine: Recorder, shelf: Shelf, caplog: pytest.LogCaptureFixture
    ) -> None:
        shelf.away = True
        mine.put(RecordFactory(route="/secret/"))
        waits = []
        with caplog.at_level(logging.INFO, "onvif_privacy.visits"):
            for _number in range(6):
                mine.send()
                waits.append(mine._interval())

        assert all(0.25 <= wait <= 8 for wait in waits)
        assert waits[-1] > 3
        assert [record.message for record in caplog.records] == [
            "visits wait for the database (OperationalError); 1 waiting"
        ]

    def test_stop_sends_what_waits(self, mine: Recorder, shelf: Shelf, threaded: None) -> None:
        for _number in range(50):
            mine.put(RecordFactory())
        mine.stop()
        assert len(shelf.records) == 50
        assert mine.pending == 0

    def test_stop_gives_up_in_time_and_counts_the_rest(self, mine: Recorder, shelf: Shelf, threaded: None) -> None:
        shelf.gate.clear()
        mine.put(RecordFactory())
        started = time.monotonic()
        mine.stop(0.3)
        assert time.monotonic() - started < 1
        assert mine.books().dropped == {"shutdown": 1}
        assert mine.books().balanced
        mine.stop(60)  # the end of the process, after that of its server
        assert time.monotonic() - started < 1

        shelf.gate.set()  # the thread comes back from the store after all
        mine.thread.join(5)  # type: ignore[union-attr]
        assert mine.books().balanced

    def test_stop_tries_again_while_it_has_time(self, mine: Recorder, shelf: Shelf, threaded: None) -> None:
        """A file that another process holds for a moment, just when this one ends."""
        mine.put(RecordFactory())
        shelf.away = True
        until(lambda: mine._failures > 0)
        threading.Timer(0.5, lambda: setattr(shelf, "away", False)).start()
        mine.stop(10)
        assert (len(shelf.records), mine.books().dropped) == (1, {})

    def test_stop_begins_another_thread_where_the_last_has_ended(
        self, mine: Recorder, shelf: Shelf, threaded: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(mine, "start", lambda: None)
            mine.put(RecordFactory())
        mine.stop(10)
        assert (len(shelf.records), mine.books().dropped) == (1, {})

    def test_visits_after_the_stop_are_counted(self, mine: Recorder) -> None:
        mine.stop()
        mine.put(RecordFactory())
        assert mine.books().dropped == {"shutdown": 1}

    def test_failing_upkeep_stops_nothing(self, shelf: Shelf, threaded: None) -> None:
        calls: list[int] = []

        def fail() -> None:
            calls.append(1)
            raise OperationalError("planted")

        mine = Recorder(shelf, upkeep=[fail])
        mine.put(RecordFactory())
        until(lambda: len(calls) == 1)
        mine.put(RecordFactory())
        until(lambda: len(shelf.records) == 2)
        mine.stop(5)

    def test_thread_that_cannot_begin_is_followed_by_another(
        self, mine: Recorder, shelf: Shelf, threaded: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            raise OperationalError("planted")

        monkeypatch.setattr(shelf, "open", fail)
        mine.put(RecordFactory())
        until(lambda: mine._failures == 1 and mine.thread is None)
        monkeypatch.undo()
        mine.put(RecordFactory())
        mine.stop(5)
        assert len(shelf.records) == 2

    def test_unused_recorder_can_go(self) -> None:
        recorder = Recorder(Shelf())
        gone = weakref.ref(recorder)
        del recorder
        gc.collect()
        assert gone() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
class TestFork:
    def test_child_starts_empty_with_fresh_locks_even_when_they_were_held(self, mine: Recorder) -> None:
        mine.put(RecordFactory())
        for _number in range(50):
            with mine._lock, mine.storing:
                child = os.fork()
                if child == 0:
                    before = mine.books()
                    mine.put(RecordFactory())
                    good = before.dropped == {"fork": 1} and mine.pending == 1 and mine.books().balanced
                    os._exit(0 if good else 1)
            assert os.waitpid(child, 0)[1] == 0
        assert mine.pending == 1


class TestEndOfProcess:
    def run(self, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        start = "import django, threading\nbefore = threading.active_count()\ndjango.setup()\n"
        return subprocess.run(
            [sys.executable, "-W", "error", "-c", start + code],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.projects.visits_only"} | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def test_importing_everything_starts_no_thread(self) -> None:
        code = "import onvif_privacy.visits.middleware\nassert threading.active_count() == before"
        assert self.run(code).returncode == 0

    def test_clean_exit_stores_what_waits(self, tmp_path: Any) -> None:
        code = (
            "from django.core.management import call_command\n"
            "from onvif_privacy.visits.services import agents\n"
            "from onvif_privacy.visits.services.recorder import recorder\n"
            "from tests.visits.factories import RecordFactory\n"
            "agents.load()\n"  # as the middleware does; else a busy machine may need longer than there is at the end
            "call_command('migrate', verbosity=0)\n"
            "for number in range(700): recorder.put(RecordFactory())\n"
        )
        database = f"sqlite:///{tmp_path / 'site.sqlite3'}"
        assert self.run(code, DATABASE_URL=database).returncode == 0

        look = (
            "from onvif_privacy.visits.models import PageDay, Process\n"
            "process = Process.objects.get()\n"
            "assert (process.accepted, process.stored, process.pending) == (700, 700, 0), vars(process)\n"
            "assert PageDay.objects.get().visits == 700\n"
        )
        assert self.run(look, DATABASE_URL=database).stderr == ""

    def test_exit_without_a_database_is_quick_and_quiet(self, tmp_path: Any) -> None:
        code = (
            "from onvif_privacy.visits.services.recorder import recorder\n"
            "from tests.visits.factories import RecordFactory\n"
            "recorder.put(RecordFactory())\n"
        )
        started = time.monotonic()
        result = self.run(code, DATABASE_URL=f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")
        assert result.returncode == 0
        assert "Traceback" not in result.stderr
        assert time.monotonic() - started < 15


@pytest.mark.django_db(transaction=True)
class TestRealStore:
    def test_own_thread_writes_on_its_own_connection(self, threaded: None) -> None:
        mine = Recorder(Direct())
        for number in range(100):
            mine.put(RecordFactory(at=int(time.time()), agent=GOOGLEBOT if number % 4 == 0 else RecordFactory().agent))
        mine.exclude("prefetch")
        until(lambda: Process.objects.filter(stored=75).exists())
        mine.stop(5)

        assert Visit._default_manager.count() == 75
        assert dict(ExclusionDay.objects.values_list("reason", "visits")) == {"bot": 25, "prefetch": 1}
        process = Process.objects.get()
        assert (process.accepted, process.stored, process.dropped, process.pending) == (100, 75, {"bot": 25}, 0)

    def test_database_away_costs_no_visit_and_is_made_up_for_soon(self, threaded: None) -> None:
        """V5, with the tables away instead of the server."""
        mine = Recorder(Direct())
        _rename("onvif_privacy_visits_writer", "away")
        try:
            for _number in range(300):
                mine.put(RecordFactory(at=int(time.time())))
            until(lambda: mine._failures >= 2)
            assert (mine.pending, mine.books().stored) == (300, 0)
        finally:
            _rename("away", "onvif_privacy_visits_writer")
        until(lambda: mine.books().stored == 300, 10)
        mine.stop(5)

        assert mine.books().balanced
        assert Visit._default_manager.count() == 300

    def test_notes_of_debugging_do_not_pile_up(self, threaded: None, settings: Any) -> None:
        settings.DEBUG = True
        logs: list[int] = []

        class Watched(Direct):
            def rest(self) -> None:
                super().rest()
                logs.append(len(connection_of_this_thread().queries_log))

        mine = Recorder(Watched())
        mine.put(RecordFactory(at=int(time.time())))
        until(lambda: len(logs) > 0)
        mine.stop(5)
        assert logs[0] == 0
        assert Visit._default_manager.count() == 1

    def test_several_recorders_write_side_by_side(self, threaded: None) -> None:
        recorders = [Recorder(Direct()) for _number in range(4)]

        def visit(mine: Recorder) -> None:
            for number in range(500):
                mine.put(RecordFactory(at=int(time.time()), route=f"/{number % 7}/"))
            mine.stop(20)

        threads = [threading.Thread(target=visit, args=(mine,)) for mine in recorders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert [mine.books().stored for mine in recorders] == [500] * 4
        assert Visit._default_manager.count() == 2000


def connection_of_this_thread() -> Any:
    return connections["default"]


def _rename(table: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_plan_follows_the_settings(settings: Any) -> None:
    settings.ONVIF_PRIVACY_VISITS_RECORDING = "thread"
    settings.ONVIF_PRIVACY_VISITS_FLUSH_SECONDS = 7
    assert (planning.plan().mode, planning.plan().flush_seconds) == ("thread", 7)
