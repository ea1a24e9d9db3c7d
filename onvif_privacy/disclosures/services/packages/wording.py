"""The words that lie in a package. English, since a package is evidence and its readers run the commands in it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from onvif_privacy.disclosures.services.packages.values import instant

AUTHORITY_FILE: Final = "authority.pem"
KEY_FILE: Final = "key.txt"
LETTER_FILE: Final = "letter.sha256"

_INTRODUCTION: Final = """How to verify this package with nothing but age, tar, sha256sum and openssl (version 3)

Put these files into an empty folder:
  {reference}.tar.age   the file that you received
  key.txt               your age identity; where we sent you one under a passphrase, that file
  letter.sha256         the two lines that our letter gives: the SHA-256 of the file and of our public key
"""
_AUTHORITY: Final = (
    "  authority.pem         the root certificate of the time-stamp authority, from the authority itself\n"
)
_EXPLANATION: Final = """
Then run these lines there, one after another. Each must end with status 0 and report no failure.

"""
_END: Final = """
The first line and the fourth compare with the letter, which came by another way than the file. Our public keys are
also published on our site at privacy/keys.json. What failed must not be relied on; please tell us.
"""


def commands(reference: str, *, stamped: bool = False) -> list[str]:
    """Return the shell commands that verify a package, in their order; they expect the files that VERIFY.txt lists."""
    openssl = "openssl pkeyutl -verify -rawin -pubin -inkey signatures/ed25519.pem"
    stamp = f"openssl ts -verify -data tagmanifest-sha256.txt -in signatures/seal.tsr -CAfile ../{AUTHORITY_FILE}"
    return [
        f"sha256sum -c --ignore-missing {LETTER_FILE}",
        f"age -d -i {KEY_FILE} -o {reference}.tar {reference}.tar.age",
        f"tar -x -f {reference}.tar",
        f"sha256sum -c {LETTER_FILE}",
        f"cd {reference}",
        "sha256sum -c --strict manifest-sha256.txt",
        "sha256sum -c --strict tagmanifest-sha256.txt",
        f"{openssl} -sigfile signatures/seal.ed25519 -in tagmanifest-sha256.txt",
        *([stamp] if stamped else []),
    ]


def letter_lines(reference: str, *, file_digest: str, key_digest: str) -> str:
    """Return the two lines of the letter: what the file and the public key in it must be (SHA-256, hex)."""
    return f"{file_digest}  {reference}.tar.age\n{key_digest}  {reference}/signatures/ed25519.pem\n"


def verify_text(reference: str, *, stamped: bool = False) -> str:
    """Return VERIFY.txt."""
    lines = "".join(f"  {one}\n" for one in commands(reference, stamped=stamped))
    head = _INTRODUCTION.format(reference=reference) + (_AUTHORITY if stamped else "")
    return head + _EXPLANATION + lines + _END


def certification(organisation: str, reference: str, captured_at: datetime, rows: int) -> str:
    """Return the custodian's statement."""
    return (
        f"{organisation} certifies that package {reference} holds {rows} records, copied without change from the "
        f"records that it keeps in the ordinary course of its business, as they stood at {instant(captured_at)}.\n"
        "They were selected by software from an approved scope of subjects, fields and times; nothing was selected, "
        "added or changed by hand. Items that were asked for and not held are listed in data/no-data.json.\n"
    )
