"""A package is deterministic, exact, and holds nothing that its schema does not name."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import models
from hypothesis import given, settings
from hypothesis import strategies as st

from onvif_privacy.core import fields as encrypted
from onvif_privacy.disclosures.services import packages
from onvif_privacy.disclosures.services.packages import Column, Schema, Table, Writer, line
from onvif_privacy.disclosures.services.packages.kinds import kind_of
from onvif_privacy.disclosures.services.packages.lines import parts
from onvif_privacy.disclosures.services.packages.values import cell, encoded, exact
from tests.disclosures import parcels

# The same on every supported Python; a change of the format is a decision, so it changes this line.
GOLDEN = "29430ddc4c82a539d76d50534c86bf0b1b7551425fb8ef80e300badefb31fe87"

SCRIPT = "import hashlib; from tests.disclosures import parcels; print(hashlib.sha256(parcels.built()).hexdigest())"


@pytest.mark.parametrize(
    ("locale", "zone", "seed"),
    [("C", "UTC", "0"), ("de_DE.UTF-8", "Pacific/Chatham", "1"), ("tr_TR.UTF-8", "America/St_Johns", "random")],
)
def test_a_package_is_the_same_bytes_in_any_process_locale_and_zone(locale: str, zone: str, seed: str) -> None:
    surroundings = {**os.environ, "LC_ALL": locale, "LANG": locale, "TZ": zone, "PYTHONHASHSEED": seed}

    said = subprocess.run(
        [sys.executable, "-c", SCRIPT], env=surroundings, capture_output=True, text=True, check=True, timeout=60
    )

    assert said.stdout.strip() == GOLDEN


def test_a_package_is_the_same_bytes_on_every_python_and_names_its_digest() -> None:
    writer = Writer(parcels.facts(), parcels.signer())
    archive = b"".join(writer.stream(parcels.lines()))

    tags = parcels.members(archive)["D-2026-0007-1/tagmanifest-sha256.txt"]
    assert hashlib.sha256(archive).hexdigest() == GOLDEN
    assert writer.digest == hashlib.sha256(tags).hexdigest()
    assert writer.rows == 25
    assert writer.counts["shop.Order", "total"] == 20
    assert len(writer.counts) == 11


def test_files_stand_in_the_order_of_the_design_with_neutral_heads() -> None:
    found = list(parcels.members(parcels.built()))

    assert [name.partition("/")[2] for name in found] == [
        "data/records/part-00001.jsonl",
        "data/tables/shop.Customer/part-00001.csv",
        "data/records/part-00002.jsonl",
        "data/tables/shop.Order/part-00002.csv",
        "data/records/part-00003.jsonl",
        "data/tables/shop.Order/part-00003.csv",
        "data/records/part-00004.jsonl",
        "data/tables/shop.Order/part-00004.csv",
        "data/schema.json",
        "data/no-data.json",
        "data/certification.txt",
        "VERIFY.txt",
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "signatures/ed25519.pem",
        "signatures/seal.ed25519",
    ]
    listing = subprocess.run(
        ["tar", "-t", "-v", "--full-time", "--utc"], input=parcels.built(), capture_output=True, check=True
    )
    assert all(
        re.match(r"-rw-r--r-- 0/0 +\d+ 2026-03-29 00:30:01 ", row) for row in listing.stdout.decode().splitlines()
    )


def test_csv_holds_the_same_rows_as_the_exact_record_and_no_formula() -> None:
    files = parcels.members(parcels.built())
    rows = [
        json.loads(row)
        for name, content in files.items()
        if "records" in name
        for row in content.split(b"\n")[:-1]
        if b"Order" in row
    ]
    tables = [content.decode() for name, content in files.items() if "tables/shop.Order" in name]
    cells = [row for table in tables for row in csv.DictReader(io.StringIO(table, newline=""))]

    assert len(cells) == len(rows) == 20
    for row, shown in zip(rows, cells, strict=True):
        note = row["fields"]["note"].replace("\ud800", "\\ud800")
        assert shown["key"] == row["key"]
        assert shown["total"] == row["fields"]["total"]
        assert Decimal(shown["total"]) == Decimal(int(row["key"])) / 100
        assert shown["pieces"] == str(row["fields"]["pieces"])  # a number is a number, negative too
        assert shown["note"] in (note, f"'{note}")
        assert not shown["note"].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert all(table.count("\r\n") >= 5 for table in tables)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=20))
def test_any_text_comes_back_from_json_lines_as_it_was(text: str) -> None:
    raw = line(model="shop.Order", subject="s", key=1, values={"note": text})

    assert raw.count(b"\n") == 1
    assert packages.read_line(raw).fields["note"] == text
    raw.decode("utf-8")


@settings(max_examples=50, deadline=None)
@given(st.datetimes(timezones=st.timezones()), st.decimals(allow_nan=False, allow_infinity=False))
def test_moments_and_decimals_lose_nothing(moment: datetime, number: Decimal) -> None:
    assert Decimal(exact(number)) == number
    try:
        utc = moment.astimezone(UTC)
    except OverflowError:
        return
    assert datetime.fromisoformat(exact(moment)) == utc
    assert exact(moment).endswith("Z")


def test_values_without_an_exact_form_are_refused() -> None:
    with pytest.raises(TypeError, match="object has no exact form"):
        exact(object())
    with pytest.raises(TypeError, match="written alike"):
        exact({1: "a", "1": "b"})
    assert exact(float("nan")) == "nan"
    assert cell(True, is_text=False) == "true"
    assert cell(None, is_text=True) == ""
    assert cell(-5, is_text=False) == "-5"
    assert encoded({"b": 1, "a": "ä"}) == '{"a":"ä","b":1}'.encode()


@pytest.mark.parametrize(
    "row",
    [
        line(model="shop.Card", subject="s", key=1, values={}),
        line(model="shop.Order", subject="s", key=1, values={"card": "4111111111111111"}),
    ],
)
def test_a_row_outside_the_schema_stops_the_package(row: bytes) -> None:
    with pytest.raises(packages.NotInSchema, match="not in the schema"):
        parcels.built([row])


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"null", b'{"fields":', b"\xff"])
def test_what_is_no_line_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        packages.read_line(raw)


def test_a_package_of_nothing_is_a_package() -> None:
    archive = parcels.built([])

    bag = packages.bag_in_archive([archive])
    signature = parcels.members(archive)["D-2026-0007-1/signatures/seal.ed25519"]
    assert (
        packages.package_problems(bag, public_key=parcels.KEY.public_key().public_bytes_raw(), signature=signature)
        == []
    )


def test_large_rows_and_many_rows_are_cut_into_parts_of_bounded_size() -> None:
    rows = [
        line(model="shop.Order", subject="s", key=n, values={"note": "x" * size})
        for n, size in enumerate([300] * 4 + [900])
    ]

    cut = list(parts(rows, parcels.SCHEMA, most_rows=1000, most_bytes=800))

    assert [part.rows for part in cut] == [2, 2, 1]
    assert max(len(part.raw) for part in cut[:2]) <= 800 < len(cut[2].raw)  # one row, which cannot be cut
    assert b"".join(bytes(part.raw) for part in cut) == b"".join(rows)


def test_rows_are_written_while_they_are_read() -> None:
    taken = 0

    def counted() -> Iterator[bytes]:
        nonlocal taken
        for number in range(1000):
            taken += 1
            yield parcels.order(number)

    stream = Writer(parcels.facts(), parcels.signer()).stream(counted())
    next(stream)

    assert taken < 20


def test_a_file_number_cannot_add_a_tag() -> None:
    info = parcels.members(parcels.built())["D-2026-0007-1/bag-info.txt"].decode()

    assert "External-Identifier: 12 Js 345/26 Payload-Oxum: 1.1\n" in info
    assert len(info.splitlines()) == 4


@pytest.mark.parametrize("reference", ["", "../x", "D 1", "D-1\n", "Ä-1"])
def test_a_reference_is_a_name_for_files(reference: str) -> None:
    with pytest.raises(ValueError, match="letters, digits and hyphens"):
        parcels.facts(reference=reference)


def test_kinds_of_fields() -> None:
    found: dict[Any, str] = {
        models.DateTimeField(): "datetime",
        models.DateField(): "date",
        models.SlugField(): "text",
        models.PositiveBigIntegerField(): "integer",
        models.DecimalField(): "decimal",
        encrypted.EncryptedDateField(subject=None): "date",
        encrypted.EncryptedEmailField(subject=None): "text",
    }
    assert {field: kind_of(field) for field in found} == found
    with pytest.raises(ValueError, match="of no kind"):
        Column("x", "identity", "nonsense")


def test_long_labels_get_short_folders_that_differ() -> None:
    one, other = (Table(f"{'a' * 100}.{'B' * 90}{end}", (Column("x", "identity"),)) for end in "12")
    rows = [line(model=table.label, subject="s", key=1, values={"x": "y"}) for table in (one, other)]

    names = parcels.members(parcels.built(rows, schema=Schema(one, other)))
    assert len({name.split("/")[3] for name in names if "/tables/" in name}) == 2
    with pytest.raises(ValueError, match="twice"):
        Schema(one, one)
