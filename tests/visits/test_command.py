"""``privacy_visits status``, ``flush`` and ``rebuild``, and what they say when the database is not as it should be."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from onvif_privacy.visits.models import PageDay, Process
from onvif_privacy.visits.services import clock, reports, store
from onvif_privacy.visits.services.recorder import recorder
from onvif_privacy.visits.services.records import Books, Parcel
from tests.visits.factories import RecordFactory

pytestmark = pytest.mark.django_db


def said(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("privacy_visits", *arguments, stdout=out, **options)
    return out.getvalue()


def test_status_shows_the_law_and_what_was_left_out() -> None:
    books = Books(uuid.uuid4(), timezone.now(), accepted=9, stored=3, dropped={"queue_full": 2}, pending=4)
    store.write(Parcel((RecordFactory(at=int(time.time())),), {(clock.today(), "prefetch"): 6}, books))

    text = said("status")

    assert "9 accepted = 4 stored + 2 dropped (queue_full) + 0 programs + 3 waiting + 0 lost with a process" in text
    assert "left out today: 6 fetched in advance" in text
    facts = json.loads(said("status", json=True))
    assert (facts["balanced"], facts["accepted"], facts["single_visits"]) == (True, 9, 1)


def test_what_a_vanished_process_held_is_shown_as_lost() -> None:
    old = timezone.now() - reports.GONE_AFTER * 2
    Process.objects.create(started=old, seen=old, accepted=10, stored=7, pending=3)

    assert "0 waiting + 3 lost with a process" in said("status")


def test_books_that_do_not_balance_are_shown_as_such() -> None:
    now = timezone.now()
    Process.objects.create(started=now, seen=now, accepted=10, stored=7, pending=1)

    assert "10 accepted ≠ 7 stored" in said("status")


@pytest.mark.usefixtures("inline")
def test_flush_stores_what_waits_in_this_process() -> None:
    recorder.put(RecordFactory(at=int(time.time())))

    assert said("flush") == "1 visits of this process stored, 0 waiting.\n"
    assert PageDay.objects.get().visits == 1


def test_rebuild_counts_again_and_refuses_days_without_single_visits() -> None:
    store.write(Parcel((RecordFactory(at=int(time.time())),)))
    PageDay.objects.update(visits=7)

    assert "1 visits counted again" in said("rebuild")
    assert PageDay.objects.get().visits == 1
    with pytest.raises(CommandError, match="kept for 90 days: choose"):
        said("rebuild", since=dt.date(2020, 1, 1))


class TestMessages:
    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "django", "privacy_visits", *arguments],
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "tests.projects.visits_only"} | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    @pytest.mark.parametrize("verb", ["status", "rebuild", "import-log"])
    def test_missing_tables_are_named_with_the_command_to_run(self, tmp_path: Path, verb: str) -> None:
        log = tmp_path / "access.log"
        log.touch()
        result = self.run(
            verb, *([str(log)] if verb == "import-log" else []), DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3"
        )
        assert result.returncode == 1
        assert result.stderr.startswith("CommandError: Tables are missing: run 'manage.py migrate' first.")
        assert result.stderr.count("\n") == 1

    @pytest.mark.parametrize(
        "address",
        [
            "sqlite:////no/such/folder/site.sqlite3",
            "postgres://nobody@127.0.0.1:9/site",
            "mysql://nobody@127.0.0.1:9/site",
        ],
    )
    def test_stopped_database_is_one_line(self, address: str) -> None:
        if django.VERSION >= (6, 1) and not address.startswith("postgres"):
            pytest.skip("Django's own checks ask the database before any command runs (seen in 6.1.3)")
        if address.startswith("mysql"):
            pytest.importorskip("MySQLdb")
        if address.startswith("postgres"):
            pytest.importorskip("psycopg")
        result = self.run("status", DATABASE_URL=address)
        assert result.returncode == 1
        assert result.stderr.startswith("CommandError: The database cannot be used now")
        assert result.stderr.count("\n") == 1
