"""``privacy_check`` and the board in use: a silent purpose, a pipe, a terminal, an ended word, no database."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import promises
from onvif_privacy.core.models import Attestation
from onvif_privacy.core.promises import Check, Kind, Verdict
from onvif_privacy.core.registry import Basis, Purpose
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.core.testing import temporarily
from onvif_privacy.statement.models import Sentence
from onvif_privacy.statement.services import bindings, board, status
from onvif_privacy.statement.testing import published
from tests.readme import ROOT
from tests.statement.factories import binder
from tests.statement.test_copies import database_away
from tests.statement.test_status import seen

SILENT = Purpose("silent_purpose", label="Silent", text="Silent.", basis=Basis.CONSENT, clause="changes")


def looked(*options: str) -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("privacy_check", *options, stdout=out, stderr=out)
    except SystemExit as left:
        return int(left.code or 0), out.getvalue()
    except CommandError as error:
        return error.returncode, str(error)
    return 0, out.getvalue()


@pytest.mark.django_db
def test_new_purpose_in_code_that_the_statement_omits_exits_1_and_is_named() -> None:
    with published("en"):
        assert looked("--clause", "changes")[0] == 0
        with temporarily(SILENT):
            code, said = looked("--clause", "changes")
    assert code == 1
    assert "purpose silent_purpose is new or wider than version 1 says" in said


@pytest.mark.django_db
def test_word_of_a_person_ends_in_page_file_and_badge_with_its_last_second(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_STATEMENT_PUBLIC = True
    status.forget()
    now, day = timezone.now(), timedelta(days=1)
    promise = promises.Promise("scope.attested", promises.clauses.get("scope"), "Somebody vouches for it.")
    word = Check(promise, Kind.ATTESTATION, day, day, False, lambda look: ())
    with published("en") as version, temporarily(promise, word):
        seen("kept")
        sentence = Sentence.objects.filter(text__version=version, clause="scope").order_by("position")[0]
        bindings.bind(digests=[sentence.source_digest], promises=[promise.slug], actor=binder())
        promises.attest(promise=promise.slug, words="So it is.", evidence="A", until=now + day, actor=binder())
        ends = Attestation.objects.get().until
        row = status.release(now)
        assert row is not None
        assert row.valid_until <= ends
        said = status.read(row)
        scope = next(one for one in said.body["clauses"] if one["slug"] == "scope")
        assert (scope["verdict"], scope["attested_until"]) == ("attested", instant(ends))
        assert said.holds(row.valid_until - timedelta(seconds=1))
        assert not said.holds(row.valid_until)  # what neither page nor badge shows any more
        later = status.content(ends)
        assert later is not None
        assert next(one for one in later[0]["clauses"] if one["slug"] == "scope")["verdict"] == "unproven"
    status.forget()


def _environment(place: Path) -> dict[str, str]:
    address = f"sqlite:///{place}/db.sqlite3"
    return {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.projects.statement_only", "DATABASE_URL": address}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A site of its own with core and statement alone, whose statement is published."""
    environment = _environment(tmp_path_factory.mktemp("site"))
    for command in (["migrate", "-v0"], ["privacy_statement", "init", "--publish"]):
        subprocess.run([sys.executable, "-m", "django", *command], env=environment, cwd=ROOT, check=True)
    return environment


def _command(*options: str) -> list[str]:
    return [sys.executable, "-m", "django", "privacy_check", "--kind", "S,D,L", *options]


def test_pipe_gets_json_and_nothing_else_and_the_code_of_its_document(site: dict[str, str]) -> None:
    done = subprocess.run(_command("--json"), env=site, cwd=ROOT, capture_output=True, text=True, check=False)
    document: dict[str, Any] = json.loads(done.stdout)
    assert document["exit"] == done.returncode
    plain = subprocess.run(_command(), env=site, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "\x1b" not in plain.stdout + plain.stderr
    assert "Coverage 100 %" in plain.stdout


def test_terminal_gets_colours_and_the_same_code(site: dict[str, str]) -> None:
    piped = subprocess.run(_command(), env=site, cwd=ROOT, capture_output=True, check=False)
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        _command(), env=site | {"TERM": "xterm-256color"}, cwd=ROOT, stdout=theirs, stderr=theirs, stdin=theirs
    ) as process:
        os.close(theirs)
        said = b""
        try:
            while part := os.read(ours, 65_536):
                said += part
        except OSError:  # the other end is gone: that is how a terminal ends
            pass
    os.close(ours)
    assert process.returncode == piped.returncode
    assert b"\x1b[" in said
    assert b"Coverage 100 %" in said


def test_database_that_is_gone_exits_3(site: dict[str, str], tmp_path: Path) -> None:
    gone = site | {"DATABASE_URL": f"sqlite:///{tmp_path}/no/such/folder/db.sqlite3"}
    assert subprocess.run(_command(), env=gone, cwd=ROOT, capture_output=True, check=False).returncode == 3


@pytest.mark.django_db
def test_clauses_of_rooms_that_are_absent_are_not_offered_and_never_kept(client: Client) -> None:
    client.force_login(User.objects.create(username="staff", is_staff=True))
    with published("en"), temporarily(without=((promises.Promise, "changes.notice"),)):
        seen("kept")
        found = board.board("en")
        assert found is not None
        verdicts = {row.clause.slug: row.clause for row in found.rows}
        assert verdicts["changes"].verdict is Verdict.UNPROVEN
        assert client.get("/privacy/status/").status_code == 200
        with database_away():
            assert client.get("/privacy/statement/").status_code == 200
