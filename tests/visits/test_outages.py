"""V5 and the fault matrix: a server stopped, frozen, silent or full costs no page, and no visit uncounted."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from subprocess import PIPE

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from onvif_privacy.visits.services.transports import Direct
from onvif_privacy.visits.services.watch import Watch
from tests.visits.cluster import Cluster, cluster
from tests.visits.mariadb import Server, server
from tests.visits.serving import Site, served

full = pytest.mark.full
pytestmark = pytest.mark.skipif(connection.vendor == "sqlite", reason="about servers: postgresql or mariadb")
postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL")

# what waits at most for the next try after the return (8 s), and the writing of two full buffers
RETURN_SECONDS = 10


@pytest.fixture(scope="module")
def database() -> Iterator[Cluster | Server]:
    with cluster() if connection.vendor == "postgresql" else server() as running:
        yield running


@pytest.fixture(scope="module")
def site(database: Cluster | Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Two workers with four threads on the private server, and visitors who come at about 150 pages a second."""
    running = served("threads", tmp_path_factory.mktemp("site"), database.url)
    running.pause, running.apart = 0.05, True
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.wait(10)


def assert_pages_are_as_quick(site: Site, usual: list[float], meanwhile: list[float], what: str) -> None:
    """Nobody waits for the database; the figures are printed, since a shared machine cannot be held to them."""
    assert site.failed == 0
    assert statistics.median(meanwhile) < 1, "no time-out of the database is as short"
    for name, times in (("usual", usual), (what, meanwhile)):
        parts = statistics.quantiles([1000 * seconds for seconds in times], n=100)
        print(f"{name}: n={len(times)} median {parts[49]:.1f} p99 {parts[98]:.1f} max {1000 * max(times):.0f} ms")


def assert_law_holds(site: Site) -> None:
    """Everything that was answered is stored once, or counted with its reason."""
    for accepted, stored, pending, dropped in site.books():
        assert accepted == stored + dropped.total() + pending
    assert sum(accepted for accepted, *_rest in site.books()) == site.answered
    assert set(site.dropped()) <= {"queue_full"}
    visits, different = site.rows(
        "SELECT count(*), count(DISTINCT path) FROM onvif_privacy_visits_visit v "
        "JOIN onvif_privacy_visits_page p ON p.id = v.page_id"
    )[0]
    assert visits == site.answered - site.dropped()["queue_full"], "none lost"
    assert different == visits, "none twice: each has an address of its own"
    print(f"answered {site.answered} stored {visits} dropped {dict(site.dropped())}")


def wait_until_settled(site: Site, number: int) -> None:
    back = time.monotonic()
    site.until(lambda: site.settled() >= number, RETURN_SECONDS)
    print(f"stored {time.monotonic() - back:.1f} s after the return")


class TestDatabase:
    @pytest.mark.parametrize("seconds", [2, pytest.param(30, marks=full), pytest.param(300, marks=full)])
    def test_stopped_server_costs_no_page_and_its_visits_are_stored_soon(
        self, site: Site, database: Cluster | Server, seconds: float
    ) -> None:
        with site.crowd():
            time.sleep(min(seconds / 2, 20))
            before = len(site.seconds)
            database.stop()
            time.sleep(seconds)
            after = len(site.seconds)
            database.start()
            wait_until_settled(site, site.answered)
        wait_until_settled(site, site.answered)
        assert_pages_are_as_quick(site, site.seconds[:before], site.seconds[before:after], f"stopped {seconds} s")
        assert_law_holds(site)

    @pytest.mark.parametrize("seconds", [2, pytest.param(60, marks=full)])
    def test_frozen_server_costs_no_page_and_its_visits_are_stored_soon(
        self, site: Site, database: Cluster | Server, seconds: float
    ) -> None:
        with site.crowd():
            time.sleep(min(seconds / 2, 20))
            before = len(site.seconds)
            with database.frozen():
                time.sleep(seconds)
                after = len(site.seconds)
            wait_until_settled(site, site.answered)
        wait_until_settled(site, site.answered)
        assert_pages_are_as_quick(site, site.seconds[:before], site.seconds[before:after], f"frozen {seconds} s")
        assert_law_holds(site)

    @postgresql
    @pytest.mark.parametrize("seconds", [5, pytest.param(60, marks=full)])
    def test_full_disk_costs_no_page_and_its_visits_are_stored_soon(
        self, site: Site, database: Cluster, seconds: float
    ) -> None:
        with site.crowd():
            time.sleep(min(seconds / 2, 20))
            before = len(site.seconds)
            with database.full("onvif_privacy_visits_visit"):
                time.sleep(seconds / 2)
                stored = site.stored()
                time.sleep(seconds / 2)
                assert site.stored() == stored < site.answered, "there is no room, and pages are answered"
                after = len(site.seconds)
            wait_until_settled(site, site.answered)
        wait_until_settled(site, site.answered)
        assert_pages_are_as_quick(site, site.seconds[:before], site.seconds[before:after], f"full {seconds} s")
        assert_law_holds(site)


class TestStop:
    """R4: a process ends in time though its database does not answer, and its visits are counted."""

    CODE = """
import sys, time
import django
django.setup()
from onvif_privacy.visits.services import agents
from onvif_privacy.visits.services.recorder import recorder
from tests.visits.factories import RecordFactory
agents.load()
for number in range(3_000):
    recorder.put(RecordFactory(at=int(time.time()), path=f"/{number}/"))
print("waiting", flush=True)
sys.stdin.readline()
started = time.monotonic()
recorder.stop()
print(time.monotonic() - started, recorder.books().balanced, recorder.books().dropped, flush=True)
"""

    @pytest.mark.parametrize("fault", ["frozen", "stopped"])
    @pytest.mark.parametrize(
        "wait", [0, *(pytest.param(wait, marks=full) for wait in (0.1, 0.3, 1, 2, 4, 6, 8, 10, 15))]
    )
    def test_process_ends_in_time(self, site: Site, database: Cluster | Server, fault: str, wait: float) -> None:
        command = [sys.executable, "-c", self.CODE]
        process = subprocess.Popen(command, env=site.environment, stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True)
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "waiting\n"
        if fault == "frozen":
            with database.frozen():
                said, ended = self.ends(process, wait)
        else:
            database.stop()
            said, ended = self.ends(process, wait)
            database.start()
        stopped, balanced, dropped = said.split(maxsplit=2)
        print(
            f"{fault} for {wait} s: stop took {float(stopped):.2f} s, the process {ended:.2f} s, dropped {dropped}",
            end="",
        )
        assert float(stopped) < 3
        assert balanced == "True"
        assert process.returncode == 0

    def ends(self, process: subprocess.Popen[str], wait: float) -> tuple[str, float]:
        """Let the process end after ``wait`` seconds; gives what it says, and the seconds until it is gone."""
        time.sleep(wait)
        started = time.monotonic()
        said, _errors = process.communicate("end\n", timeout=60)
        return said, time.monotonic() - started


@postgresql
@pytest.mark.django_db
class TestSilence:
    @pytest.fixture
    def line(self, database: Cluster) -> Iterator[BaseDatabaseWrapper]:
        """A connection to the private server."""
        line = connection.copy()
        line.settings_dict |= {"HOST": "127.0.0.1", "PORT": database.port, "NAME": "postgres", "USER": "postgres"}
        yield line
        line.close()

    def test_line_is_cut_when_nothing_is_heard(self, line: BaseDatabaseWrapper) -> None:
        Watch(line, 0.5)
        started = time.monotonic()
        with pytest.raises(OperationalError), line.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        assert 0.5 <= time.monotonic() - started < 5

    def test_own_connection_is_none_of_the_pool_that_pages_wait_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "pool", True)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(Direct().open).result()
            options = thread.submit(lambda: connection.settings_dict["OPTIONS"]).result()
        assert "pool" not in options
        assert options["connect_timeout"] == 5

    def test_line_stays_while_there_is_work_or_rest(self, line: BaseDatabaseWrapper) -> None:
        watch = Watch(line, 0.5)
        with line.cursor() as cursor:
            for _number in range(4):
                cursor.execute("SELECT pg_sleep(0.2)")
            watch.rest()
            time.sleep(0.7)
            cursor.execute("SELECT 1")
        watch.rest()
