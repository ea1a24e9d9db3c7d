"""Answers that lead to nobody, questions that can be left out, results of groups only."""

from __future__ import annotations

import base64
import json
from itertools import product
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from onvif_privacy.outreach.models import Message, Question, SpentToken, Survey, SurveyRelease, Tally, TextAnswer
from onvif_privacy.outreach.services.campaigns import acting
from onvif_privacy.outreach.services.surveys import answering, releasing, tokens
from onvif_privacy.outreach.services.surveys.answering import Answer
from tests.core.faults import at_statement, statements_of
from tests.outreach.factories import draft, queued, send, staff, subscribers, survey, writer
from tests.smtp import Server

pytestmark = pytest.mark.django_db


def answered(made: Survey, number: int, *choices: int) -> None:
    """Let people answer the first question, or leave everything out."""
    for index in range(number):
        chosen = choices[index % len(choices)] if choices else 0
        given = {1: Answer((chosen,)), 2: Answer((1, 2)), 3: Answer((5,))} if chosen else {}
        answering.answer(survey=made, token=tokens.mint(made), answers=given)


def test_an_invitation_is_answered_once_without_cookie_or_script(server: Server) -> None:
    made = survey()
    subscribers(2, purpose="surveys")
    send(queued(kind="survey", survey=made))
    body = server.messages[0].get_body(("plain",))
    assert body is not None
    link = next(line for line in body.get_content().splitlines() if "/survey/" in line).strip()
    path = link.removeprefix("https://news.example.com")
    client = Client(enforce_csrf_checks=True)
    page = client.get(path)
    assert "Are you a member?" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    answer = client.post(path, {"q1": "1", "q2": ["1", "3"], "q3": "4"})
    assert answer.status_code == 200
    assert not answer.cookies
    assert client.post(path, {"q1": "2"}).status_code == 409
    made.refresh_from_db()
    assert made.answers == 1
    first = Question.objects.get(position=1)
    assert list(Tally.objects.filter(question=first, cross=0).order_by("choice").values_list("n", flat=True)) == [
        0,
        1,
        0,
    ]


def test_links_differ_and_nothing_is_written_when_they_are_sent(server: Server) -> None:
    made = survey()
    subscribers(6, purpose="surveys")
    before = list(Tally.objects.order_by("pk").values())
    send(queued(kind="survey", survey=made))
    links = set()
    for message in server.messages:
        plain, html = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None
        assert html is not None
        (link,) = {word for word in plain.get_content().split() if "/survey/" in word}
        assert link in html.get_content()
        links.add(link)
    assert len(links) == 6
    assert not SpentToken.objects.exists()
    assert list(Tally.objects.order_by("pk").values()) == before
    for link, message in product(links, Message.objects.values()):  # no part of a token is anything we keep
        secret = link.rstrip("/").rpartition("/")[2].split("~")[1]
        raw = base64.urlsafe_b64decode(secret + "==")
        assert len(raw) == 16
        assert secret not in str(message)
        assert raw.hex() not in str(message)


def test_whatever_is_left_out_is_no_answer_and_whatever_is_made_up_too() -> None:
    made = survey()
    path = reverse("onvif_privacy_outreach:survey", args=[tokens.mint(made)])
    assert Client().post(path, {}).status_code == 200
    none = Tally.objects.filter(choice=0, cross=0)
    assert list(none.values_list("n", flat=True)) == [1, 1, 1]
    path = reverse("onvif_privacy_outreach:survey", args=[tokens.mint(made)])
    assert Client().post(path, {"q1": "99", "q2": ["x"], "q9": "1"}).status_code == 400
    answering.answer(
        survey=made, token=tokens.mint(made), answers={1: Answer((99, -1)), 2: Answer((0,)), 7: Answer((1,))}
    )
    assert list(none.values_list("n", flat=True)) == [2, 2, 2]


def test_stopping_sends_nothing() -> None:
    made = survey()
    path = reverse("onvif_privacy_outreach:survey", args=[tokens.mint(made)])
    assert "Nothing was sent" in Client().post(path, {"q1": "1", "stop": "1"}).content.decode()
    made.refresh_from_db()
    assert (made.answers, SpentToken.objects.count()) == (0, 0)


def test_free_text_is_off_unless_asked_for_keeps_the_week_and_refuses_card_numbers() -> None:
    with pytest.raises(acting.NotNow, match="when that is deleted"):
        survey([{"kind": "text", "label": "Anything else?"}])
    made = survey([{"kind": "text", "label": "Anything else?"}], delete_on="2020-01-01")
    path = reverse("onvif_privacy_outreach:survey", args=[tokens.mint(made)])
    assert "do not write who you are" in Client().get(path).content.decode()
    refused = Client().post(path, {"q1": "my card is 4111 1111 1111 1111"})
    assert refused.status_code == 400
    assert "card number" in refused.content.decode()
    assert not SpentToken.objects.exists()
    assert Client().post(path, {"q1": "More trains\0, please"}).status_code in (200, 400)
    answering.answer(survey=made, token=tokens.mint(made), answers={1: Answer(text="Fine")})
    assert {len(one.week) for one in TextAnswer.objects.all()} == {8}
    assert answering.forget_texts() >= 1
    assert not TextAnswer.objects.exists()


def test_questions_are_fixed_once_it_is_open_and_a_closed_one_takes_nothing() -> None:
    made = survey()
    with pytest.raises(acting.NotNow):
        answering.open_survey(made, actor=writer())
    token = tokens.mint(made)
    answering.close_survey(made, actor=writer())
    path = reverse("onvif_privacy_outreach:survey", args=[token])
    assert Client().get(path).status_code == 410
    with pytest.raises(acting.NotNow):
        answering.answer(survey=made, token=token, answers={})
    assert not SpentToken.objects.exists()


def test_an_invitation_needs_an_open_survey() -> None:
    made = survey()
    answering.close_survey(made, actor=writer())
    assert "not open" in " ".join(acting.problems(draft(kind="survey", survey=made)))


# Results


def test_results_come_in_groups_of_k_and_each_counts_new_people(settings: Any) -> None:
    made, k = survey(), settings.ONVIF_PRIVACY_K if hasattr(settings, "ONVIF_PRIVACY_K") else 10
    seen = []
    for more in (k - 1, 1, 1, k - 1):
        answered(made, more, 1)
        releasing.release(made, actor=writer())
        seen.append(SurveyRelease.objects.count())
    assert seen == [0, 1, 1, 2]
    assert [one.answers for one in SurveyRelease.objects.order_by("number")] == [k, k]


def test_small_groups_are_hidden_and_cannot_be_worked_out() -> None:
    made = survey()
    answered(made, 24, 1, 2)
    answered(made, 3)
    answering.answer(survey=made, token=tokens.mint(made), answers={1: Answer((1,)), 3: Answer((2,))})
    release = releasing.release(made)
    assert release is not None
    first = release.counts["1"]
    assert first["1"] == 13
    assert first["2"] is None or first["0"] is None  # the three who left it out are hidden, and one more with them
    for cells in release.counts.values():
        for number in cells.values():
            assert number is None or number == 0 or number >= 10
    assert release.counts["3"]["2"] is None


def test_screens_read_releases_and_never_tallies(client: Client) -> None:
    made = survey(public=True)
    answered(made, 12, 1)
    address = reverse("onvif_privacy_outreach:results", args=[made.ref])
    assert "not enough answers" in client.get(address).content.decode()
    releasing.release(made)
    page = client.get(address).content.decode()
    assert "<svg" in page
    assert "12 answers" in page
    Survey.objects.update(public=False)
    assert client.get(address).status_code == 404


def test_the_database_takes_no_answer_twice_and_no_release_again() -> None:
    made, token = survey(), ""
    token = tokens.mint(made)
    answering.answer(survey=made, token=token, answers={})
    with pytest.raises(answering.Spent):
        answering.answer(survey=made, token=token, answers={1: Answer((1,))})
    made.refresh_from_db()
    assert made.answers == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        SpentToken.objects.create(survey=made, token_hash=tokens.digest(token))


@pytest.mark.django_db(transaction=True)
def test_an_answer_counts_whole_or_not_at_all_whatever_statement_fails() -> None:
    made = survey()

    def call() -> None:
        answering.answer(survey=made, token=tokens.mint(made), answers={1: Answer((1,)), 2: Answer((1, 2))})

    number, good = statements_of(call), 1
    for at in range(1, number + 1):
        with at_statement(at):
            try:
                call()
                good += 1
            except Exception:
                connection.close_if_unusable_or_obsolete()
        made.refresh_from_db()
        first = Tally.objects.get(question__position=1, question__survey=made, choice=1, cross=0)
        assert made.answers == first.n == SpentToken.objects.count() == good, at
    call()
    made.refresh_from_db()
    assert made.answers == good + 1


def test_nothing_that_is_kept_joins_an_answer_to_a_mail(server: Server) -> None:
    """Every value of spent tokens, tallies and texts against every value of mails and people: nothing in common."""
    made = survey()
    people = subscribers(12, purpose="surveys")
    send(queued(kind="survey", survey=made))
    for message in server.messages[:11]:
        plain = message.get_body(("plain",))
        assert plain is not None
        (link,) = {word for word in plain.get_content().split() if "/survey/" in word}
        Client().post(link.removeprefix("https://news.example.com"), {"q1": "1"})
    kept: set[str] = set()
    for model in (SpentToken, Tally, TextAnswer):
        for row in model.objects.values():  # type: ignore[attr-defined]
            kept |= {str(value) for value in row.values() if len(str(value)) > 8}
    theirs = {str(value) for row in Message.objects.values() for value in row.values() if len(str(value)) > 8}
    theirs |= {str(one.pk) for one in people}
    assert SpentToken.objects.count() == 11
    assert not kept & theirs
    assert json.dumps(sorted(kept))


def test_only_who_may_runs_a_survey() -> None:
    from django.core.exceptions import PermissionDenied

    made = survey()
    for act in (answering.close_survey, answering.open_survey, releasing.release):
        with pytest.raises(PermissionDenied):
            act(made, actor=staff())  # type: ignore[operator]
