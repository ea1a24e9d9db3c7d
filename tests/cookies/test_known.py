"""A site's copy of the Open Cookie Database is taken over whole or not at all, and proposes drafts."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from onvif_privacy.cookies.models import DeclaredItem, DeclaredItemText, KnownItem
from onvif_privacy.cookies.services import known, proposing
from onvif_privacy.cookies.services.known import COLUMNS
from tests.cookies.factories import DeclaredItemFactory, FindingFactory
from tests.cookies.test_admin import ADMIN, staff

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

HEAD = ",".join(COLUMNS)
GOOD = f"{HEAD}\n{uuid.UUID(int=1)},Matomo,Analytics,_pk_id.,,Counts visits.,13 months,Matomo,https://matomo.org/privacy/,1\n"


def row(number: int = 1, **values: str) -> list[str]:
    """Return one row of the database."""
    made = {
        "identifier": str(uuid.UUID(int=number)),
        "platform": "Matomo",
        "category": "Analytics",
        "name": f"name_{number}",
        "domain": "advertiser's website domain (1st party)",
        "description": "Counts visits.",
        "retention": "1 year",
        "controller": "Matomo",
        "page": "https://matomo.org/privacy/",
        "wildcard": "0",
    }
    return list((made | values).values())


def write(path: Path, rows: list[list[str]], *, head: str = HEAD) -> Path:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path.write_text(f"{head}\n{text.getvalue()}", encoding="utf-8")
    return path


def run(*arguments: Any) -> dict[str, Any]:
    out = io.StringIO()
    call_command("privacy_cookies", "import", *map(str, arguments), "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (KnownItem, DeclaredItem, DeclaredItemText)]


def test_the_whole_database_comes_in_and_twice_gives_the_same(tmp_path: Path) -> None:
    chance = random.Random(26)
    rows = [
        row(
            number,
            platform=f"Platform {number % 300}",
            name=f"{chance.choice(['_', 'x', 'Ä'])}name,{number}",
            description='Said "so",\nover two lines. ' * chance.randint(0, 9),
            wildcard=chance.choice("01"),
        )
        for number in range(1, 2265)
    ]
    path = write(tmp_path / "all.csv", rows)
    start = time.perf_counter()
    assert run(path) == {"rows": 2264, "new": 2264, "bad": [], "made": [], "left": [], "looked_at": []}
    assert time.perf_counter() - start <= 5
    before = everything()
    assert run(path)["new"] == 0
    assert everything() == before
    rows[0][5] = "Corrected."
    run(write(path, rows))
    assert KnownItem.objects.get(pk=uuid.UUID(int=1)).description == "Corrected."


def test_bad_rows_are_listed_by_line_and_skipped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {
        "the number of its columns is not that of the first line": row(2)[:-1],
        "empty: name": row(3, name=" "),
        "its identifier is no UUID": row(4, identifier="4"),
        "the identifier stands in an earlier line, too": row(1),
        "“Wildcard match” is neither 0 nor 1": row(5, wildcard="yes"),
        "it holds a control character": row(6, description="a\x07b"),
        "name is longer than 128 characters": row(7, name="n" * 129),
        "description is longer than 10000 characters": row(8, description="d" * 10_001),
    }
    path = write(tmp_path / "some.csv", [row(1), *bad.values()])
    path.write_text(path.read_text() + '"a"b,c\n' + ",".join(row(9)) + "\n\n")
    call_command("privacy_cookies", "import", path)
    said = capsys.readouterr().out.splitlines()
    assert said[:8] == [f"line {line} skipped: {reason}" for line, reason in enumerate(bad, 3)]
    assert said[8].startswith("line 11 skipped: ")
    assert said[9] == "2 rows, 2 of them new; 9 skipped."
    assert set(KnownItem.objects.values_list("name", flat=True)) == {"name_1", "name_9"}


UNREADABLE: dict[str, bytes | None] = {
    "missing": None,
    "empty": b"",
    "blank lines": b"\n\n\n",
    "only a head": HEAD.encode(),
    "no head": GOOD.partition("\n")[2].encode(),
    "a column missing": GOOD.replace("Domain,", "").encode(),
    "a column twice": GOOD.replace("Domain", "Category").encode(),
    "semicolons": GOOD.replace(",", ";").encode(),
    "tabs": GOOD.replace(",", "\t").encode(),
    "utf-16": GOOD.encode("utf-16"),
    "utf-32": GOOD.encode("utf-32"),
    "latin-1": GOOD.replace("visits", "Besüche").encode("latin-1"),
    "nul": GOOD.replace("visits", "vis\0ts").encode(),
    "gzip": gzip.compress(GOOD.encode()),
    "picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "json": json.dumps({"Matomo": [{"id": "1"}]}).encode(),
    "page": b"<!doctype html><title>Open Cookie Database</title>",
    "open quotation": (GOOD + f'{uuid.UUID(int=2)},Matomo,Analytics,"never closed,,,,,,0\n').encode(),
    "every row bad": f"{HEAD}\n1,2,3\n".encode(),
    "a head that is no csv": b'"ID"x,Platform\n1,2\n',
}


@pytest.mark.parametrize("name", [*UNREADABLE, "a folder", "too large"])
def test_an_unreadable_file_changes_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(write(tmp_path / "good.csv", [row(1)]))
    before, path = everything(), tmp_path / "file.csv"
    content = UNREADABLE.get(name)
    if name == "a folder":
        path.mkdir()
    elif name == "too large":
        monkeypatch.setattr(known, "MOST_BYTES", 10)
        path.write_text(GOOD)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=r"Nothing was changed\.") as failed:
        call_command("privacy_cookies", "import", path, "--platform", "Matomo", "--purpose", "statistics")
    assert failed.value.returncode == 2
    assert everything() == before


def test_the_good_file_of_these_is_readable(tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert run(tmp_path / "file.csv")["rows"] == 1


@pytest.mark.parametrize(
    "options",
    [
        ("--platform", "Matomo"),
        ("--purpose", "statistics"),
        ("--platform", "Nobody", "--purpose", "statistics"),
        ("--platform", "Matomo", "--purpose", "nothing"),
        ("--platform", "Matomo", "--purpose", "necessary"),
    ],
)
def test_wrong_use_changes_nothing(options: tuple[str, ...], tmp_path: Path) -> None:
    with pytest.raises(CommandError) as failed:
        call_command("privacy_cookies", "import", write(tmp_path / "a.csv", [row(1)]), *options)
    assert failed.value.returncode == 2
    assert everything() == [[], [], []]


def test_a_platform_becomes_drafts_that_can_be_published(tmp_path: Path, items: Any, publish: Any) -> None:
    DeclaredItemFactory(name="mine", purpose="statistics")
    rows = [
        row(1, name="_pk_ses.", wildcard="1", retention="30 minutes"),
        row(2, name="_pk_cvar.<siteid>.x [x2]", retention="Session", description=""),
        row(3, name="long", retention="30 days till 2 years", domain="counter.example.org (3rd party)", page="#N/A"),
        row(4, name="_", wildcard="1"),
        row(5, name="theme"),  # declared in code
        row(6, name="mine"),  # declared in the admin
        row(7, name="two words"),
        row(8, name="odd", retention="Persistent"),
        row(9, name="other", platform="Somebody else"),
    ]
    items_declared_in_code = {"theme"}
    result = run(write(tmp_path / "a.csv", rows), "--platform", "MATOMO", "--purpose", "statistics")
    assert result["made"] == ["_pk_ses.*", "_pk_cvar.*.x", "long", "odd"]
    assert {name for name, _reason in result["left"]} == {"_*", "mine", "two words"} | items_declared_in_code
    assert [name for name, _reason in result["looked_at"]] == ["long", "odd"]
    made = {one.name: one for one in DeclaredItem.objects.exclude(name="mine")}
    assert {name: one.duration_days for name, one in made.items()} == {
        "_pk_ses.*": 1,
        "_pk_cvar.*.x": None,
        "long": 395,
        "odd": None,
    }
    assert {one.purpose for one in made.values()} == {"statistics"}
    assert (made["long"].hosts, made["long"].provider_url) == ("counter.example.org", "")
    assert made["_pk_cvar.*.x"].texts.get().text == "Matomo: _pk_cvar.*.x"
    again = run(tmp_path / "a.csv", "--platform", "Matomo", "--purpose", "statistics")
    assert (again["made"], len(again["left"])) == ([], 8)
    publish()


@pytest.mark.parametrize(
    ("text", "days"),
    [("2 years", 395), ("1 year", 365), ("6 months", 183), ("2 weeks", 14), ("24 hours", 1), ("1 minute", 1)],
)
def test_periods_are_read(text: str, days: int) -> None:
    assert proposing.days_of(text)[0] == days


def test_a_finding_is_named_and_can_be_declared_with_what_is_known(tmp_path: Path, django_user_model: Any) -> None:
    client = staff(django_user_model, "change_cookiefinding", "add_declareditem", "view_knownitem")
    finding = FindingFactory(name="_pk_id.#.ab#")
    page = f"{ADMIN}/cookiefinding/{finding.pk}/change/"
    assert "unknown" in client.get(page, secure=True).content.decode()
    run(write(tmp_path / "a.csv", [row(1, name="_pk_id.", wildcard="1", description="Counts <visits>.")]))
    answer = client.get(page, secure=True).content.decode()
    assert "Matomo, Analytics: Counts &lt;visits&gt;." in answer
    address = answer.partition("declareditem/add/?")[2].partition('"')[0].replace("&amp;", "&")
    form = client.get(f"{ADMIN}/declareditem/add/?{address}", secure=True).content.decode()
    assert 'value="_pk_id.*"' in form
    assert 'value="365"' in form
    assert "_pk_id.*" in client.get(f"{ADMIN}/knownitem/?q=pk", secure=True).content.decode()
