"""Files of the report, and the check that reads anybody's."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest
from django.core.management import CommandError, call_command

from onvif_privacy.disclosures.services.transparency import (
    COLUMNS,
    COUNTS,
    Line,
    Release,
    as_atom,
    as_csv,
    as_datapackage,
    as_json,
    check_text,
    released,
)
from onvif_privacy.disclosures.services.transparency.files import CSV_NAME, JSON_NAME
from tests.disclosures import histories

AT = datetime(2026, 7, 20, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def releases() -> list[Release]:
    facts = histories.history(random.Random(5), 400)
    return [release for _lines, release in histories.series(facts, ("2025-H1", "2025-H2"), 5)]


def apart(value: int) -> Line:
    return Line(
        "us_nsl", "18 U.S.C. 2709", "a", "*", {**dict.fromkeys(COUNTS, 0), "received": value, "disclosed": value}
    )


def test_files_say_the_same_and_the_package_names_each_by_its_digest(releases: list[Release]) -> None:
    files = {CSV_NAME: as_csv(releases), JSON_NAME: as_json(releases)}
    package = json.loads(as_datapackage(files, organisation="Example Ltd"))

    rows = list(csv.reader(io.StringIO(files[CSV_NAME].decode(), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + sum(len(release.rows) for release in releases)
    assert [[row[name] for name in COLUMNS] for row in json.loads(files[JSON_NAME])["rows"]] == rows[1:]
    for resource in package["resources"]:
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[resource['path']]).hexdigest()}"
        assert resource["bytes"] == len(files[resource["path"]])
    (schema,) = [one["schema"] for one in package["resources"] if "schema" in one]
    assert [field["name"] for field in schema["fields"]] == list(COLUMNS)
    patterns = {one["name"]: {"pattern": f"^{one['constraints']['pattern']}$"} for one in schema["fields"][5:-1]}
    for row in rows[1:]:
        jsonschema.validate(dict(zip(COLUMNS, row, strict=True)), {"properties": patterns})
    assert len(package["identities"]) == 10


def test_the_feed_has_an_entry_for_each_release_with_its_moment(releases: list[Release]) -> None:
    words = as_atom([(one, AT) for one in releases], organisation="<&>", address="https://example.org/t")
    feed = ET.fromstring(words)
    space = {"a": "http://www.w3.org/2005/Atom"}

    assert [one.text for one in feed.findall("a:entry/a:title", space)] == ["2025-H1, version 1", "2025-H2, version 1"]
    assert {one.text for one in feed.findall("a:entry/a:updated", space)} == {"2026-07-20T09:00:00+00:00"}


def test_a_regime_in_bands_shows_its_exact_number_nowhere() -> None:
    lines = [
        line
        for lines, _release in histories.series(histories.history(random.Random(2), 90), ("2025-H1",), 5)
        for line in lines
    ]

    release = released(lines, "2025-H1", k=5, bands={"us_nsl": "0-249"}, apart=[apart(137)])
    other = released(lines, "2025-H1", k=5, bands={"us_nsl": "0-249"}, apart=[apart(12)])

    files = {CSV_NAME: as_csv([release]), JSON_NAME: as_json([release])}
    feed = as_atom([(release, AT)], organisation="x", address="https://example.org/t")
    assert not [
        one
        for one in (*files.values(), as_datapackage(files, organisation="x"), feed)
        if b"137" in one.replace(b'"bytes": 137', b"")
    ]
    assert release.cell(("us_nsl", "*"), "received") == "0-249"
    assert release.rows == other.rows  # nothing depends on it: no total, no other cell
    assert (
        released([], "2025-H1", k=5, bands={"us_nsl": "0-249"}, apart=[apart(250)]).rows[0].cells["received"]
        == "250-499"
    )
    assert check_text(as_csv([release]).decode()) == []
    with pytest.raises(ValueError, match="no band"):
        released([], "2025-H1", k=5, bands={"us_nsl": "many"}, apart=[apart(1)])


def spoilt(text: str, change: dict[tuple[int, str], str]) -> str:
    """The CSV with some cells changed, by line and column."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    for (line, column), value in change.items():
        rows[line - 1][rows[0].index(column)] = value
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def clean() -> str:
    """Two half-years of exact numbers."""
    zero = dict.fromkeys(COUNTS, 0)
    first = {**zero, "pending_start": 0, "received": 40, "refused": 20, "pending_end": 20}
    second = {**zero, "pending_start": 20, "refused": 20}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for period, cells in (("2025-H2", first), ("2026-H1", second)):
        for head in (["mlat", "treaty", "a", "*"], ["*", "*", "*", "EU"], ["*", "*", "*", "*"]):
            writer.writerow([period, *head, *(cells[name] for name in COUNTS), ""])
    return out.getvalue()


SPOILT = {
    "I1": ({(2, "received"): "41"}, "line 2: I1"),
    "I2": ({(2, "disclosed_full"): "1"}, "line 2: I2"),
    "I3": ({(3, "content"): "1"}, "line 3: I3"),
    "I4": ({(4, "notified_after"): "1"}, "line 4: I4"),
    "I5": ({(2, "accounts_disclosed"): "1", (2, "notified_after"): "1"}, "line 2: I5"),
    "I5 recalled": ({(2, "recalled"): "1"}, "line 2: I5"),
    "I6": ({(5, "pending_start"): "21", (5, "pending_end"): "1"}, "line 5: I6"),
    "I7": ({(2, "selectors_asked"): "5"}, "line 4: I7: selectors_asked"),
    "blank": ({(2, "received"): "40 "}, "line 2: a stray blank"),
    "no-break space": ({(2, "received"): "\u00a040"}, "line 2: a stray blank"),
    "no number": ({(3, "received"): "forty"}, "line 3: received is 'forty'"),
    "negative": ({(3, "received"): "-40"}, "line 3: received is '-40'"),
    "band the wrong way": ({(3, "received"): "50-40"}, "line 3: received is '50-40'"),
    "missing half-year": ({(n, "period"): "2026-H2" for n in (5, 6, 7)}, "2026-H1 is missing"),
    "no half-year": ({(2, "period"): "2025"}, "line 2: '2025' is no half-year"),
    "twice": ({(2, "regime"): "*", (2, "jurisdiction"): "EU"}, "line 3: the row stands twice"),
    "no whole": ({(4, "jurisdiction"): "US"}, "2025-H2 has no row for all"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_the_check_names_what_is_wrong_with_our_own_format(name: str) -> None:
    change, expected = SPOILT[name]

    assert check_text(clean()) == []
    faults = [str(fault) for fault in check_text(spoilt(clean(), change))]
    assert [fault for fault in faults if fault.startswith(expected)], faults


def test_hidden_numbers_are_not_held_against_a_report() -> None:
    hidden = {(line, column): "hidden" for line in (2, 3, 4) for column in ("received", "refused")}

    assert check_text(spoilt(clean(), hidden)) == []


# Shaped as published files are; the numbers are ours.
OTHERS = """Period Ending,Country,Legal Process,User Data Requests,Percentage disclosed,Accounts
2024-06-30,Germany,All,"1,204",61%,2000
2024-06-30,France,All,12,100%,12
2024-12-31,Germany,All,1300,58.5%,2100
"""
SHARES = """Report Period,Country,Requests received,Requests disclosed
H1 2024,Germany,30,20
H2 2024,Germany,31,31
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (OTHERS, []),
        (SHARES, []),
        ("\ufeff" + SHARES, []),
        (SHARES.replace("31,31", "31,32"), ["line 3: discloses 32 of 31 received"]),
        (OTHERS.replace("100%", "101%"), ["line 3: discloses 101 percent of what was received"]),
        (OTHERS.replace("61%", "most"), ["line 2: 'most' is no share"]),
        (OTHERS.replace("2024-12-31", "2025-12-31"), ["2024-H2 is missing", "2025-H1 is missing"]),
        (OTHERS.replace("2024-12-31", "lately"), ["line 4: the period cannot be read"]),
        (OTHERS.replace("1300", "1.300 "), ["line 4: a stray blank or invisible character in '1.300 '"]),
        (OTHERS.replace("1300", "13oo"), ["line 4: '13oo' is no number"]),
        (SHARES.replace("30,20", "30"), ["line 2: has 3 cells, the header has 4"]),
        (SHARES.replace("30,20", "30,20,"), ["line 2: has 5 cells, the header has 4"]),
        ("a,b\n1,2\n", ["line 1: no column for requests received or disclosed is known"]),
        ("", ["the file holds no row below a header"]),
        ('a,b\n"1,2\n', ["the file is no CSV: unexpected end of data"]),
    ],
)
def test_the_check_reads_what_other_publishers_have_published(text: str, expected: list[str], tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    file.write_text(text, encoding="utf-8")
    from onvif_privacy.disclosures.services.transparency import check_file

    assert [str(fault) for fault in check_file(file)] == expected


def test_the_command_says_so_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad, binary = tmp_path / "good.csv", tmp_path / "bad.csv", tmp_path / "binary.csv"
    good.write_text(clean(), encoding="utf-8")
    bad.write_text(spoilt(clean(), SPOILT["I1"][0]), encoding="utf-8")
    binary.write_bytes(b"\xff\xfe\0")

    call_command("privacy_disclosures", "report", "--check", str(good))
    assert capsys.readouterr().out == "Nothing is wrong.\n"
    for path in (bad, binary):
        with pytest.raises(SystemExit, match="1"):
            call_command("privacy_disclosures", "report", "--check", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("privacy_disclosures", "report", "--check", str(tmp_path / "none.csv"))
