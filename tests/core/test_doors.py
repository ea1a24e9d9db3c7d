"""Doors between rooms."""

from __future__ import annotations

import uuid

import pytest
from django.http import HttpRequest, HttpResponse

from onvif_privacy.core import doors
from onvif_privacy.core.doors import Door, HandOver, private_page


def test_an_empty_door_says_not_recorded_and_never_yes() -> None:
    door: Door[[str], str] = Door("statement")
    assert door("en") is None


def test_a_filled_door_passes_question_and_answer_on() -> None:
    door: Door[[str], str] = Door("statement")
    door.fill(lambda language: f"digest of {language}")
    assert door("de") == "digest of de"


def test_two_rooms_cannot_fill_one_door() -> None:
    door: Door[[str], str] = Door("statement")
    door.fill(str.upper)
    door.fill(str.upper)
    with pytest.raises(RuntimeError, match="'statement' is filled twice"):
        door.fill(str.lower)
    assert door("en") == "EN"


def test_an_error_behind_the_door_is_not_taken_for_an_answer() -> None:
    door: Door[[str], str] = Door("statement")
    door.fill(lambda language: {}[language])
    with pytest.raises(KeyError):
        door("en")


def test_a_private_page_is_marked_and_works_as_before() -> None:
    @private_page
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("kept apart")

    assert view.onvif_privacy_private is True  # type: ignore[attr-defined]
    assert view(HttpRequest()).content == b"kept apart"


def test_a_room_that_is_not_there_erases_nothing_and_hands_nothing_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for door in (doors.eraser, doors.partner):
        monkeypatch.setattr(door, "_answer", None)
    assert doors.eraser(uuid.uuid4(), "orphaned") is None
    assert doors.partner(HandOver("PA-1", (uuid.uuid4(),), "delivery", key="k")) is None


def test_the_room_that_fills_a_door_is_asked_with_ids_only(monkeypatch: pytest.MonkeyPatch) -> None:
    for door in (doors.eraser, doors.partner):
        monkeypatch.setattr(door, "_answer", None)
    person = uuid.uuid4()
    doors.eraser.fill(lambda subject, because: f"{because} {subject}")
    doors.partner.fill(lambda asked: f"{asked.agreement} {len(asked.subjects)} {asked.fields}")
    assert doors.eraser(person, "orphaned") == f"orphaned {person}"
    assert doors.partner(HandOver("PA-1", (person,), "delivery", key="k")) == "PA-1 1 None"
