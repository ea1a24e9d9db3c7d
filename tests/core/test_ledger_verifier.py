"""An exported ledger and a proof, checked by the stand-alone verifier and by openssl, on a machine without Django."""

from __future__ import annotations

import base64
import io
import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from onvif_privacy.core import ledger, testing
from onvif_privacy.core.ledger import tree
from onvif_privacy.core.models import Entry, EntrySecret, Seal
from onvif_privacy.core.registry import Count, EntryKind
from tests.core.test_ledger_tree import standalone

pytestmark = pytest.mark.django_db

VERIFY = Path(tree.__file__).with_name("verify.py")


@pytest.fixture(autouse=True)
def declared_kind() -> Iterator[None]:
    with testing.temporarily(EntryKind("test.happened", {"number": Count})):
        yield


def sealed(*sizes: int) -> None:
    for size in sizes:
        with transaction.atomic():
            ledger.record_all([ledger.Record("test.happened", {"number": number}) for number in range(size)])
        ledger.seal()


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    sealed(3, 1, 7)
    path = tmp_path / "ledger.jsonl"
    out = io.StringIO()
    call_command("privacy_ledger", "export", str(path), stdout=out)
    assert out.getvalue().startswith(f"{len(path.read_bytes().splitlines())} lines written")
    return path


def run(path: Path, *arguments: str) -> tuple[int, dict[str, object]]:
    """Isolated and without site-packages: no Django, no library at all."""
    keys = ["--keys", str(path.with_name("ledger.jsonl.keys.json"))]
    command = [sys.executable, "-I", "-S", str(VERIFY), str(path), *keys, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout)


def test_verifier_is_short_and_needs_nothing_but_the_standard_library() -> None:
    lines = VERIFY.read_text().splitlines()
    assert len(lines) <= 200
    imported = {line.split()[1].partition(".")[0] for line in lines if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


def test_export_is_good_and_counted(exported: Path) -> None:
    assert run(exported) == (0, {"result": "good", "seals": 3, "entries": 11})


def test_proof_of_one_entry_is_good_and_fits_no_other(exported: Path) -> None:
    for entry in Entry.objects.all():
        proof = ledger.proof(entry)
        exported.write_bytes(ledger.canonical(proof))
        assert standalone().main([str(exported), "--keys", str(exported) + ".keys.json"]) == 0
    assert proof
    exported.write_bytes(ledger.canonical({**proof, "entry": {**proof["entry"], "kind": "other"}}))  # type: ignore[dict-item]
    assert run(exported)[0] == 1


def test_unsealed_entry_has_no_proof_and_the_command_says_what_to_do(exported: Path) -> None:
    with transaction.atomic():
        entry = ledger.record("test.happened", payload={})
    assert ledger.proof(entry) is None
    with pytest.raises(CommandError, match="privacy_ledger seal"):
        call_command("privacy_ledger", "proof", str(entry.pk))


def undetected(path: Path, flips: list[tuple[int, int]], capsys: pytest.CaptureFixture[str]) -> list[tuple[int, int]]:
    verify, good = standalone(), path.read_bytes()
    keys = str(path) + ".keys.json"
    missed = []
    for position, bit in flips:
        path.write_bytes(good[:position] + bytes([good[position] ^ (1 << bit)]) + good[position + 1 :])
        if verify.main([str(path), "--keys", keys]) == 0:
            missed.append((position, bit))
    capsys.readouterr()
    path.write_bytes(good)
    return missed


def test_flipped_bits_of_the_last_line_end_are_found(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = exported.stat().st_size - 1
    assert undetected(exported, [(last, bit) for bit in range(8)], capsys) == []


def test_flipped_bits_of_an_export_are_found(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    places = [(position, bit) for position in range(exported.stat().st_size) for bit in range(8)]
    assert undetected(exported, random.sample(places, 100), capsys) == []


@pytest.mark.full
@pytest.mark.parametrize("bit", range(8))
def test_every_flipped_bit_of_an_export_of_64_leaves_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bit: int
) -> None:
    sealed(64)
    path = tmp_path / "ledger.jsonl"
    call_command("privacy_ledger", "export", str(path))
    assert undetected(path, [(position, bit) for position in range(path.stat().st_size)], capsys) == []


@pytest.mark.parametrize("line", [0, 1, 4, 6, -1])
def test_deleted_line_is_found_and_its_place_is_named(exported: Path, line: int) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    del lines[line]
    exported.write_bytes(b"".join(lines))
    code, said = run(exported)
    assert code == 1
    assert said["result"] == "tampered"
    assert isinstance(said["line"], int)
    assert said["line"] >= 1


@pytest.mark.parametrize("change", ["duplicate", "swap", "splice"])
def test_moved_lines_are_found(exported: Path, change: str) -> None:
    lines = exported.read_bytes().splitlines(keepends=True)
    if change == "duplicate":
        lines.insert(2, lines[1])
    elif change == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    else:
        lines = lines[:4] + lines[6:]
    exported.write_bytes(b"".join(lines))
    assert run(exported)[0] == 1


def test_cut_tail_is_found_only_with_the_anchor_kept_elsewhere(exported: Path, tmp_path: Path) -> None:
    anchor = tmp_path / "checkpoint.txt"
    note = ledger.checkpoint()
    assert note
    anchor.write_text(note)
    assert run(exported, "--anchor", str(anchor))[0] == 0
    lines = exported.read_bytes().splitlines(keepends=True)
    exported.write_bytes(b"".join(lines[:6]))  # the first two seals, whole
    assert run(exported)[0] == 0
    code, said = run(exported, "--anchor", str(anchor))
    assert code == 1
    assert "anchor knows 3 seals" in str(said["reason"])


def test_history_that_a_holder_of_the_keys_wrote_anew_is_found_by_an_older_anchor(
    exported: Path, tmp_path: Path
) -> None:
    note = ledger.checkpoint()
    assert note
    (tmp_path / "checkpoint.txt").write_text(note)
    EntrySecret.objects.all().release()  # type: ignore[attr-defined]
    for rows in (Entry.objects.all(), Seal.objects.all()):
        rows._raw_delete(rows.db)  # type: ignore[attr-defined]
    sealed(3, 1, 7, 2)  # all of it, and one seal more
    call_command("privacy_ledger", "export", str(exported))
    assert run(exported)[0] == 0
    code, said = run(exported, "--anchor", str(tmp_path / "checkpoint.txt"))
    assert code == 1
    assert "not the one that the anchor knows" in str(said["reason"])


def test_foreign_keys_and_unreadable_files_are_told_apart(exported: Path, tmp_path: Path) -> None:
    good = (tmp_path / "ledger.jsonl.keys.json").read_text()
    (tmp_path / "ledger.jsonl.keys.json").write_text(good.replace(json.loads(good)["keys"][0]["x"], "A" * 43))
    assert run(exported)[0] == 1
    (tmp_path / "ledger.jsonl.keys.json").write_text("not JSON")
    assert run(exported)[0] == 2
    (tmp_path / "ledger.jsonl.keys.json").write_text(good)
    exported.write_bytes(b"\xff\xfe")
    assert run(exported)[0] == 2


def test_openssl_confirms_each_seal(exported: Path, tmp_path: Path) -> None:
    keys = {key["kid"]: key["x"] for key in ledger.public_keys()["keys"]}
    seals = Seal.objects.all()
    for seal in seals:
        raw = base64.urlsafe_b64decode(keys[json.loads(bytes(seal.body))["key"]] + "=")
        (tmp_path / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + raw)  # RFC 8410, section 4
        (tmp_path / "message").write_bytes(b"onvif_privacy seal v1\n" + bytes(seal.body))
        (tmp_path / "signature").write_bytes(bytes(seal.signature))
        command = "openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in message -sigfile signature"
        done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
        assert done.returncode == 0, done.stderr
    assert len(seals) == 3
