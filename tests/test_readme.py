"""The README keeps its word: one command line a section, and the lines that the package tells people to paste."""

from __future__ import annotations

import subprocess

import pytest

from onvif_privacy.apps import COMMANDS, SETTINGS_LINES, URLS_LINE
from tests.readme import ROOT, command, fences

README = ROOT / "README.md"


@pytest.mark.parametrize("section", ["Run it", "Test it"])
def test_section_has_exactly_one_command_line_that_a_shell_understands(section: str) -> None:
    line = command(section)
    subprocess.run(["bash", "-n", "-c", line], check=True)
    assert line.startswith("python3 -m venv .venv && ")


def test_five_minutes_show_the_lines_that_the_package_tells_people_to_paste() -> None:
    text = README.read_text("utf-8")
    assert SETTINGS_LINES in text
    assert URLS_LINE.rstrip(",") in text
    for name in COMMANDS:
        assert f"python manage.py {name}" in text


def test_five_minutes_change_at_most_fifteen_lines() -> None:
    blocks = [fence for fence in fences(README) if fence.section == "Into an existing site in five minutes"]
    changed = [
        line
        for block in blocks
        if block.language in ("python", "html+django")
        for line in block.text.splitlines()
        if line.strip() and not line.strip().startswith(("#", "<!--"))
    ]
    keys = 1  # privacy_keys init prints the setting that is appended
    assert len(changed) + keys <= 15
