"""The command that writes measured tables into the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import tables
from tests.core.processes import empty_database, run


def test_tables_go_between_their_markers_and_nothing_else_changes() -> None:
    text = f"before\n{tables.BEGIN.format('served')}\nold\n{tables.END.format('served')}\nafter\n"

    once = tables.place(text, "served", "| new |")

    assert "old" not in once
    assert once.startswith("before\n")
    assert once.endswith("after\n")
    assert tables.place(once, "served", "| new |") == once


def test_text_without_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="no markers for served"):
        tables.place("no table here", "served", "| new |")


@pytest.mark.parametrize(
    ("path", "names"), [("docs/benchmarks.md", tuple(tables.PROGRAMS)), ("README.md", tables.README)]
)
def test_published_files_have_a_place_for_every_table(path: str, names: tuple[str, ...]) -> None:
    text = (tables.ROOT / path).read_text("utf-8")
    for name in names:
        assert tables.place(text, name, "| new |") != text


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_every_figure_of_the_kernel_is_measured(tmp_path: Path) -> None:
    sizes = {"entries": 16, "rounds": 1, "verify": 5000, "people": 20, "rows": 200, "searches": 5}
    given = [f"--{name}={number}" for name, number in sizes.items()]
    with empty_database(tmp_path) as url:
        done = run(url, "benchmarks.settings", "-m", "benchmarks.core", *given)
    assert done.returncode == 0, done.stderr
    figures = [line.split("|")[1].partition(",")[0].strip() for line in done.stdout.splitlines() if line[:1] == "|"][2:]
    assert set(figures) == {
        "entry in the caller's transaction",
        "seal 4",
        "stand-alone verifier",
        "queries: request.privacy · may · state · decide",
        "decide",
        "decrypt 20 fields of 20 people",
        "search by blind index",
        "rotation",
    }


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_every_figure_of_campaigns_and_enquiries_is_measured(tmp_path: Path) -> None:
    sizes = {"recipients": 2_100, "mails": 20, "enquiries": 60}
    given = [f"--{name}={number}" for name, number in sizes.items()]
    with empty_database(tmp_path) as url:
        done = run(url, "benchmarks.settings", "-m", "benchmarks.outreach", *given)
    assert done.returncode == 0, done.stderr
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines() if line[:1] == "|"]
    assert [(row[0], row[3]) for row in rows[2:]] == [
        ("mails to a mail server on this machine", "20"),
        ("queue of one campaign", "2,100"),
        ("progress of 2,100 mails", "40"),
        ("queue, 60 enquiries", "40"),
        ("queue, overdue, 60 enquiries", "40"),
        ("queue, what I handle, 60 enquiries", "40"),
    ]
