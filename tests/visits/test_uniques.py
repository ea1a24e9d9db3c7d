"""Different visitors of a day: counted within three percent, and nobody can be found again."""

from __future__ import annotations

import datetime as dt
import random
import secrets
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onvif_privacy.core import jobs
from onvif_privacy.visits.models import DaySalt, Page, PageDay, UniqueDay, UniqueWaiting
from onvif_privacy.visits.services import capture, clock, reports, salts, store, uniques
from onvif_privacy.visits.services.periods import Choice, Period
from onvif_privacy.visits.services.recorder import Recorder
from onvif_privacy.visits.services.records import Parcel, Record
from onvif_privacy.visits.services.sketch import VALUE_BITS, Sketch, value_of
from onvif_privacy.visits.services.transports import Direct
from onvif_privacy.visits.testing import inline
from tests.visits.factories import CHROME, RecordFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def known() -> Iterator[None]:
    """The salt of today is in memory, and always the same: an estimate is off by 3 % with one salt in fifteen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_bytes", bytes)
        salts.keep_up()
    yield
    salts.forget()


def sketch_of(number: int, seed: int) -> Sketch:
    made, chance = Sketch(), random.Random(seed)
    made.add(value_of(chance.getrandbits(64)) for _number in range(number))
    return made


class TestSketch:
    @pytest.mark.parametrize("number", [0, 1, 2, 10, 100, 1_000, 3_000, 10_000, 20_000, 60_000])
    def test_known_sets_are_counted_within_three_percent(self, number: int) -> None:
        assert abs(sketch_of(number, 1).estimate() - number) <= 0.03 * number

    @pytest.mark.full
    def test_error_is_that_of_the_theory(self) -> None:
        errors = [
            sketch_of(number, seed).estimate() / number - 1 for seed in range(60) for number in (500, 8_000, 30_000)
        ]
        mean, deviation = sum(errors) / len(errors), (sum(e * e for e in errors) / len(errors)) ** 0.5
        assert abs(mean) < 0.004
        assert 0.008 < deviation < 0.02

    def test_those_of_two_days_are_counted_once(self) -> None:
        both, other, chance = Sketch(), Sketch(), random.Random(7)
        people = [value_of(chance.getrandbits(64)) for _number in range(9_000)]
        both.add(people[:6_000])
        other.add(people[3_000:])
        both.merge(other)
        assert abs(both.estimate() - 9_000) <= 270

    def test_kept_sketch_is_the_same(self) -> None:
        for number in (0, 1, 50, 5_000):
            made = sketch_of(number, number)
            assert Sketch.unpacked(made.packed()).estimate() == made.estimate()
            assert Sketch.unpacked(made.packed()).packed() == made.packed()

    @pytest.mark.parametrize("data", [b"", b"x", b"x\x9c", sketch_of(5, 1).packed()[:-5], b"\0" * 512])
    def test_other_bytes_are_refused(self, data: bytes) -> None:
        with pytest.raises(ValueError, match="no sketch"):
            Sketch.unpacked(data)

    def test_packed_bomb_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no sketch"):
            Sketch.unpacked(zlib.compress(b"\0" * 10_000_000))


def visits(people: int, pages: int, *, each: int = 3) -> list[Record]:
    """Visits of a known number of people: everybody reads ``each`` pages, and page 0 is read by all."""
    now = int(time.time())
    records: list[Any] = []
    for person in range(people):
        address = f"10.{person >> 16}.{person >> 8 & 255}.{person & 255}"
        for step in range(each):
            route = f"/{(person * step) % pages}/"
            records.append(RecordFactory(at=now, route=route, marks=salts.marks(now, address, CHROME, route)))
    return records


def estimate(page: Page) -> int:
    row = UniqueDay.objects.get(page=page)
    assert row.estimate == Sketch.unpacked(bytes(row.registers)).estimate()
    return row.estimate


def kept() -> dict[str, tuple[bytes, int]]:
    return {row.page.route: (bytes(row.registers), row.estimate) for row in UniqueDay.objects.select_related("page")}


@pytest.mark.usefixtures("known")
class TestCounted:
    def test_site_and_page_are_counted_within_three_percent(self) -> None:
        records = visits(3_000, 40)
        exact: dict[str, set[int]] = {}
        for index, record in enumerate(records):
            exact.setdefault(record.route, set()).add(index // 3)
        for start in range(0, len(records), 1_000):
            store.write(Parcel(tuple(records[start : start + 1_000])))
        while uniques.merge():
            pass

        assert abs(estimate(Page.objects.get(route="")) - 3_000) <= 90
        assert abs(estimate(Page.objects.get(route="/0/")) - len(exact["/0/"])) <= 90
        few = min(exact, key=lambda route: len(exact[route]))
        assert abs(estimate(Page.objects.get(route=few)) - len(exact[few])) <= max(1, 0.03 * len(exact[few]))
        assert not UniqueWaiting.objects.exists()

    def test_merging_twice_or_in_parts_gives_the_same_registers(self) -> None:
        records = visits(300, 5)
        store.write(Parcel(tuple(records)))
        uniques.merge()
        whole = kept()
        UniqueDay.objects.all().delete()
        for start in range(0, 900, 100):
            store.write(Parcel(tuple(records[start : start + 100])))
            store.write(Parcel(tuple(records[start : start + 50])))
            uniques.merge()
        assert kept() == whole

    def test_failed_requests_forms_and_programs_set_no_register(self) -> None:
        now = int(time.time())
        mark = salts.marks(now, "192.0.2.1", CHROME, "/")
        others = ({"status": 404}, {"status": 500}, {"method": "POST"}, {"agent": "curl/8.0"})
        store.write(Parcel(tuple(RecordFactory(at=now, marks=mark, **other) for other in others)))
        assert not UniqueWaiting.objects.exists()

    @pytest.mark.parametrize("mark", [-1, 1 << 40, (1 << 36) - 1, 1 << VALUE_BITS, 1])
    def test_marks_that_were_not_made_here_set_no_register(self, mark: int) -> None:
        store.write(Parcel((RecordFactory(at=int(time.time()), marks=mark),)))
        assert PageDay.objects.get().visits == 1
        assert not UniqueWaiting.objects.exists()

    def test_bucket_of_unmatched_addresses_is_not_mixed_with_the_site(self) -> None:
        now = int(time.time())
        for number in range(20):
            mark = salts.marks(now, f"192.0.2.{number}", CHROME, "")
            store.write(Parcel((RecordFactory(at=now, route="", marks=mark),)))
        uniques.merge()
        assert abs(estimate(Page.objects.get()) - 20) <= 1

    def test_rebuild_leaves_registers_untouched(self) -> None:
        """V17."""
        store.write(Parcel(tuple(visits(50, 3))))
        uniques.merge()
        before = list(UniqueDay.objects.order_by("pk").values_list("pk", "day", "page"))
        registers = [bytes(row.registers) for row in UniqueDay.objects.order_by("pk")]
        counted = PageDay.objects.order_by("page").values_list("page", "visits")
        counts = list(counted)
        store.rebuild(clock.today())
        assert list(UniqueDay.objects.order_by("pk").values_list("pk", "day", "page")) == before
        assert [bytes(row.registers) for row in UniqueDay.objects.order_by("pk")] == registers
        assert list(counted.all()) == counts

    def test_job_merges_and_destroys(self) -> None:
        store.write(Parcel(tuple(visits(5, 2))))
        DaySalt.objects.create(day=clock.today() - dt.timedelta(days=1), salt=b"x" * 32, ring_key="00000000000000d1")
        assert [result.outcome for result in jobs.run_due(names=("visits.uniques",))] == ["done"]
        assert UniqueDay.objects.count() == 3
        assert [row.day for row in DaySalt.objects.all()] == [clock.today()]


class TestUnlinked:
    """Nothing that is kept tells who visited two pages, or came on two days."""

    def test_same_visitor_sets_unrelated_registers_on_two_pages_and_two_days(self, known: None) -> None:
        now, same = int(time.time()), 0
        for number in range(2_000):
            first = salts.marks(now, f"10.0.{number >> 8}.{number & 255}", CHROME, "/a/")
            second = salts.marks(now, f"10.0.{number >> 8}.{number & 255}", CHROME, "/b/")
            assert first & uniques.VALUE == second & uniques.VALUE  # the site's, so that it counts once
            same += len({first >> VALUE_BITS, second >> VALUE_BITS, first & uniques.VALUE}) < 3
        assert same <= 8  # three values agree by chance once in 2,700 or so

        earlier = salts.marks(now, "192.0.2.1", CHROME, "/")
        DaySalt.objects.all().delete()
        salts.forget()
        salts.keep_up()
        assert salts.marks(now, "192.0.2.1", CHROME, "/") != earlier

    def test_waiting_rows_do_not_say_which_page_came_with_which_visitor(self, known: None) -> None:
        store.write(Parcel(tuple(visits(40, 4))))
        entries = list(uniques.values_of(bytes(UniqueWaiting.objects.get().values)))
        assert entries == sorted(set(entries))

    def test_nothing_stored_holds_address_hash_or_salt_after_the_day(self, known: None) -> None:
        with inline():
            for number in range(30):
                Client(REMOTE_ADDR=f"203.0.113.{number + 100}").get(
                    "/", secure=True, headers={"user-agent": CHROME, "accept": "text/html"}
                )
        uniques.merge()
        DaySalt.objects.update(day=clock.today() - dt.timedelta(days=1))
        salts.destroy()
        texts = [
            str(value)
            for model in apps.get_app_config("onvif_privacy_visits").get_models()
            for row in model._default_manager.values_list()
            for value in row
        ]
        assert not [text for text in texts if "203.0.113.1" in text]
        assert not DaySalt.objects.exists()


@pytest.mark.urls("tests.visits.urls")
class TestCapture:
    HEADERS = {"user-agent": CHROME, "accept": "text/html"}

    def seen(self, **extra: Any) -> int:
        with inline():
            for number in range(3):
                Client(**{"REMOTE_ADDR": f"192.0.2.{number}", **extra}).get("/", secure=True, headers=self.HEADERS)
                Client(**{"REMOTE_ADDR": f"192.0.2.{number}", **extra}).get("/", secure=True, headers=self.HEADERS)
        uniques.merge()
        bucket = UniqueDay.objects.filter(page__route="").first()
        return Sketch.unpacked(bytes(bucket.registers)).estimate() if bucket else 0

    def test_three_addresses_that_come_twice_are_three(self) -> None:
        assert self.seen() == 3

    def test_people_of_one_network_are_told_apart_though_only_the_network_is_kept(self) -> None:
        self.seen()
        assert UniqueDay.objects.filter(page__route="/").exists()

    def test_switched_off_nothing_is_hashed_and_no_salt_is_made(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_UNIQUES = False
        assert self.seen() == 0
        assert not DaySalt.objects.exists()
        assert not UniqueWaiting.objects.exists()

    def test_visitors_without_an_address_are_not_taken_for_one(self) -> None:
        assert self.seen(REMOTE_ADDR="") == 0

    def test_behind_a_proxy_the_forwarded_address_counts(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_TRUSTED_PROXIES = 1
        assert self.seen(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="junk, 198.51.100.7") == 1

    def test_page_asks_no_query_for_it(self, known: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("onvif_privacy.visits.middleware.write_now", lambda: None)
        with inline(), CaptureQueriesContext(connection) as queries:
            Client().get("/", secure=True, headers=self.HEADERS)
        assert [query["sql"] for query in queries if "daysalt" not in query["sql"]] == []

    def test_nothing_is_counted_under_a_salt_that_is_not_known(self) -> None:
        assert salts.marks(int(time.time()), "192.0.2.1", CHROME, "/") == 0

    def test_rules_follow_the_setting(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_UNIQUES = False
        assert not capture.rules().uniques


class TestSalt:
    def test_every_process_has_the_same_and_a_new_one_each_day(self, known: None) -> None:
        now = int(time.time())
        first = salts.marks(now, "192.0.2.1", CHROME, "/")
        salts.forget()  # another process
        salts.keep_up()
        assert salts.marks(now, "192.0.2.1", CHROME, "/") == first != 0
        assert DaySalt.objects.count() == 1

    def test_it_is_of_no_use_without_the_key_ring(self, known: None, settings: Any) -> None:
        now = int(time.time())
        first = salts.marks(now, "192.0.2.1", CHROME, "/")
        secret = "YW5vdGhlciBrZXkgb2YgdGhlIHRlc3RzLi4uLi4uLi4"
        settings.ONVIF_PRIVACY_KEYS = [
            settings.ONVIF_PRIVACY_KEYS[0] | {"secret": secret},
            settings.ONVIF_PRIVACY_KEYS[1],
        ]
        salts.forget()
        salts.keep_up()
        assert salts.marks(now, "192.0.2.1", CHROME, "/") not in (0, first)

    def test_missing_key_is_said_and_everything_else_goes_on(
        self, settings: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.ONVIF_PRIVACY_KEYS = []
        with caplog.at_level("WARNING", "onvif_privacy.visits"):
            salts.keep_up()
            salts.keep_up()
        assert [record.message[:36] for record in caplog.records] == ["different visitors are not counted: "[:36]]

    def test_no_query_while_the_day_lasts(self, known: None) -> None:
        with CaptureQueriesContext(connection) as queries:
            for _number in range(10):
                salts.keep_up()
        assert len(queries) == 0

    def test_midnight_is_crossed_with_the_next_salt_ready_and_the_last_destroyed(
        self, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.TIME_ZONE = "UTC"
        now = [dt.datetime(2026, 3, 1, 23, 58, tzinfo=dt.UTC)]
        monkeypatch.setattr("onvif_privacy.visits.services.salts.time.time", lambda: now[0].timestamp())
        monkeypatch.setattr("onvif_privacy.visits.services.salts.clock.today", lambda: now[0].date())

        salts.keep_up()
        assert [str(row.day) for row in DaySalt.objects.all()] == ["2026-03-01"]
        now[0] += dt.timedelta(seconds=100)
        salts.keep_up()
        assert DaySalt.objects.count() == 2
        with CaptureQueriesContext(connection) as queries:
            salts.keep_up()
        assert len(queries) == 0
        moments = [
            int(dt.datetime(2026, 3, day, hour, 59 - 59 * (day - 1), tzinfo=dt.UTC).timestamp())
            for day, hour in ((1, 23), (2, 0))
        ]
        before, after = (salts.marks(at, "192.0.2.1", CHROME, "/") for at in moments)
        assert 0 != before != after != 0

        now[0] += dt.timedelta(seconds=60)
        salts.keep_up()
        assert [str(row.day) for row in DaySalt.objects.all()] == ["2026-03-02"]
        assert salts.marks(moments[0], "192.0.2.1", CHROME, "/") == 0

    @pytest.mark.django_db(transaction=True)
    def test_processes_that_ask_at_once_get_the_same(self) -> None:
        def ask(_number: int) -> bytes:
            try:
                return salts._loaded(clock.today()).keyed.digest()
            finally:
                connections.close_all()

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(ask, range(8)))) == 1
        assert DaySalt.objects.count() == 1

    @pytest.mark.django_db(transaction=True)
    def test_recorder_knows_the_salt_before_its_first_wait(self, settings: Any) -> None:
        settings.ONVIF_PRIVACY_VISITS_RECORDING = "thread"
        settings.ONVIF_PRIVACY_VISITS_FLUSH_SECONDS = 60
        mine = Recorder(Direct(), upkeep=[salts.keep_up])
        mine.start()
        end = time.monotonic() + 10
        while not salts.marks(int(time.time()), "192.0.2.1", CHROME, "/"):
            assert time.monotonic() < end
            time.sleep(0.01)
        mine.stop(5)


def test_those_who_wait_count_in_the_period_they_came_in_once_they_are_merged() -> None:
    today = clock.today()
    chance = random.Random(8)
    for day, number in ((today, 5), (today - dt.timedelta(days=1), 3)):
        at = clock.seconds(clock.bounds(day, day)[0])
        marks = [
            value_of(chance.getrandbits(64)) << VALUE_BITS | value_of(chance.getrandbits(64)) for _ in range(number)
        ]
        store.write(Parcel(tuple(RecordFactory(at=at, route="/news/", marks=mark) for mark in marks)))
    page = Page.objects.get(route="/news/").pk
    asked = reports.Asked(period=Period.ending(today, Choice.TODAY), use="statistics")
    assert reports.visitors(asked, [page]) == reports.Visitors()
    uniques.merge()
    found = reports.visitors(asked, [page])
    assert found is not None
    assert (found.visits, found.before, found.pages) == (5, 3, {page: 5})
