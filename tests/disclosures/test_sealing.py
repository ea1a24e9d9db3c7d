"""Encryption to a recipient streams, signatures are the site's, and a passphrase does without a key."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyrage
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from onvif_privacy.core.keys import ring
from onvif_privacy.disclosures.services import sealing
from onvif_privacy.disclosures.services.sealing import CannotEncrypt, encrypted
from tests import requirements

needs_age = pytest.mark.skipif(requirements.age() is not None, reason="needs age, tar, sha256sum and openssl")
IDENTITY = pyrage.x25519.Identity.generate()
TO = str(IDENTITY.to_public())


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 300_000])
def test_what_is_encrypted_to_a_key_decrypts_to_the_same(size: int) -> None:
    plain = os.urandom(size)
    pieces = [b"", plain[:100], b"", plain[100:]]

    assert pyrage.decrypt(b"".join(encrypted(pieces, TO)), [IDENTITY]) == plain


def streamed(mib: int) -> dict[str, object]:
    command = [sys.executable, "-m", "tests.disclosures.streaming", str(mib)]
    surroundings = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.projects.everything"}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("mib", [24, pytest.param(1024, marks=pytest.mark.full)])
def test_encryption_streams_in_bounded_memory_and_writes_nothing_to_a_disk(mib: int) -> None:
    found = streamed(mib)

    assert found["same"] is True
    assert found["resident_mib"] < 128  # type: ignore[operator]
    assert found["written"] < 4096  # type: ignore[operator]


def test_source_is_read_as_it_is_needed_and_in_the_callers_thread() -> None:
    import threading

    read, threads = [], set()

    def source() -> Iterator[bytes]:
        for number in range(100):
            read.append(number)
            threads.add(threading.current_thread())
            yield os.urandom(65_536)

    stream = encrypted(source(), TO)
    for _chunk in range(3):
        next(stream)

    assert len(read) < 20
    assert threads == {threading.current_thread()}
    del stream
    assert not [one for one in threading.enumerate() if one.name == "age"]


def test_a_source_that_fails_leaves_nothing_that_decrypts() -> None:
    def source() -> Iterator[bytes]:
        yield os.urandom(200_000)
        raise RuntimeError("the disk is gone")

    got = list[bytes]()
    stream = encrypted(source(), TO)
    with pytest.raises(RuntimeError, match="the disk is gone"):
        got.extend(stream)

    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(b"".join(got), [IDENTITY])


@pytest.mark.parametrize(
    "key",
    ["", "age1", "age1qqqq", str(IDENTITY), "ssh-ed25519 AAAA", "ä", TO[:-1] + "b"],
    ids=["empty", "no_more", "short", "secret", "ssh", "foreign", "flipped"],
)
def test_what_is_no_public_key_is_refused_before_a_byte_is_read(key: str) -> None:
    def source() -> Iterator[bytes]:
        raise AssertionError("was read")
        yield b""

    with pytest.raises(CannotEncrypt, match="no age key"):
        list(encrypted(source(), key))
    with pytest.raises(CannotEncrypt, match="no age key"):
        sealing.check_recipient(key)


def test_without_the_extra_nothing_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "find_spec", lambda name: None)

    with pytest.raises(CannotEncrypt, match=re.escape("Install onvif-privacy[age]")):
        list(encrypted([b"x"], TO))
    with pytest.raises(CannotEncrypt, match=re.escape("onvif-privacy[age]")):
        sealing.one_time_key()


def test_signatures_are_those_of_the_active_key_and_name_a_stamp_only_if_there_is_one() -> None:
    files = sealing.signatures(b"words")
    public = ring().active("sign").public

    assert set(files) == {"seal.ed25519", "ed25519.pem"}
    key = load_pem_public_key(files["ed25519.pem"])
    key.verify(files["seal.ed25519"], b"words")  # type: ignore[union-attr,call-arg]
    assert key.public_bytes_raw() == public  # type: ignore[union-attr]
    assert sealing.signatures(b"words", stamp=lambda what: b"stamp of " + what)["seal.tsr"] == b"stamp of words"


def test_passphrases_are_24_letters_that_cannot_be_misheard_as_digits() -> None:
    found = {sealing.passphrase() for _one in range(200)}

    assert len(found) == 200
    assert all(re.fullmatch(r"[a-z2-7]{4}(-[a-z2-7]{4}){5}", one) for one in found)
    assert sealing.fingerprint(f" {TO}\n") == sealing.fingerprint(TO)


def typed(command: list[str], words: str, folder: Path) -> int:
    """Run a program at a terminal and type some words when it asks; gives its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvp(command[0], command)
    seen = b""
    while b"passphrase" not in seen.lower():
        seen += os.read(terminal, 1024)
    os.write(terminal, f"{words}\n".encode())
    try:
        while os.read(terminal, 1024):
            continue
    except OSError:  # the terminal is closed
        pass
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@needs_age
def test_a_recipient_without_a_key_opens_it_with_a_passphrase(tmp_path: Path) -> None:
    made = sealing.one_time_key()
    (tmp_path / "key.txt").write_bytes(made.file)
    (tmp_path / "x.age").write_bytes(b"".join(encrypted([b"words" * 50_000], made.public)))
    command = ["age", "-d", "-i", "key.txt", "-o", "x", "x.age"]

    assert typed(command, made.passphrase[:-1] + "1", tmp_path) != 0
    assert not (tmp_path / "x").exists()
    assert typed(command, made.passphrase, tmp_path) == 0
    assert (tmp_path / "x").read_bytes() == b"words" * 50_000
    assert made.passphrase not in repr(made)
