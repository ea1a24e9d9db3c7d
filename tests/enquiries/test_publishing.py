"""Figures are worked out from moves, protected, published once, and a recount gives the same."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone

from onvif_privacy.core.counts import Table, protect
from onvif_privacy.enquiries.models import ClauseLink, Enquiry, Publication, Transition
from onvif_privacy.enquiries.services import publishing
from onvif_privacy.enquiries.services.clock import months_later
from onvif_privacy.enquiries.services.ending import end
from onvif_privacy.enquiries.services.states import NotNow
from tests.enquiries.world import staff

pytestmark = pytest.mark.django_db
FIRST = publishing.quarter_of(months_later(timezone.localdate(), -6))


def at(day: int, hour: int = 12) -> datetime:
    return timezone.make_aware(datetime.combine(FIRST, datetime.min.time())) + timedelta(days=day, hours=hour)


def story(*moves: tuple[str, str, int, str], kind: str = "complaint", clause: str = "") -> Enquiry:
    """Write a whole history down: before, after, day, outcome."""
    one = Enquiry.objects.create(kind=kind, channel="form", received_at=at(moves[0][2]))
    for number, (before, after, day, outcome) in enumerate(moves, 1):
        Transition(enquiry=one, number=number, before=before, after=after, outcome=outcome, at=at(day)).save()
    if clause:
        ClauseLink(
            enquiry=one, slug=clause, on=FIRST, verdict_on="kept", verdict_received="kept", at=at(moves[0][2])
        ).save()
    return one


def complaint(received: int, determined: int, remedied: int | None, clause: str = "contact") -> Enquiry:
    outcome = "upheld" if remedied is not None else "not_upheld"
    moves = [
        ("", "received", received, ""),
        ("received", "acknowledged", received, ""),
        ("acknowledged", "investigating", received, ""),
        ("investigating", "determined", determined, outcome),
    ]
    if remedied is not None:
        moves += [("determined", "remedying", determined, outcome), ("remedying", "remedied", remedied, outcome)]
    return story(*moves, clause=clause)


def quarter(k: int = 1) -> dict[str, Any]:
    return publishing.figures(FIRST, as_of=timezone.now(), k=k)


def test_a_quarter_is_counted_from_its_moves() -> None:
    for number in range(4):
        complaint(1, 3 + number, 20 + number)
    complaint(2, 12, None, clause="")
    story(("", "received", 5, ""), ("received", "acknowledged", 5, ""), kind="comment")
    story(("", "received", 6, ""), ("received", "closed", 7, ""))  # meant for nobody
    story(("", "received", -1, ""))  # before the quarter
    story(("", "received", 95, ""))  # after it
    found = quarter()
    assert found["received"] == {"comment": 1, "complaint": 5, "*": 6}
    assert found["determined"] == {"upheld": 4, "partly": 0, "not_upheld": 1, "not_ours": 0, "*": 5}
    assert found["clauses"] == {"contact": 4, "-": 1, "*": 5}
    assert found["days_to_determine"] == {"median": 4, "p95": 10}
    assert found["days_to_remedy"] == {"median": 17, "p95": 17}
    assert found["open"] == 7


def test_opened_again_it_is_counted_once_more_from_then() -> None:
    story(
        ("", "received", 1, ""),
        ("acknowledged", "investigating", 1, ""),
        ("investigating", "determined", 4, "not_upheld"),
        ("determined", "closed", 5, "not_upheld"),
        ("closed", "investigating", 30, ""),
        ("investigating", "determined", 32, "upheld"),
    )
    found = quarter()
    assert found["received"]["complaint"] == 1
    assert (found["determined"]["upheld"], found["determined"]["not_upheld"]) == (1, 1)
    assert found["days_to_determine"] == {"median": 2, "p95": 3}


@pytest.mark.parametrize("small", range(1, 10))
def test_a_small_group_is_hidden_with_what_would_give_it_away(small: int) -> None:
    for number in range(12 + small):
        complaint(1, 3, 20 if number < 12 else None, clause="contact" if number < 12 else "")
    found = quarter(k=10)
    shown = {name: value for name, value in found["determined"].items() if value is not None}
    assert found["determined"]["not_upheld"] is None
    # nobody gets at it by subtraction: another number of the line is hidden, or the sum
    assert len(shown) <= len(found["determined"]) - 2
    assert found["clauses"]["-"] is None
    # what is shown equals what the one protected way of publishing shows
    (again, _other) = protect(
        [
            Table(("outcome",), {("upheld",): 12, ("partly",): 0, ("not_upheld",): small, ("not_ours",): 0}),
            Table(("clause",), {("-",): small, ("contact",): 12}),
        ],
        10,
    )
    assert found["determined"] == {place[0]: number for place, number in again.cells.items()}


def test_durations_of_few_are_not_shown_and_how_many_are_open_is_rounded() -> None:
    for _number in range(9):
        complaint(1, 3, 20)
    assert quarter(k=10)["days_to_determine"] is None
    assert quarter(k=10)["open"] is None
    for _number in range(5):
        complaint(1, 3, 20)
    assert quarter(k=10)["days_to_determine"] == {"median": 2, "p95": 2}
    assert quarter(k=10)["open"] == 10


def test_what_is_published_stays_and_a_recount_gives_the_same() -> None:
    stories = [complaint(1, 3, 20) for _number in range(12)]
    boss = staff("verify")
    made = publishing.publish(quarter=FIRST, actor=boss)
    with pytest.raises(NotNow, match="published"):
        publishing.publish(quarter=FIRST, actor=boss)
    with pytest.raises(NotNow, match="not over"):
        publishing.publish(quarter=timezone.localdate(), actor=boss)
    end(stories[0], reason="term")  # text and files end, dates and moves do not
    again = publishing.figures(FIRST, as_of=made.published_at, k=made.figures["k"])
    assert again == Publication.objects.get().figures
    assert made.digest == publishing.figures_digest(FIRST, again)
    assert FIRST not in publishing.waiting(timezone.now())


def test_pages_and_tag_show_what_was_published_and_nothing_else(django_assert_max_num_queries: Any) -> None:
    assert b"Nothing is published yet" in Client().get("/privacy/contact/figures/").content
    for _number in range(12):
        complaint(1, 3, 20)
    assert b"12" not in Client().get("/privacy/contact/figures/").content.partition(b"<main")[2]
    publishing.publish(quarter=FIRST, actor=staff("verify"))
    with django_assert_max_num_queries(2):
        shown = Client().get("/privacy/contact/figures/").content.decode()
    for words in ("<svg", "half of them within 2", "not shown"):
        assert words in shown
    tag = Template("{% load privacy_enquiries %}{% enquiry_link %}{% enquiry_figures %}").render(Context())
    assert "/privacy/contact/" in tag
    assert "<svg" in tag


def test_quarters_are_those_of_the_calendar() -> None:
    assert publishing.quarter_of(date(2026, 3, 31)) == date(2026, 1, 1)
    assert publishing.quarter_of(date(2026, 12, 1)) == date(2026, 10, 1)
