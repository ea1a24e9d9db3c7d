"""What a recipient does, with four ordinary programs and nothing of ours; and whoever changes a byte is noticed."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import bagit
import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from onvif_privacy.disclosures.services.packages import commands, letter_lines
from onvif_privacy.disclosures.services.sealing import encrypted
from tests import requirements
from tests.core.authority import Authority
from tests.disclosures import parcels

pytestmark = pytest.mark.skipif(requirements.age() is not None, reason="needs age, tar, sha256sum and openssl")

REFERENCE = "D-2026-0007-1"
IDENTITY = pyrage.x25519.Identity.generate()
TOOLS = ("age", "tar", "sha256sum", "openssl")


class Desk:
    """A recipient's folder, with what VERIFY.txt says must lie there."""

    def __init__(self, folder: Path, archive: bytes, *, stamped: bool = False) -> None:
        self.folder, self.stamped = folder / "desk", stamped
        self.tools = parcels.only(TOOLS, folder / "tools")
        self.folder.mkdir()
        (self.folder / "key.txt").write_text(f"{IDENTITY}\n")
        self.receive(archive)

    def receive(self, archive: bytes) -> None:
        """Put the encrypted file there, and the letter about it."""
        shutil.rmtree(self.folder / REFERENCE, ignore_errors=True)
        sent = b"".join(encrypted([archive], str(IDENTITY.to_public())))
        (self.folder / f"{REFERENCE}.tar.age").write_bytes(sent)
        lines = letter_lines(
            REFERENCE,
            file_digest=hashlib.sha256(sent).hexdigest(),
            key_digest=hashlib.sha256(parcels.pem(parcels.KEY)).hexdigest(),
        )
        (self.folder / "letter.sha256").write_text(lines)

    def first_failure(self) -> str:
        """Run every command in one shell, one after another; gives the first that fails, empty if none does."""
        every = commands(REFERENCE, stamped=self.stamped)
        script = "\n".join(f"{one} || {{ echo FAILED:{number}; exit 1; }}" for number, one in enumerate(every))
        done = parcels.bare_shell(script, self.folder, self.tools)
        assert done.returncode in (0, 1), done.stderr
        if done.returncode == 0:
            return ""
        return every[int(done.stdout.rsplit("FAILED:", 1)[1])]


def changed(files: Mapping[str, bytes], path: str, content: bytes) -> bytes:
    return parcels.packed({**files, path: content})


def test_every_command_of_the_instructions_succeeds_and_an_independent_reader_accepts(tmp_path: Path) -> None:
    desk = Desk(tmp_path, parcels.built())

    assert desk.first_failure() == ""
    bag = bagit.Bag(str(desk.folder / REFERENCE))
    bag.validate()
    assert bag.info["External-Identifier"] == "12 Js 345/26 Payload-Oxum: 1.1"
    instructions = (desk.folder / REFERENCE / "VERIFY.txt").read_text()
    assert [one for one in commands(REFERENCE) if f"  {one}\n" not in instructions] == []


def test_the_shell_has_nothing_but_four_programs(tmp_path: Path) -> None:
    desk = Desk(tmp_path, parcels.built([]))

    assert sorted(one.name for one in desk.tools.iterdir()) == sorted(TOOLS)
    assert parcels.bare_shell("python3 -c 1 || ls", desk.folder, desk.tools).returncode != 0


def test_one_byte_flipped_in_any_file_of_the_package_is_noticed(tmp_path: Path) -> None:
    archive = parcels.built()
    files, desk = parcels.members(archive), Desk(tmp_path, archive)
    unnoticed = []
    for path, content in files.items():
        place = random.randrange(len(content))
        flipped = content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1 :]
        desk.receive(changed(files, path, flipped))
        if not desk.first_failure():
            unnoticed.append((path, place))

    assert len(files) == 18
    assert unnoticed == []


@pytest.mark.parametrize("places", [24, pytest.param(256, marks=pytest.mark.full)])
def test_one_byte_flipped_anywhere_in_the_encrypted_file_is_noticed_twice(tmp_path: Path, places: int) -> None:
    desk = Desk(tmp_path, parcels.built())
    sealed = desk.folder / f"{REFERENCE}.tar.age"
    content = sealed.read_bytes()
    check, decrypt = commands(REFERENCE)[:2]
    for place in random.sample(range(len(content)), places):
        sealed.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert parcels.bare_shell(check, desk.folder, desk.tools).returncode != 0
        assert parcels.bare_shell(decrypt, desk.folder, desk.tools).returncode != 0, place


def test_a_package_signed_by_somebody_else_is_noticed(tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    archive = parcels.built()
    files, desk = parcels.members(archive), Desk(tmp_path, archive)
    tags = files[f"{REFERENCE}/tagmanifest-sha256.txt"]

    desk.receive(parcels.built(sign=parcels.signer(other)))  # all of it, their key included
    assert desk.first_failure() == "sha256sum -c letter.sha256"
    desk.receive(changed(files, f"{REFERENCE}/signatures/seal.ed25519", other.sign(tags)))
    assert desk.first_failure().startswith("openssl pkeyutl")


def test_a_time_stamp_of_an_authority_is_verified_too(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    archive = parcels.built(sign=parcels.signer(seal_tsr=authority.stamped), stamped=True)
    files, desk = parcels.members(archive), Desk(tmp_path, archive, stamped=True)
    shutil.copy(tmp_path / "root.pem", desk.folder / "authority.pem")

    assert desk.first_failure() == ""
    stamp = files[f"{REFERENCE}/signatures/seal.tsr"]
    desk.receive(changed(files, f"{REFERENCE}/signatures/seal.tsr", stamp[:-9] + bytes([stamp[-9] ^ 1]) + stamp[-8:]))
    assert desk.first_failure().startswith("openssl ts")
    desk.receive(changed(files, f"{REFERENCE}/signatures/seal.tsr", authority.stamped(b"something else")))
    assert desk.first_failure().startswith("openssl ts")
