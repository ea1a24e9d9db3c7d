"""How a process learns which policy runs."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished

from onvif_privacy.cookies.models import CookieFinding
from onvif_privacy.cookies.services import findings, policy, publishing, running
from onvif_privacy.core import limits
from onvif_privacy.core.registry import temporarily
from tests.cookies.factories import device_item

pytestmark = pytest.mark.urls("tests.cookies.urls")


@pytest.fixture
def _serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Behave like a process that serves, not like one that tests."""
    monkeypatch.setattr(running, "testing", lambda: False)
    yield
    for thread in threading.enumerate():
        if thread.name == "onvif-privacy-cookies":
            thread.join(10)


def wait_for(condition: Any) -> None:
    """Wait up to ten seconds."""
    until = time.monotonic() + 10
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    assert condition()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_serving")
def test_process_starts_with_the_published_policy_and_follows_within_a_minute(items: Any) -> None:
    publishing.publish()
    running.install(None)
    running.start()
    assert running.current().number == 1
    running._process.due = time.monotonic() + 60
    with temporarily(device_item("second", "marketing")):
        publishing.publish()
    running.install(policy.of_code())
    findings.report("undeclared", "stranger")
    running.tick()
    assert running.current().number == 0  # the minute is not over
    running._process.due = 0
    request_finished.send(None)  # an answer was sent
    wait_for(lambda: running.current().number == 2)
    wait_for(lambda: CookieFinding.objects.filter(name="stranger").exists())


@pytest.mark.usefixtures("_serving")
def test_a_second_handler_of_a_process_waits_for_no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be built while this thread writes, on a database that has one writer (a probe within a rolled back)."""
    may_end = threading.Event()
    monkeypatch.setattr(running, "load", may_end.wait)
    running._process.loaded = True
    running.start()
    assert [one.name for one in threading.enumerate()].count("onvif-privacy-cookies") == 1
    may_end.set()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_serving")
def test_start_works_under_a_running_event_loop(items: Any) -> None:
    publishing.publish()
    running.install(None)

    async def start() -> None:
        running.start()

    asyncio.run(start())
    assert running.current().number == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_serving")
def test_many_answers_at_once_start_one_look(items: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    monkeypatch.setattr(running, "_run_apart", looked.append)
    running._process.due = 0
    threads = [threading.Thread(target=running.tick) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(looked) == 1


@pytest.mark.django_db
def test_tests_of_a_host_see_no_query_and_no_thread(items: Any, django_assert_num_queries: Any) -> None:
    before = threading.active_count()
    with django_assert_num_queries(0):
        running.start()
        running.tick()
    assert threading.active_count() == before


@pytest.mark.django_db
def test_publishing_runs_here_after_commit(items: Any, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        publishing.publish()
    assert running.current().number == 1


def test_only_djangos_test_environment_counts_as_testing(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.test import utils

    assert running.testing()
    monkeypatch.delattr(utils._TestState, "saved_data")
    assert not running.testing()


def test_child_of_a_fork_looks_soon() -> None:
    running._process.due = time.monotonic() + 60
    running.after_fork()
    assert running._process.due == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_child_of_a_fork_reports_nothing_of_its_parent_and_waits_for_no_lock_of_it() -> None:
    findings.buffer.drain()
    findings.report("unexpected", "theme")
    with findings.buffer._lock, limits._lock:
        child = os.fork()
        if child == 0:
            signal.alarm(10)  # ends a child that waits for ever
            findings.report("unexpected", "basket")
            good = [seen.name for seen in findings.buffer.drain()] == ["basket"] and limits.allow("fork", "child")
            os._exit(0 if good else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert [seen.name for seen in findings.buffer.drain()] == ["theme"]


PROCESS = """
import os, sys, time
import django
django.setup()
from django.db import connection
from django.core.handlers.wsgi import WSGIHandler
from onvif_privacy.cookies.services import running
running.EVERY_SECONDS = 0.2
handler = WSGIHandler()
from tests.cookies.serving import wsgi
print(running.current().number, flush=True)
for line in sys.stdin:
    asked = []
    with connection.execute_wrapper(lambda execute, *rest: (asked.append(1), execute(*rest))[1]):
        wsgi("/missing/")
    until = time.monotonic() + 20
    while running.current().number < int(line) and time.monotonic() < until:
        time.sleep(0.05)
    print(running.current().number, len(asked), flush=True)
"""


@pytest.mark.full
def test_four_processes_serve_the_new_version_after_one_request_each(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.projects.cookies_only",
        "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3",
    }

    def manage(*arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "django", *arguments], env=environment, check=True, capture_output=True)

    manage("migrate")
    manage("privacy_cookies", "publish")
    code = [sys.executable, "-c", textwrap.dedent(PROCESS)]
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    processes = [subprocess.Popen(code, **pipes) for _ in range(4)]
    try:
        assert [process.stdout.readline().strip() for process in processes if process.stdout] == ["1"] * 4
        manage("shell", "-c", _second_version())
        for process in processes:
            assert process.stdin
            process.stdin.write("2\n")
            process.stdin.flush()
        assert [process.stdout.readline().strip() for process in processes if process.stdout] == ["2 0"] * 4
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _second_version() -> str:
    return (
        "from onvif_privacy.cookies.models import DeclaredItem, DeclaredItemText;"
        "item = DeclaredItem.objects.create(name='theme', purpose='preferences', provider='Example');"
        "DeclaredItemText.objects.create(item=item, language='en', text='Remembers.');"
        "from onvif_privacy.cookies.services import publish; publish()"
    )


@pytest.mark.django_db
def test_reading_takes_three_queries_and_no_transaction(items: Any, django_assert_num_queries: Any) -> None:
    publishing.publish()
    with django_assert_num_queries(3):
        running.fetch()
