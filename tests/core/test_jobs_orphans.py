"""Orphans: people whose account was deleted behind our back are erased after the days of grace."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from onvif_privacy.core import doors, keys, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Entry, Subject
from tests.core.factories import DecisionFactory, SubjectFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_eraser() -> Iterator[None]:
    """Be a site without the room that erases."""
    before, doors.eraser._answer = doors.eraser._answer, None
    yield
    doors.eraser._answer = before


def run() -> None:
    """Run the job."""
    assert [one.outcome for one in run_due(names=("orphans",))] == ["done"]


def orphan(days: int = 31) -> Subject:
    """Make somebody whose account went so many days ago."""
    user = UserFactory()
    subject = subjects.for_user(user)
    keys.subject_key(subject.pk, "data")
    user.delete()
    run()
    Subject.objects.filter(pk=subject.pk).update(orphaned_at=timezone.now() - timedelta(days=days))
    return Subject.objects.get(pk=subject.pk)


def test_a_person_without_an_account_any_more_becomes_unreadable_after_the_grace(no_eraser: None) -> None:
    subject = orphan(days=29)
    run()
    subject.refresh_from_db()
    assert subject.erased_at is None
    assert keys.subject_key(subject.pk, "data")
    Subject.objects.update(orphaned_at=timezone.now() - timedelta(days=31))
    run()
    subject.refresh_from_db()
    assert subject.erased_at is not None
    with pytest.raises(keys.KeyDestroyed):
        keys.subject_key(subject.pk, "data")
    assert Entry.objects.filter(kind="subject.orphaned").count() == 1
    run()
    assert Entry.objects.filter(kind="subject.orphaned").count() == 1


def test_whoever_never_had_an_account_is_no_orphan(no_eraser: None) -> None:
    visitor, kept = DecisionFactory().subject, subjects.for_user(UserFactory())
    run()
    for subject in (visitor, kept):
        subject.refresh_from_db()
        assert subject.orphaned_at is None


def test_whoever_gets_an_account_again_is_no_orphan_any_more(no_eraser: None) -> None:
    subject = orphan()
    subject.user = UserFactory()
    subject.save()
    run()
    subject.refresh_from_db()
    assert (subject.orphaned_at, subject.erased_at) == (None, None)


@pytest.mark.parametrize("way", ["instance", "query"])
def test_an_account_that_the_site_assigned_by_itself_is_remembered(way: str, no_eraser: None) -> None:
    subject, user = SubjectFactory(), UserFactory()
    if way == "instance":
        subject.user = user
        subject.save()
    else:
        Subject.objects.filter(pk=subject.pk).update(user=user)
        run()
    get_user_model().objects.filter(pk=user.pk).delete()
    run()
    subject.refresh_from_db()
    assert subject.orphaned_at is not None


def test_the_room_that_erases_is_asked_each_day_until_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[uuid.UUID, str]] = []

    def erase(subject_id: uuid.UUID, reason: str) -> str:
        asked.append((subject_id, reason))
        return "R-1"

    monkeypatch.setattr(doors.eraser, "_answer", erase)
    subject = orphan()
    run()
    run()
    assert asked == [(subject.pk, "orphaned")] * 2
    assert keys.subject_key(subject.pk, "data")  # that room's to destroy
    Subject.objects.update(erased_at=timezone.now())
    run()
    assert len(asked) == 2


def test_days_of_grace_are_those_of_the_setting(settings: Any, no_eraser: None) -> None:
    settings.ONVIF_PRIVACY_ORPHAN_DAYS = 0
    subject = orphan(days=0)
    run()
    subject.refresh_from_db()
    assert subject.erased_at is not None
