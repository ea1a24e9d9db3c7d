"""German is complete, and what is compiled is what is written."""

from __future__ import annotations

import gettext
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.readme import ROOT

SOURCES = sorted((ROOT / "onvif_privacy").glob("*/locale/*/LC_MESSAGES/*.po"))
ROOMS = sorted({place.parents[3] for place in SOURCES})

needs_gettext = pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext: apt install gettext")


def catalogue(mo: Path) -> dict[object, str]:
    with mo.open("rb") as file:
        messages: dict[object, str] = vars(gettext.GNUTranslations(file))["_catalog"]
    return {key: text for key, text in messages.items() if key != ""}


def entries(po: Path, *options: str) -> str:
    """Return the messages of a file that ``msgattrib`` selects, without its head."""
    done = subprocess.run(["msgattrib", *options, str(po)], check=True, capture_output=True, text=True)
    return done.stdout


@needs_gettext
@pytest.mark.parametrize("po", SOURCES, ids=lambda po: po.relative_to(ROOT).as_posix())
def test_compiled_texts_are_what_the_source_says(po: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.mo"
    subprocess.run(["msgfmt", "--check", "-o", str(fresh), str(po)], check=True)
    assert catalogue(fresh) == catalogue(po.with_suffix(".mo")), "run: django-admin compilemessages"


@needs_gettext
@pytest.mark.parametrize("room", ROOMS, ids=lambda room: room.name)
def test_every_text_of_a_room_is_translated(room: Path, tmp_path: Path) -> None:
    copy = tmp_path / room.name
    shutil.copytree(room, copy, ignore=shutil.ignore_patterns("__pycache__", "migrations"))
    command = [sys.executable, "-m", "django", "makemessages", "-l", "de", "--no-wrap", "--no-location", "-v", "0"]
    without_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=copy, env=without_settings, check=True, capture_output=True)
    made = copy / "locale" / "de" / "LC_MESSAGES" / "django.po"
    missing = [
        line
        for option in ("--untranslated", "--only-fuzzy")
        for line in entries(made, option, "--no-obsolete", "--no-wrap").splitlines()
        if line.startswith("msgid ") and line != 'msgid ""'
    ]
    assert not missing
