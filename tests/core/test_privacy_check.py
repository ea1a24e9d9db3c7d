"""The command's exit codes and what it prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from onvif_privacy.core.promises import Finding, Look
from onvif_privacy.core.testing import temporarily
from tests.core.test_promises import CLAUSE, PROMISE, crash, make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def weather() -> Iterator[None]:
    with temporarily(CLAUSE, PROMISE):
        yield


def wet(look: Look) -> Iterable[Finding]:
    look.seen()
    return [Finding("roof", "is wet")]


def run(*arguments: str, looker: Any = None) -> tuple[int, str]:
    printed = StringIO()
    with temporarily(make(looker)):
        try:
            call_command("privacy_check", "--clause", "weather", *arguments, stdout=printed)
        except SystemExit as error:
            return int(error.code or 0), printed.getvalue()
    return 0, printed.getvalue()


def test_kept_promise_exits_0() -> None:
    code, printed = run()
    assert code == 0
    assert "checked" in printed


def test_broken_promise_exits_1_and_names_the_place() -> None:
    code, printed = run(looker=wet)
    assert code == 1
    assert "roof: is wet" in printed


def test_check_that_could_not_look_exits_3_and_never_shows_a_value() -> None:
    code, printed = run(looker=crash)
    assert code == 3
    assert "LookupError" in printed
    assert "ada@example.com" not in printed


def test_unproven_promise_fails_only_when_strict() -> None:
    assert run(looker=lambda look: [])[0] == 0
    assert run("--strict", looker=lambda look: [])[0] == 4


def test_json_is_all_that_is_printed() -> None:
    code, printed = run("--json", looker=wet)
    said = json.loads(printed)
    assert said["exit"] == code == 1
    assert said["promises"] == [{"slug": "weather.dry", "clause": "weather", "verdict": "broken"}]
    assert said["checks"][0]["findings"] == ["roof: is wet"]


@pytest.mark.parametrize("wrong", [["--kind", "X"], ["--clause", "nothing"]])
def test_wrong_use_exits_2(wrong: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("privacy_check", *wrong)
    assert error.value.returncode == 2


def test_only_the_kinds_asked_for_are_run() -> None:
    _code, printed = run("--kind", "D,P")
    assert "weather.dry" not in printed
