"""Whoever decides about cookies reads the question in a language of their own (S22)."""

from __future__ import annotations

import gettext
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import global_settings
from django.utils import translation

from onvif_privacy.cookies.models import PolicyText
from onvif_privacy.cookies.services import publishing
from onvif_privacy.cookies.services.declared import SHIPPED_LANGUAGES, languages
from onvif_privacy.cookies.services.shown import duration
from tests.cookies.factories import DeclaredItemFactory, DeclaredItemTextFactory
from tests.readme import ROOT

ROOMS = ("cookies", "visits")
OTHERS = SHIPPED_LANGUAGES[2:]  # German is complete, staff's texts included: tests/test_translations.py
# Where a visitor's texts of the room stand; the rest is for staff and in English and German.
OF_VISITORS = ("templates/onvif_privacy/cookies", "templatetags", "views")
OF_VISITORS_TOO = ("builtin.py", "changes.py", "shown.py", "visitor.py", "wording.py")
OF_STAFF = {"Cookie policy to publish", "Cookies that nobody declared"}


def words(room: str, language: str) -> dict[str, Any]:
    """Return the messages of a room in a language; those with plurals are keyed as gettext does."""
    place = ROOT / "onvif_privacy" / room / "locale" / translation.to_locale(language) / "LC_MESSAGES" / "django.mo"
    with place.open("rb") as file:
        return {key: text for key, text in vars(gettext.GNUTranslations(file))["_catalog"].items() if key}


def fields(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]", text))


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize("language", OTHERS)
def test_no_message_is_missing_empty_or_without_its_names(room: str, language: str) -> None:
    german, found = words(room, "de"), words(room, language)
    ids = {key[0] if isinstance(key, tuple) else key for key in found}
    assert ids == {key[0] if isinstance(key, tuple) else key for key in words(room, OTHERS[0])}
    for key, text in found.items():
        name = key[0] if isinstance(key, tuple) else key
        assert key in german or (name, 0) in german, name
        assert text.strip(), name
        assert fields(text) == fields(name), name


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="gettext: apt install gettext")
def test_every_text_that_a_visitor_reads_is_among_them(tmp_path: Path) -> None:
    room = ROOT / "onvif_privacy" / "cookies"
    for folder in OF_VISITORS:
        shutil.copytree(room / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "services").mkdir()
    for name in OF_VISITORS_TOO:
        shutil.copy(room / "services" / name, tmp_path / "services")
    shutil.copy(room / "privacy.py", tmp_path)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "-m", "django", "makemessages", "-l", "fr", "--no-location", "--no-wrap", "-v", "0"]
    without_settings = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    subprocess.run(command, cwd=tmp_path, env=without_settings, check=True, capture_output=True)
    made = (tmp_path / "locale/fr/LC_MESSAGES/django.po").read_text("utf-8")
    asked = {line[7:-1].replace('\\"', '"') for line in made.splitlines() if line.startswith('msgid "')} - {""}
    known = {(key[0] if isinstance(key, tuple) else key).split("\x04")[-1] for key in words("cookies", "fr")}
    assert len(asked) > 100
    assert asked - known == OF_STAFF


@pytest.mark.parametrize("language", OTHERS)
def test_durations_are_counted_as_the_language_does(language: str) -> None:
    days = (1, 2, 3, 5, 11, 21, 22)
    with translation.override(language):
        said = [duration(number * 86_400) for number in days]
    assert all(str(number) in one for number, one in zip(days, said, strict=True))
    assert not any("day" in one for one in said)


@pytest.mark.django_db
def test_bar_purposes_and_items_are_published_in_every_language_and_what_is_missing_is_recorded(
    items: Any, settings: Any
) -> None:
    settings.LANGUAGES = global_settings.LANGUAGES
    assert set(languages()) == set(SHIPPED_LANGUAGES)
    basket = DeclaredItemFactory(name="basket")
    for language in SHIPPED_LANGUAGES[:-1]:
        DeclaredItemTextFactory(item=basket, language=language, text=f"Basket in {language}.")
    version = publishing.publish()
    texts = {row.language: row for row in PolicyText.objects.filter(version=version).select_related("banner", "dialog")}
    assert texts.keys() == set(SHIPPED_LANGUAGES)
    english = texts.pop("en")
    for language, row in texts.items():
        ours = [name for name in row.fallbacks if not name.startswith("cookie:")]
        assert ours == [], language
        assert ("cookie:basket" in row.fallbacks) is (language == "ko")
        assert (f"Basket in {language}." in row.dialog.text) is (language != "ko")
        assert row.banner.text != english.banner.text
        assert len(set(row.buttons)) == len(english.buttons)
        assert not set(row.buttons) & set(english.buttons), language
