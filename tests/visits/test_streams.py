"""V4, V5 and the Redis rows of the fault matrix: nothing is lost uncounted on the way, nothing is stored twice."""

from __future__ import annotations

import base64
import io
import os
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import Sum
from django.test import override_settings
from django.utils import timezone

from onvif_privacy.visits.models import Batch, PageDay, Process, Visit
from onvif_privacy.visits.services import agents, clock, ingest, reports, store, streams, transports
from onvif_privacy.visits.services.ingest import Consumer
from onvif_privacy.visits.services.recorder import Recorder
from onvif_privacy.visits.services.records import Books, Note, Parcel, Unavailable
from tests.visits import redis
from tests.visits.factories import RecordFactory
from tests.visits.serving import Site, served
from tests.visits.test_recorder import threaded, until

__all__ = ["threaded"]

full = pytest.mark.full
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server() -> Iterator[redis.Server]:
    with redis.server() as running:
        yield running


@pytest.fixture
def stream(server: redis.Server, settings: Any) -> str:
    """A stream of the test's own, by which visits go."""
    settings.ONVIF_PRIVACY_VISITS_TRANSPORT = "redis"
    settings.ONVIF_PRIVACY_VISITS_REDIS_URL = server.url
    settings.ONVIF_PRIVACY_VISITS_STREAM = name = f"visits:{uuid.uuid4().hex}"
    return name


def records(number: int, **values: Any) -> tuple[Any, ...]:
    return tuple(RecordFactory(**{"at": int(time.time()), "path": f"/{step}/"} | values) for step in range(number))


class Sender:
    """A process that records, without its thread."""

    def __init__(self) -> None:
        self.way, self.books = streams.Stream(), Books(uuid.uuid4(), timezone.now())

    def send(self, number: int, **values: Any) -> Parcel:
        """Hand visits over in one parcel."""
        books = self.books
        now = Books(books.process, books.started, books.accepted + number, pending=number, handed=books.handed)
        parcel = Parcel(records(number, **values), books=now)
        assert self.way.send(parcel).handed == number
        self.books = Books(books.process, books.started, now.accepted, handed=books.handed + number)
        return parcel

    @property
    def row(self) -> Process:
        return Process.objects.get(pk=self.books.process)


@pytest.fixture
def sender(stream: str) -> Iterator[Sender]:
    sender = Sender()
    yield sender
    sender.way._client.close() if sender.way._client else None


@pytest.fixture
def here(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Consumers work on the connection and in the transaction of the test."""
    monkeypatch.setattr(ingest, "Direct", Here)
    monkeypatch.setattr(ingest, "LOOK_SECONDS", 0)


@pytest.fixture
def consumer(here: None) -> Iterator[Consumer]:
    """A consumer in the thread of the test."""
    mine = Consumer()
    yield mine
    mine.close()


class Here:
    """The store, on whatever connection the test has."""

    def send(self, parcel: Parcel) -> Any:
        return store.write(parcel)

    def open(self) -> None: ...

    def rest(self) -> None: ...

    def close(self) -> None: ...


def drain(consumer: Consumer) -> None:
    while consumer.step():
        pass


class TestParcels:
    def test_parcel_comes_out_as_it_went_in_and_unreadable_in_between(self) -> None:
        books = Books(uuid.uuid4(), timezone.now(), 9, 3, {"queue_full": 2}, 0, 4)
        reference = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        hostile = RecordFactory(path="/\ud800\0\n", agent="<script>", areas=("a", "b"), visitor=reference, marks=7)
        left_out = {(clock.today(), "prefetch"): 3}
        parcel = Parcel((hostile,), left_out, books, notes=(Note(5, reference, "/", "/x/", ("a",)),))

        fields = {name.encode(): value for name, value in streams.sealed(parcel).items()}
        fields[b"key"] = fields[b"key"].encode()  # type: ignore[union-attr]
        found = streams.opened(fields)  # type: ignore[arg-type]

        assert (found.id, found.records, found.excluded, found.notes) == (
            parcel.id,
            parcel.records,
            left_out,
            parcel.notes,
        )
        assert found.books == Books(books.process, books.started, 9, dropped={"queue_full": 2}, handed=4)
        assert found.streamed
        sealed = bytes(fields[b"parcel"])
        assert reference.encode() not in sealed
        assert b"script" not in sealed

    @pytest.mark.parametrize("fault", ["flip", "cut", "key", "none", "empty"])
    def test_what_is_no_parcel_is_refused(self, fault: str) -> None:
        fields: Any = {name.encode(): value for name, value in streams.sealed(Parcel(records(3))).items()}
        fields[b"key"] = fields[b"key"].encode()
        data = bytearray(fields[b"parcel"])
        data[-3] ^= 1
        fields |= {
            "flip": {b"parcel": bytes(data)},
            "cut": {b"parcel": bytes(data[:20])},
            "key": {b"key": b"\xff0123456789abcdef"},
            "none": {},
            "empty": {b"parcel": b""},
        }[fault]
        if fault == "none":
            fields.clear()
        with pytest.raises(ValueError, match="no parcel"):
            streams.opened(fields)


class TestBooks:
    def test_visits_are_stored_and_the_law_holds_on_the_way(self, sender: Sender, consumer: Consumer) -> None:
        for _number in range(3):
            sender.send(20)
        consumer.step()
        assert (sender.row.in_stream, sender.row.pending) == (0, 0), "of the others nothing is known yet"
        drain(consumer)

        ledger = reports.ledger()
        assert (ledger.accepted, ledger.stored, ledger.pending, ledger.balanced) == (60, 60, 0, True)
        assert PageDay.objects.aggregate(all=Sum("visits"))["all"] == Visit._rows.count() == 60
        assert consumer._client.xlen(sender_stream()) == 0

    def test_repeated_parcel_is_stored_once(self, sender: Sender, consumer: Consumer) -> None:
        parcel = sender.send(20)
        sender.way.send(parcel)
        drain(consumer)
        assert (Visit._rows.count(), sender.row.stored, sender.row.in_stream) == (20, 20, 0)

    def test_order_does_not_matter(self, sender: Sender, stream: str) -> None:
        parcels = [sender.send(10) for _number in range(5)]
        random.Random(3).shuffle(parcels)
        for number, parcel in enumerate(parcels, start=1):
            fields: Any = {name.encode(): value for name, value in streams.sealed(parcel).items()}
            store.write(streams.opened(fields | {b"key": fields[b"key"].encode()}))
            ledger = reports.ledger()
            assert ledger.balanced
            assert (ledger.stored, ledger.streamed) == (number * 10, ledger.pending)
        assert (ledger.accepted, ledger.stored, ledger.pending) == (50, 50, 0)

    def test_what_the_stream_has_lost_is_counted(self, sender: Sender, consumer: Consumer, settings: Any) -> None:
        sender.send(5)
        drain(consumer)
        sender.send(7)
        consumer._client.flushall()
        sender.send(11)
        drain(consumer)

        ledger = reports.ledger()
        assert (ledger.accepted, ledger.stored, ledger.dropped, ledger.balanced) == (23, 16, {"stream_lost": 7}, True)
        assert "7 dropped (stream_lost)" in said("status")

    def test_stream_is_cut_by_its_length_and_what_it_loses_is_counted(
        self, sender: Sender, consumer: Consumer, settings: Any
    ) -> None:
        settings.ONVIF_PRIVACY_VISITS_STREAM_PARCELS = 100
        for _number in range(300):
            sender.send(1)
        left = consumer._client.xlen(settings.ONVIF_PRIVACY_VISITS_STREAM)
        drain(consumer)
        assert 100 <= left <= 200
        assert (sender.row.stored, sender.row.dropped["stream_lost"]) == (left, 300 - left)
        assert reports.ledger().balanced

    def test_what_is_in_a_consumer_s_hands_is_no_loss(self, sender: Sender, consumer: Consumer) -> None:
        sender.send(5)
        consumer._held = consumer._next(wait=False)
        consumer._client.flushall()
        sender.send(7)
        other = Consumer()
        drain(other)
        other.close()
        assert sender.row.dropped == {"stream_lost": 5}
        drain(consumer)
        assert (sender.row.stored, sender.row.dropped, sender.row.pending) == (12, {"stream_lost": 0}, 0)
        assert reports.ledger().balanced

    def test_entry_that_nobody_can_read_is_taken_away_and_its_visits_counted(
        self, sender: Sender, consumer: Consumer, stream: str
    ) -> None:
        sender.send(4)
        [(key, fields)] = consumer._client.xrange(stream)
        consumer._client.xdel(stream, key)
        consumer._client.xadd(stream, fields | {b"parcel": b"junk"})
        sender.send(6)
        drain(consumer)
        assert (consumer.unreadable, sender.row.stored, sender.row.dropped) == (1, 6, {"stream_lost": 4})

    def test_what_a_dead_consumer_held_is_claimed(self, sender: Sender, consumer: Consumer) -> None:
        sender.send(5)
        dead = Consumer()
        assert dead._next(wait=False)
        dead._client.close()
        drain(consumer)
        assert not Visit._rows.exists()
        time.sleep(0.02)
        consumer._claim_ms = 10
        drain(consumer)
        assert Visit._rows.count() == 5

    def test_visits_of_who_withdrew_meanwhile_count_without_their_reference(
        self, sender: Sender, consumer: Consumer
    ) -> None:
        gone = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        sender.send(3, visitor=gone)
        drain(consumer)
        assert Visit._rows.filter(visitor=None).count() == 3

    def test_database_away_leaves_the_parcel_where_it_is(
        self, sender: Sender, consumer: Consumer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(self: Here, parcel: Parcel) -> Any:
            raise Unavailable("planted")

        sender.send(5)
        with monkeypatch.context() as patch:
            patch.setattr(Here, "send", away)
            with pytest.raises(Unavailable):
                consumer.step()
        drain(consumer)
        assert Visit._rows.count() == 5


def sender_stream() -> str:
    from django.conf import settings

    return str(settings.ONVIF_PRIVACY_VISITS_STREAM)


def said(*arguments: str) -> str:
    out = io.StringIO()
    call_command("privacy_visits", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL: connections that are watched")
@pytest.mark.django_db(transaction=True)
def test_connection_of_a_consumer_lasts_while_nothing_comes(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transports, "TIMEOUT_SECONDS", 1)

    def consume() -> int:
        mine = Consumer()
        for wait in (0, 1.5, 1.5):
            time.sleep(wait)
            sender.send(3)
            mine.step()
        mine.step()
        time.sleep(1.5)
        mine._look_at = 0
        mine.step()
        mine.close()
        return mine.visits

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(consume).result() == 9


@pytest.mark.usefixtures("here")
class TestCommand:
    def test_ingest_once_stores_what_is_there(self, sender: Sender) -> None:
        sender.send(3)
        assert said("ingest", "--once") == "3 visits in 1 parcels stored.\n"
        assert said("ingest", "--once") == "0 visits in 0 parcels stored.\n"

    @pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "nonsense", "redis://127.0.0.1:notaport/0", "http://x/"])
    def test_redis_that_cannot_be_reached_is_said_in_one_line(self, stream: str, settings: Any, url: str) -> None:
        settings.ONVIF_PRIVACY_VISITS_REDIS_URL = url
        with pytest.raises(
            CommandError, match="Redis cannot be used now: start it or check ONVIF_PRIVACY_VISITS_REDIS"
        ):
            said("ingest", "--once")


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"TRANSPORT": "redis"}, set()),
        ({"TRANSPORT": "redis", "REDIS_URL": "127.0.0.1:6379"}, {"onvif_privacy_visits.E006"}),
        ({"TRANSPORT": "kafka"}, {"onvif_privacy.E007"}),
        ({"TRANSPORT": "redis", "STREAM": ""}, {"onvif_privacy.E007"}),
        ({"STREAM_PARCELS": 0}, {"onvif_privacy.E007"}),
    ],
)
def test_wrong_settings_are_named(values: dict[str, Any], found: set[str]) -> None:
    with override_settings(**{f"ONVIF_PRIVACY_VISITS_{name}": value for name, value in values.items()}):
        assert {message.id for message in run_checks()} & {"onvif_privacy_visits.E006", "onvif_privacy.E007"} == found


def test_missing_key_is_named() -> None:
    with override_settings(ONVIF_PRIVACY_VISITS_TRANSPORT="redis", ONVIF_PRIVACY_KEYS=[]):
        assert "onvif_privacy_visits.E006" in {message.id for message in run_checks()}


@pytest.mark.django_db(transaction=True)
class TestKilled:
    """V4 through Redis."""

    CONSUME = """
import sys
import django
django.setup()
from threading import Event
from onvif_privacy.visits.services import agents
from onvif_privacy.visits.services.ingest import Consumer
agents.load()
consumer = Consumer(claim_seconds=0.5)
print("ready", flush=True)
consumer.run(Event())
"""

    def consume(self, stream: str, server: redis.Server) -> subprocess.Popen[bytes]:
        database = connection.settings_dict["NAME"]
        code = f"{self.SETTINGS}{self.CONSUME}"
        values = {"STREAM": stream, "NAME": str(database), "REDIS": server.url}
        environment = os.environ | {f"T_{name}": value for name, value in values.items()}
        return subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=subprocess.PIPE)

    def wait_for(self, consumers: list[subprocess.Popen[bytes]]) -> None:
        for process in consumers:
            assert process.stdout
            assert process.stdout.readline() == b"ready\n"

    # the settings of the test, in a process of its own
    SETTINGS = """
import os
from django.conf import settings
settings.DATABASES["default"]["NAME"] = os.environ["T_NAME"]
settings.ONVIF_PRIVACY_VISITS_STREAM = os.environ["T_STREAM"]
settings.ONVIF_PRIVACY_VISITS_REDIS_URL = os.environ["T_REDIS"]
"""

    @pytest.mark.skipif(connection.vendor == "sqlite", reason="the tests' SQLite is in the memory of one process")
    @pytest.mark.parametrize(("kills", "parcels"), [(2, 40), pytest.param(20, 2_000, marks=full)])
    def test_consumers_killed_lose_nothing_and_store_nothing_twice(
        self, sender: Sender, stream: str, server: redis.Server, kills: int, parcels: int
    ) -> None:
        connections.close_all()
        dice = random.Random(4)
        consumers = [self.consume(stream, server) for _number in range(2)]
        self.wait_for(consumers)
        try:
            for parcel in range(parcels):
                sender.send(50, route="/products/<slug>/", path=f"/products/{parcel}/")
                if parcel % (parcels // kills) == parcels // kills - 1:
                    time.sleep(dice.uniform(0, 0.1))
                    mine = consumers.pop(0)
                    mine.kill()
                    mine.communicate()
                    consumers.append(self.consume(stream, server))
                    self.wait_for(consumers[-1:])
            until(lambda: Process.objects.get().stored == parcels * 50, 300)
        finally:
            for mine in consumers:
                mine.terminate()
                mine.communicate()
        visits = Visit._rows.count()
        print(f"{connection.vendor}: {kills} kills, {parcels * 50} handed over, {visits} stored")
        assert visits == parcels * 50 == PageDay.objects.aggregate(all=Sum("visits"))["all"]
        assert Batch.objects.count() == parcels
        assert PageDay.objects.exclude(page__path="").filter(visits=50).count() == parcels
        assert reports.ledger().balanced


@pytest.mark.django_db(transaction=True)
class TestOutage:
    """V5: Redis stopped."""

    def test_recorder_keeps_what_redis_does_not_take(
        self, threaded: None, stream: str, server: redis.Server, caplog: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        agents.load()
        mine = Recorder(streams.Configured())
        server.stop()
        for record in records(40):
            mine.put(record)
        mine._wake.set()
        until(lambda: "visits wait for Redis (ConnectionError)" in caplog.text)
        assert (mine.books().pending, mine.books().balanced) == (40, True)
        server.start()
        until(lambda: mine.pending == 0, 20)
        mine.stop()
        assert (mine.books().handed, mine.books().dropped, mine.books().balanced) == (40, {}, True)
        monkeypatch.setattr(ingest, "Direct", Here)
        said("ingest", "--once")
        assert (Visit._rows.count(), reports.ledger().balanced) == (40, True)

    @full
    @pytest.mark.skipif(connection.vendor != "postgresql", reason="about servers: postgresql")
    @pytest.mark.parametrize("seconds", [30])
    def test_stopped_redis_costs_no_page_and_its_visits_are_stored_soon(
        self, server: redis.Server, tmp_path: Any, seconds: float, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from tests.visits.cluster import cluster

        monkeypatch.setenv("VISITS_REDIS", server.url)
        with cluster() as database:
            site = served("threads", tmp_path, database.url)
            site.pause, site.apart = 0.05, True
            environment = site.environment | {"DJANGO_SETTINGS_MODULE": "tests.visits.served_settings"}
            command = [sys.executable, "-m", "django", "privacy_visits", "ingest"]
            consumer = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE)
            try:
                with site.crowd():
                    time.sleep(3)
                    server.stop()
                    time.sleep(seconds)
                    server.start()
                    time.sleep(3)
                site.until(lambda: site.settled() >= site.answered, 30)
                self.assert_all_is_there(site)
            finally:
                consumer.terminate()
                consumer.communicate()
                site.process.kill()
                site.process.wait(10)

    def assert_all_is_there(self, site: Site) -> None:
        assert site.failed == 0
        assert site.dropped() == {}
        [(visits, different)] = site.rows(
            "SELECT count(*), count(DISTINCT path) FROM onvif_privacy_visits_visit v "
            "JOIN onvif_privacy_visits_page p ON p.id = v.page_id"
        )
        assert visits == different == site.answered
        print(f"answered {site.answered} failed {site.failed} stored {visits}")


def test_loop_ends_when_told(consumer: Consumer) -> None:
    over = Event()
    over.set()
    consumer.run(over)
