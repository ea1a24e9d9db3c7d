"""``manage.py privacy_statement``."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from onvif_privacy.statement.models import Draft, Version
from onvif_privacy.statement.services import publishing
from onvif_privacy.statement.services.sentences import digest
from tests.statement.factories import SOURCE, next_draft, published, publisher, settle
from tests.statement.test_copies import database_away

pytestmark = pytest.mark.django_db


def run(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("privacy_statement", *args, stdout=out, **options)
    return out.getvalue()


def test_init_makes_a_draft_in_every_shipped_language_of_the_site() -> None:
    assert "Read it in the admin" in run("init")
    draft = Draft.objects.get()
    assert sorted(draft.texts.values_list("language", flat=True)) == ["de", "en"]
    assert draft.document.language == "en"
    assert not Version.objects.exists()


def test_init_takes_the_main_language_of_the_site_as_the_authoritative_one(settings: Settings) -> None:
    settings.LANGUAGE_CODE = "de-at"
    run("init")
    document = Draft.objects.get().document
    assert (document.language, document.title) == ("de", "Datenschutzerklärung")


def test_init_takes_the_languages_named() -> None:
    run("init", "--language", "de")
    assert list(Draft.objects.get().texts.values_list("language", flat=True)) == ["de"]


def test_init_publish_puts_version_1_in_force() -> None:
    assert "Version 1 is published" in run("init", "--publish")
    assert not Draft.objects.exists()


def test_init_twice_changes_nothing() -> None:
    run("init", "--publish")
    before = list(Version.objects.values())
    assert "nothing was changed" in run("init", "--publish")
    assert list(Version.objects.values()) == before
    assert not Draft.objects.exists()


def test_init_publish_publishes_the_draft_that_is_there() -> None:
    run("init", "--language", "en")
    text = Draft.objects.get().texts.get()
    text.source = SOURCE
    text.save()
    settle(text.draft)
    run("init", "--publish")
    assert "We keep little." in run("export")


def test_init_with_a_draft_says_what_to_do() -> None:
    run("init")
    with pytest.raises(CommandError, match="There is a draft already"):
        run("init")


def test_init_publish_names_the_line_that_is_wrong() -> None:
    run("init", "--language", "en")
    Draft.objects.get().texts.update(source="Words.\n")
    with pytest.raises(CommandError, match="en, line 1: the first line must be the title"):
        run("init", "--publish")
    assert not Version.objects.exists()


def test_export_prints_exactly_the_words_that_the_digest_covers() -> None:
    text = published().texts.get()
    assert digest(run("export")) == text.text_digest
    assert run("export", "--format", "html").rstrip("\n") == text.html
    body = json.loads(run("export", "--format", "json"))
    assert (body["number"], body["text_digest"], body["words"]) == (1, text.text_digest, text.words)


@pytest.mark.parametrize("args", [("export",), ("export", "--number", "7"), ("export", "--language", "fr")])
def test_export_of_what_is_not_there_says_so(args: tuple[str, ...]) -> None:
    if args != ("export",):
        published()
    with pytest.raises(CommandError):
        run(*args)


def test_diff_prints_signs_and_exits_with_1() -> None:
    publishing.publish(draft=next_draft(published(), en=SOURCE.replace("little", "less")), actor=publisher())
    out = StringIO()
    with pytest.raises(SystemExit) as stop:
        call_command("privacy_statement", "diff", "1", "2", stdout=out)
    assert stop.value.code == 1
    assert "- We keep little.\n+ We keep less." in out.getvalue()


def test_diff_of_a_version_with_itself_is_empty_of_signs() -> None:
    published()
    assert not {line[0] for line in run("diff", "1", "1").splitlines()} - {" "}


@pytest.mark.parametrize("args", [("init",), ("export",), ("diff", "1", "2")])
def test_database_that_is_away_is_one_line_that_says_what_to_do(args: tuple[str, ...]) -> None:
    with database_away(), pytest.raises(CommandError, match="The database cannot be used now: start it"):
        run(*args)
