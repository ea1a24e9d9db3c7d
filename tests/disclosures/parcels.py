"""Packages of a small world: the same bytes wherever this runs."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onvif_privacy.disclosures.services import packages
from onvif_privacy.disclosures.services.packages import Column, Facts, Schema, Table, Writer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CAPTURED = datetime(2026, 3, 29, 2, 30, 1, 999_999, tzinfo=timezone(timedelta(hours=2)))
WINDOW = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)

SCHEMA = Schema(
    Table(
        "shop.Customer",
        (
            Column("name", "identity"),
            Column("born", "demographic", "date"),
            Column("wakes", "profile", "time"),
            Column("meta", "profile", "json"),
            Column("picture", "profile", "binary"),
            Column("score", "profile", "number"),
        ),
    ),
    Table(
        "shop.Order",
        (
            Column("total", "billing", "decimal", *WINDOW),
            Column("placed", "traffic", "datetime", *WINDOW),
            Column("gift", "profile", "boolean", *WINDOW),
            Column("pieces", "profile", "integer", *WINDOW),
            Column("note", "support", "text", *WINDOW),
        ),
    ),
)
NASTY = ("=1+1", "＝1", "@x", "-2", "+3", "\tx", "a\r\nb", 'say "yes", no', "\u2028", "\ud800", "\0", "日本", "")


def customer(number: int) -> bytes:
    """One line."""
    values = {
        "name": NASTY[number % len(NASTY)],
        "born": date(2000, 2, 29),
        "wakes": time(6, 30, 0, 5),
        "meta": {"b": [1, 2.5, None], "a": {"ä": True}},
        "picture": bytes(range(number % 7)),
        "score": number / 3,
    }
    subject = str(UUID(int=number))
    return packages.line(model="shop.Customer", subject=subject, key=UUID(int=number * 7), values=values)


def order(number: int) -> bytes:
    """One line."""
    values: dict[str, object] = {
        "total": Decimal(number).scaleb(-2),
        "placed": datetime(2026, 3, 29, 1, 59, 59, number % 1_000_000, tzinfo=timezone(timedelta(hours=number % 5))),
        "gift": number % 2 == 0,
        "pieces": number - 3,
        "note": NASTY[number % len(NASTY)],
    }
    return packages.line(model="shop.Order", subject=str(UUID(int=number)), key=number, values=values)


def lines(customers: int = 5, orders: int = 20) -> Iterator[bytes]:
    """Lines in the order of a snapshot."""
    yield from map(customer, range(customers))
    yield from map(order, range(orders))


def facts(**changes: Any) -> Facts:
    """What the package of the tests says about itself."""
    values = {
        "reference": "D-2026-0007-1",
        "organisation": "Example Ltd",
        "file_number": "12 Js 345/26\nPayload-Oxum: 1.1",
        "captured_at": CAPTURED,
        "schema": SCHEMA,
        "no_data": [{"model": "shop.Card", "field": "number", "reason": "not_held"}],
        "part_rows": 8,
    }
    return Facts(**{**values, **changes})


def pem(key: Ed25519PrivateKey) -> bytes:
    """The public part as openssl reads it."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signer(key: Ed25519PrivateKey = KEY, **also: Callable[[bytes], bytes]) -> packages.writing.Signer:
    """Sign by one key; ``also`` are more files of ``signatures/``."""

    def sign(tags: bytes) -> Mapping[str, bytes]:
        more = {name.replace("_", "."): make(tags) for name, make in also.items()}
        return {"seal.ed25519": key.sign(tags), "ed25519.pem": pem(key), **more}

    return sign


def built(rows: Iterable[bytes] | None = None, sign: packages.writing.Signer | None = None, **changes: Any) -> bytes:
    """A whole package as one tar."""
    return b"".join(Writer(facts(**changes), sign or signer()).stream(lines() if rows is None else rows))


def unpacked(archive: bytes, folder: Path) -> Path:
    """Unpack with tar; gives the folder of the bag."""
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True, capture_output=True)
    (bag,) = folder.iterdir()
    return bag


def members(archive: bytes) -> dict[str, bytes]:
    """Path and content of each file."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {one.name: tar.extractfile(one).read() for one in tar}  # type: ignore[union-attr]


def packed(files: Mapping[str, bytes]) -> bytes:
    """A tar of files, in the given order."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            head = tarfile.TarInfo(name)
            head.size = len(content)
            tar.addfile(head, io.BytesIO(content))
    return out.getvalue()


def bare_shell(command: str, folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    """Run one command line in a shell that has nothing but the four tools in ``tools``."""
    environment = {"PATH": str(tools), "LC_ALL": "C", "HOME": str(folder)}
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=60,
        check=False,
    )


def only(tools: Iterable[str], folder: Path) -> Path:
    """A folder with links to some programs and no others."""
    folder.mkdir()
    for tool in tools:
        for place in os.environ["PATH"].split(":"):
            if (found := Path(place) / tool).exists():
                (folder / tool).symlink_to(found.resolve())
                break
    return folder
