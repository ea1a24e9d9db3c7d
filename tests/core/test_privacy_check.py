"""The command's exit codes and what it prints."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from onvif_privacy.core import doors, ledger
from onvif_privacy.core.promises import Finding, Look, Standing, Verdict, jws, look_at
from onvif_privacy.core.promises.report import Report, Sabotage, schema
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


def test_json_is_all_that_is_printed_and_fits_its_schema() -> None:
    code, printed = run("--json", looker=wet)
    said = json.loads(printed)
    jsonschema.validate(said, schema())
    assert said["exit"] == code == 1
    (clause,) = said["clauses"]
    assert (clause["slug"], clause["verdict"]) == ("weather", "broken")
    (promise,) = clause["promises"]
    assert (promise["slug"], promise["checks"][0]["findings"]) == ("weather.dry", ["roof: is wet"])
    assert said["saboteurs"] is None


@pytest.mark.parametrize(
    ("sentences", "strict", "code"), [((3, 1, 0), True, 0), ((3, 1, 1), True, 4), ((3, 1, 1), False, 0)]
)
def test_sentence_bound_to_nothing_fails_when_strict(
    monkeypatch: pytest.MonkeyPatch, sentences: tuple[int, int, int], strict: bool, code: int
) -> None:
    monkeypatch.setattr(doors.coverage, "_answer", lambda: doors.Coverage(*sentences))
    arguments = ["--json", *(["--strict"] if strict else [])]
    found, printed = run(*arguments)
    said = json.loads(printed)
    jsonschema.validate(said, schema())
    assert (found, said["exit"]) == (code, code)
    assert said["coverage"]["percent"] == (80 if sentences[2] else 100)


def test_a_promise_that_no_room_makes_fails_when_strict_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors.coverage, "_answer", lambda: doors.Coverage(4, 0, 0, ("boards.notice",)))
    assert run()[0] == 0
    code, printed = run("--json", "--strict")
    said = json.loads(printed)
    jsonschema.validate(said, schema())
    assert (code, said["coverage"]["missing"]) == (4, ["boards.notice"])


def test_coverage_stands_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors.coverage, "_answer", lambda: doors.Coverage(3, 1, 1))
    assert "Coverage 80 %: of 5 sentences 3 are kept by promises, 1 are plain facts, 1" in run()[1]


def test_command_that_cannot_look_exits_3_and_not_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(doors.coverage, "_answer", away)
    with pytest.raises(CommandError, match="OSError") as error:
        run()
    assert error.value.returncode == 3


@pytest.mark.parametrize("slips", [(), ("weather.dry let it rain",)])
def test_saboteurs_that_slip_win_over_everything(slips: tuple[str, ...]) -> None:
    looked = look_at(make(crash))
    report = Report([looked], sabotage=Sabotage(2, slips), strict=True)
    assert report.code == (5 if slips else 3)
    jsonschema.validate(report.document(), schema())
    assert f"2 saboteurs planted, {2 - len(slips)} caught." in [line for _verdict, line in report.lines()]


def test_crash_wins_over_broken() -> None:
    standings = [Standing(PROMISE, Verdict.BROKEN, None)]
    assert Report([look_at(make(wet))], standings, strict=True).code == 1
    assert Report([look_at(make(crash))], standings, strict=True).code == 3


def test_signed_file_is_verified_by_hand(tmp_path: Path) -> None:
    file, keys = tmp_path / "status.json", tmp_path / "keys.json"
    signed = jws.sign({"serial": 1}, kind="test")
    file.write_text(signed)
    keys.write_text(json.dumps(ledger.public_keys()))
    printed = StringIO()
    call_command("privacy_check", "--verify", str(file), "--keys", str(keys), stdout=printed)
    assert json.loads(printed.getvalue()) == {"serial": 1}
    file.write_text(signed.replace("payload", "payloae"))
    with pytest.raises(CommandError) as error:
        call_command("privacy_check", "--verify", str(file), "--keys", str(keys))
    assert error.value.returncode == 1
    with pytest.raises(CommandError) as error:
        call_command("privacy_check", "--verify", str(tmp_path / "none.json"), "--keys", str(keys))
    assert error.value.returncode == 3


def test_each_flipped_bit_of_a_signed_file_is_refused() -> None:
    file = jws.sign({"serial": 1, "words": "„ü“"}, kind="test").encode()
    keys = ledger.public_keys()
    assert jws.verify(file, keys) == {"serial": 1, "words": "„ü“"}
    for place in range(len(file)):
        for bit in range(8):
            spoiled = bytearray(file)
            spoiled[place] ^= 1 << bit
            with pytest.raises(jws.BadSignature):
                jws.verify(bytes(spoiled), keys)


@pytest.mark.parametrize("wrong", [["--kind", "X"], ["--clause", "nothing"], ["--verify", "status.json"]])
def test_wrong_use_exits_2(wrong: list[str]) -> None:
    with pytest.raises(CommandError) as error:
        call_command("privacy_check", *wrong)
    assert error.value.returncode == 2


def test_only_the_kinds_asked_for_are_run() -> None:
    _code, printed = run("--kind", "D,P")
    assert "weather.dry" not in printed
