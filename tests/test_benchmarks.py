"""The command that writes measured tables into the documentation."""

from __future__ import annotations

import pytest

from benchmarks import tables


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
