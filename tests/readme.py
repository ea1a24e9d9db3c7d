"""Reads the README as its readers do: by section, and the commands as they stand in its fences.

``python -m tests.readme "Test it"`` prints the one command of a section; .ci/run runs exactly that.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Fence:
    """A fenced block: its language (the word after the backticks), its text, and the heading it stands under."""

    language: str
    text: str
    section: str


def fences(document: Path) -> list[Fence]:
    """Return the fenced blocks of a Markdown file in their order."""
    found = []
    section = ""
    tokens = MarkdownIt("commonmark").parse(document.read_text("utf-8"))
    for before, token in zip([None, *tokens], tokens, strict=False):
        if before is not None and before.type == "heading_open":
            section = token.content
        if token.type == "fence":
            found.append(Fence(token.info.strip(), token.content, section))
    return found


def command(section: str) -> str:
    """Return the only command line of a section of the README; raises ValueError when it has not exactly one."""
    lines = [
        line
        for fence in fences(ROOT / "README.md")
        if fence.section == section
        for line in fence.text.splitlines()
        if line.strip()
    ]
    if len(lines) != 1:
        raise ValueError(f"section {section!r} of the README has {len(lines)} command lines instead of one")
    return lines[0]


if __name__ == "__main__":
    sys.stdout.write(command(sys.argv[1]) + "\n")
