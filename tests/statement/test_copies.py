"""The process copy: no query when warm, right to the second, and there while the database is away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import Error, OperationalError, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from onvif_privacy.statement.models import Version
from onvif_privacy.statement.services import copies, publishing, reading
from tests.statement.factories import GERMAN, SOURCE, next_draft, published, publisher

pytestmark = pytest.mark.django_db


@contextmanager
def database_away() -> Iterator[list[str]]:
    """Let every query fail as a stopped database does; gives the list of those that were tried."""
    tried: list[str] = []

    def fail(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        tried.append(sql)
        raise OperationalError("the database is away")

    with connection.execute_wrapper(fail):
        yield tried


def number(moment: datetime | None = None, language: str = "en") -> int:
    shown = reading.current(language, moment=moment)
    return shown.version.number if shown else 0


def test_two_queries_cold_and_none_warm(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    published(en=SOURCE, de=GERMAN)
    copies.forget()
    with django_assert_num_queries(2):
        number()
    with django_assert_num_queries(0):
        number(language="de")


def test_nothing_published_is_asked_again_each_time(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(2):
        assert (number(), number()) == (0, 0)


def test_copy_is_loaded_again_after_the_set_time(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.ONVIF_PRIVACY_STATEMENT_CACHE_SECONDS = 0
    published()
    with django_assert_num_queries(4):
        number()
        number()


def test_warm_copy_crosses_the_effect_by_itself(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    now = timezone.now()
    version = publishing.publish(
        draft=next_draft(published(), en=SOURCE.replace("little", "less")), actor=publisher(), now=now
    )
    number()
    effect = now + publishing.LEAD
    with django_assert_num_queries(0):
        assert number(effect - timedelta(microseconds=1)) == 1
        shown = reading.current("en", moment=effect)
    assert shown is not None
    assert shown.version == version
    assert "less" in shown.text.words


def test_two_processes_agree_at_every_moment_around_an_effect() -> None:
    """One copy was made before the publication, the other after it: the lead is longer than any copy lives."""
    now = timezone.now()
    first = published()
    older = copies.known("privacy")
    publishing.publish(draft=next_draft(first), actor=publisher(), now=now)
    newer = copies.known("privacy")
    assert older.fresh_until - time.monotonic() < publishing.LEAD.total_seconds()
    for seconds in range(-60, 60):
        moment = now + timedelta(seconds=60 + seconds)  # until the older copy ends, both say version 1
        assert len({_in_force(list(copy.steps), moment) for copy in (older, newer)}) == 1


def _in_force(steps: list[Any], moment: datetime) -> int:
    from onvif_privacy.statement.services.timeline import in_force

    step = in_force(steps, moment)
    return step.version.number if step else 0


def test_copy_does_not_outlive_the_step_after_next() -> None:
    now = timezone.now()
    second = publishing.publish(draft=next_draft(published()), actor=publisher(), now=now)
    publishing.publish(draft=next_draft(second), actor=publisher(), effective_at=now + timedelta(seconds=130), now=now)
    copy = copies._load("privacy", now + timedelta(seconds=110), 0.0)
    assert copy.fresh_until <= 20


def test_page_copy_is_served_while_the_database_is_away_and_asked_for_rarely(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_STATEMENT_CACHE_SECONDS = 0
    published()
    assert number() == 1
    settings.ONVIF_PRIVACY_STATEMENT_CACHE_SECONDS = 0
    with database_away() as tried:
        assert [number() for _time in range(20)] == [1] * 20
    assert len(tried) == 1


def test_away_without_a_copy_is_an_error_and_not_an_empty_statement() -> None:
    with database_away(), pytest.raises(Error):
        number()


def test_publishing_is_seen_at_once_by_the_process_that_published() -> None:
    version = published()
    number()
    publishing.add_translation(version=version, language="de", source=GERMAN, actor=publisher())
    shown = reading.current("de")
    assert shown is not None
    assert shown.text.language == "de"


def test_missing_translation_falls_back_to_the_authoritative_text_never_to_an_older_one() -> None:
    now = timezone.now()
    first = published(en=SOURCE, de=GERMAN)
    draft = next_draft(first, en=SOURCE.replace("little", "less"))
    draft.texts.filter(language="de").delete()
    _submit_again(draft)
    publishing.publish(draft=draft, actor=publisher(), now=now)
    shown = reading.current("de", moment=now + publishing.LEAD)
    assert shown is not None
    assert (shown.text.language, shown.version.number) == ("en", 2)


def _submit_again(draft: Any) -> None:
    from onvif_privacy.statement.services import drafts
    from tests.statement.factories import editor

    drafts.submit(draft=draft, actor=editor())


@pytest.mark.parametrize(("asked", "got"), [("de", "de"), ("de-at", "de"), ("en-gb", "en"), ("fr", "en"), ("", "en")])
def test_text_in_the_language_that_fits_best(asked: str, got: str) -> None:
    published(en=SOURCE, de=GERMAN)
    shown = reading.current(asked)
    assert shown is not None
    assert shown.text.language == got


def test_statement_door_gives_the_digest_of_the_words_in_force() -> None:
    from onvif_privacy.core import doors

    assert doors.statement("en") is None
    version: Version = published()
    assert doors.statement("en") == version.texts.get().text_digest
