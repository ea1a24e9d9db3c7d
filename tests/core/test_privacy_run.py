"""``privacy_run`` as cron starts it: in processes, several at once, killed in the middle (C36, small)."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from onvif_privacy.core.models import Lease
from tests.core.processes import ROOT, empty_database, environment, make_tables, manage, run, told
from tests.core.sites.busy import STEPS

SITE = "tests.core.sites.working"


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Make a database of its own on the engine of this run."""
    with django_db_blocker.unblock(), empty_database(tmp_path_factory.mktemp("run")) as url:
        make_tables(url, SITE)
        yield url


def effects(url: str) -> dict[str, Any]:
    """Return how often each step took effect, and the leases."""
    found: dict[str, Any] = told(url, SITE, "tests.core.sites.effects")
    return found


def start(url: str, *arguments: str) -> subprocess.Popen[str]:
    """Start ``privacy_run`` without waiting."""
    command = [sys.executable, "-m", "django", "privacy_run", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment(url, SITE), stdout=subprocess.PIPE, text=True)


def outcomes(output: str) -> dict[str, str]:
    """Read what ``--json`` printed."""
    return {row["job"]: row["outcome"] for row in json.loads(output.splitlines()[-1])}


def test_a_failed_job_is_exit_code_one_and_wrong_use_two(site: str) -> None:
    failed = run(site, SITE, "-m", "django", "privacy_run", "--job", "busy.fail", "--json", BUSY_FAIL="1")
    assert failed.returncode == 1
    assert "busy.fail failed: RuntimeError" in failed.stderr
    assert json.loads(failed.stdout) == [{"job": "busy.fail", "outcome": "failed", "reason": "RuntimeError"}]

    for arguments, words in ((["--job", "busy.none"], "busy.count"), (["--seconds", "0"], "must be at least 1")):
        wrong = manage(site, SITE, "privacy_run", *arguments)
        assert wrong.returncode == 2, arguments
        assert words in wrong.stderr
        assert "Traceback" not in wrong.stderr


@pytest.mark.django_db
def test_what_is_done_or_listed_is_said_in_few_words(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("privacy_run", "--check")  # nothing ever ran: a site without cron is not nagged
    assert capsys.readouterr() == ("", "")
    call_command("privacy_run", "--job", "reconcile")
    assert capsys.readouterr().out.strip() == "reconcile: done"
    call_command("privacy_run", "--list")
    assert "Compare every standing with its decisions" in capsys.readouterr().out


@pytest.mark.django_db
def test_silence_of_a_job_is_exit_code_one_and_asks_about_cron(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("privacy_run", "--job", "reconcile")
    Lease.objects.update(done_at=timezone.now() - timedelta(days=3))
    with pytest.raises(SystemExit) as late:
        call_command("privacy_run", "--check")
    assert late.value.code == 1
    said = capsys.readouterr().err
    assert "reconcile is overdue" in said
    assert "Is cron running privacy_run?" in said


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////no/such/folder/db.sqlite3",
        "postgres://postgres@127.0.0.1:1/none",
        "mysql://root@127.0.0.1:1/none",
    ],
)
def test_a_database_out_of_reach_is_exit_code_three_and_one_sentence(url: str) -> None:
    if url.startswith("mysql"):
        pytest.importorskip("MySQLdb")
    done = manage(url, SITE, "privacy_run", *(["--check"] if url.startswith("postgres") else []))
    assert done.returncode == 3, done.stderr
    assert "The database cannot be used now: start it or check DATABASES" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_missing_migration_is_told_apart_from_a_stopped_database(tmp_path: Path) -> None:
    done = manage(f"sqlite:///{tmp_path / 'empty.sqlite3'}", SITE, "privacy_run")
    assert done.returncode == 3
    assert "manage.py migrate" in done.stderr


def test_a_killed_run_is_taken_over_and_each_step_has_one_effect(site: str) -> None:
    first = start(site, "--job", "busy.count")
    assert first.stdout is not None
    for line in first.stdout:
        if line.strip() == "step 3":
            break
    first.kill()
    first.communicate()
    time.sleep(2.2)  # the lease of the dead process runs out

    rivals = [start(site, "--job", "busy.count", "--json") for _ in range(2)]
    told_outcomes = [outcomes(rival.communicate(timeout=120)[0])["busy.count"] for rival in rivals]
    assert "done" in told_outcomes
    assert set(told_outcomes) <= {"done", "held elsewhere"}
    found = effects(site)
    assert found["steps"] == {f"step {number}": 1 for number in range(1, STEPS + 1)}
    assert found["leases"]["busy.count"]["failure"] == ""
