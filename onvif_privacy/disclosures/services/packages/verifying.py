"""What a package of ours must be beyond a valid bag: exactly the files that we write, under our signature."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from onvif_privacy.disclosures.services.packages.bags import Bag, problems

_RECORDS: Final = re.compile(r"data/records/part-(\d{5})\.jsonl")
_TABLES: Final = re.compile(r"data/tables/[^/]+/part-(\d{5})\.csv")
_ABOUT: Final = {"data/schema.json", "data/no-data.json", "data/certification.txt"}
_TAGS: Final = {"VERIFY.txt", "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"}
_SIGNATURES: Final = {"signatures/seal.ed25519", "signatures/ed25519.pem", "signatures/seal.tsr"}


def package_problems(bag: Bag, *, public_key: bytes, signature: bytes) -> list[str]:
    """Name everything for which a bag is no package of ours; empty for one that is.

    ``public_key`` (32 bytes) is one of the site's, ``signature`` (64 bytes) that of the tag manifest.
    """
    return [*problems(bag), *_shape(bag), *_unsigned(bag, public_key, signature)]


def _shape(bag: Bag) -> Iterator[str]:
    records, tables = (
        sorted(match[1] for path in bag.sizes if (match := pattern.fullmatch(path))) for pattern in (_RECORDS, _TABLES)
    )
    if records != tables or records != [f"{number:05}" for number in range(1, len(records) + 1)]:
        yield "records and tables are not the same parts, counted from 1"
    rest = {path for path in bag.sizes if not _RECORDS.fullmatch(path) and not _TABLES.fullmatch(path)}
    yield from (f"{path} is missing" for path in sorted((_ABOUT | _TAGS) - rest))
    yield from (f"{path} is no file of a package" for path in sorted(rest - _ABOUT - _TAGS - _SIGNATURES))
    listed = {line.partition("  ")[2] for line in bag.tags.get("tagmanifest-sha256.txt", b"").decode().splitlines()}
    if listed != _TAGS - {"tagmanifest-sha256.txt"}:
        yield "the tag manifest lists other files than those of a package"
    if not bag.tags.get("bagit.txt", b"").startswith(b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8"):
        yield "a package is BagIt 1.0 in UTF-8"


def _unsigned(bag: Bag, public_key: bytes, signature: bytes) -> Iterator[str]:
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, bag.tags.get("tagmanifest-sha256.txt", b""))
    except (InvalidSignature, ValueError):
        yield "the tag manifest is not signed by this key"
