"""What a database keeps beside columns leads from no answer to a mail: places, transactions, their order."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client

from onvif_privacy.core import jobs
from onvif_privacy.outreach.models import Message, SpentToken, Survey, Tally, TextAnswer
from onvif_privacy.outreach.services.surveys import answering, mixing, tokens
from tests.core.counts import few_or_all
from tests.outreach.factories import queued, send, subscribers, survey
from tests.smtp import Server

pytestmark = pytest.mark.django_db(transaction=True)
SHEETS: tuple[type[models.Model], ...] = (SpentToken, Tally, TextAnswer)
HIDDEN = {"postgresql": {"ctid": "ctid::text", "xmin": "xmin::text"}, "sqlite": {"rowid": "rowid"}, "mysql": {}}
SIGMAS = 6  # of the correlation of two orders that have nothing to do with each other: one in 500 millions
WORDS = "words of number"
QUESTIONS: list[dict[str, Any]] = [
    {"kind": "single", "label": "Are you a member?", "choices": "Yes\nNo", "cross": True},
    {"kind": "scale", "label": "How do you like it?"},
    {"kind": "text", "label": "Anything else?"},
]


def read(model: type[models.Model]) -> list[dict[str, Any]]:
    """Return the rows of a table with all that the database keeps beside them, as numbers and words."""
    hidden, columns = HIDDEN[connection.vendor], [field.column for field in model._meta.concrete_fields]
    asked = [*map(connection.ops.quote_name, columns), *hidden.values()]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)} FROM {model._meta.db_table}")
        found = [dict(zip([*columns, *hidden], row, strict=True)) for row in cursor.fetchall()]
    for row in found:
        for name in set(row) & {"ctid", "xmin"}:
            row[name] = [int(number) for number in row[name].strip("()").split(",")]
    return found


def ranks(values: list[Any]) -> list[float] | None:
    """Return the place of each value among all, equal ones sharing theirs; None where that says nothing."""
    if None in values or len({str(one) for one in values}) == 1:
        return None
    places: dict[str, list[int]] = {}
    for place, index in enumerate(sorted(range(len(values)), key=lambda index: values[index])):
        places.setdefault(str(values[index]), []).append(place)
    return [statistics.mean(places[str(one)]) for one in values]


def narrowing(answers: list[dict[str, Any]], mails: list[dict[str, Any]]) -> Iterator[str]:
    """Name each pair of orders in which the n-th answer tells something of the n-th mail; both are given as pairs."""
    for one, other in product(answers[0], mails[0]):
        left, right = ranks([row[one] for row in answers]), ranks([row[other] for row in mails])
        if left and right and abs(statistics.correlation(left, right)) > SIGMAS / math.sqrt(len(left)):
            yield f"{one} ~ {other}"


def paired(rows: Iterable[Mapping[str, Any]], column: str, wanted: list[Any]) -> list[dict[str, Any]]:
    """Return rows in the order of the values that one of their columns has."""
    by_value = {str(row[column]): dict(row) for row in rows}
    return [by_value[str(one)] for one in wanted]


def answer_all(server: Server) -> tuple[list[str], list[str]]:
    """Let everybody answer as soon as their mail is there; returns the keys of the mails, and the tokens in them."""
    sent, given = [], []
    for number, message in enumerate(server.messages):
        plain = message.get_body(("plain",))
        assert plain is not None
        (link,) = {word for word in plain.get_content().split() if "/survey/" in word}
        answers = {"q1": str(number % 2 + 1), "q2": str(number % 5 + 1), "q3": f"{WORDS} {number}."}
        page = Client().post(link.removeprefix("https://news.example.com"), answers)
        assert page.status_code == 200
        sent.append(str(message["Message-ID"]).strip("<>").partition("@")[0].replace("-", ""))
        given.append(link.rstrip("/").rpartition("/")[2])
    return sent, given


def found(sent: list[str], given: list[str]) -> set[str]:
    """Return by which orders answers, or words, can be laid beside mails."""
    mails = [{**row, "id": str(row["id"]).replace("-", "")} for row in read(Message)]
    theirs = paired(mails, "id", sent)
    spent = paired(read(SpentToken), "token_hash", [tokens.digest(one) for one in given])
    words = paired(read(TextAnswer), "text", [f"{WORDS} {number}." for number in range(len(sent))])
    for row in words:
        del row["text"]  # the number of the mail stands in it
    return {*narrowing(spent, theirs), *narrowing(words, theirs)}


def mixed() -> None:
    """Let the job run that takes the order out."""
    (report,) = jobs.run_due(names=("outreach.answers",), seconds=600)
    assert report.outcome == "done"


@pytest.mark.parametrize("people", few_or_all(60, 1_000))
def test_no_order_of_answers_tells_of_the_order_of_mails(people: int, server: Server) -> None:
    made = survey(QUESTIONS, delete_on="2099-01-01")
    subscribers(people, purpose="surveys")
    send(queued(kind="survey", survey=made), 600)
    assert not SpentToken.objects.exists()
    sent, given = answer_all(server)
    assert len(sent) == people
    tallies = sorted(Tally.objects.values_list("pk", "n"))
    if HIDDEN[connection.vendor]:  # who answers in turn is in turn, until the job has been there
        assert found(sent, given)
    mixed()
    assert found(sent, given) == set()
    assert SpentToken.objects.count() == TextAnswer.objects.count() == people
    assert sorted(Tally.objects.values_list("pk", "n")) == tallies
    if connection.vendor == "postgresql":  # one transaction wrote all of it, and its number is a time, of the job
        assert len({str(row["xmin"]) for model in (*SHEETS, Survey) for row in read(model)}) == 1


def words_of(tables: Iterable[type[models.Model]]) -> set[str]:
    """Return every value in tables, and every transaction that wrote into them."""
    rows = [row for model in tables for row in read(model)]
    values = {
        str(value).replace("-", "") for row in rows for name, value in row.items() if name not in ("ctid", "rowid")
    }
    return {one for one in values if len(one) > 8 or one.startswith("[")}


@pytest.mark.parametrize("people", few_or_all(12, 1_000))
def test_nothing_that_answers_leave_is_found_in_any_other_table(people: int, server: Server) -> None:
    made = survey(QUESTIONS, delete_on="2099-01-01")
    subscribers(people, purpose="surveys")
    send(queued(kind="survey", survey=made), 600)
    questions = {str(pk).replace("-", "") for pk in [made.pk, *made.questions.values_list("pk", flat=True)]}
    opened = words_of([Tally])  # the same for everybody: written before the first mail
    _sent, given = answer_all(server)
    others = [one for one in apps.get_models() if one not in (*SHEETS, Survey) and one._meta.managed]
    theirs = words_of(others)
    for _time in range(2):
        assert words_of(SHEETS) & theirs - questions - opened == set()
        assert not any(one.partition("~")[2][:20] in value for one in given[:9] for value in theirs)
        mixed_by_hand(made)


def mixed_by_hand(made: Survey) -> None:
    """Take the order out without a job, whose own row is written by the same transaction."""
    before = answers_of(made)
    mixing.mix(made)
    assert answers_of(made) == before


def answers_of(made: Survey) -> Any:
    """Return all that was answered, without what a database keeps beside it."""
    made.refresh_from_db()
    return made.answers, [sorted(map(str, model._base_manager.values_list())) for model in SHEETS]


def test_mixing_leaves_every_answer_as_it_was_page_by_page(monkeypatch: Any) -> None:
    monkeypatch.setattr(mixing, "AT_ONCE", 3)
    made, other = survey(QUESTIONS, delete_on="2099-01-01"), survey()
    for number in range(10):
        given = {1: answering.Answer((1,)), 3: answering.Answer(text=f"{number}")}
        answering.answer(survey=made, token=tokens.mint(made), answers=given)
    token = tokens.mint(other)
    answering.answer(survey=other, token=token, answers={})
    untouched = [row for row in read(SpentToken) if str(row["survey_id"]).replace("-", "") == other.pk.hex]
    mixed_by_hand(made)
    assert [row for row in read(SpentToken) if str(row["survey_id"]).replace("-", "") == other.pk.hex] == untouched
    with pytest.raises(answering.Spent):
        answering.answer(survey=other, token=token, answers={})


def in_place() -> list[str]:
    """Return the hashes of spent tokens in the order in which the database keeps their rows; none where it hides it."""
    place = next(iter(HIDDEN[connection.vendor]), None)
    return [row["token_hash"] for row in sorted(read(SpentToken), key=lambda row: row[place])] if place else []


def answer_some(made: Survey, number: int) -> None:
    """Let so many people answer nothing."""
    for _person in range(number):
        answering.answer(survey=made, token=tokens.mint(made), answers={})


def test_a_survey_is_mixed_when_answers_came_and_when_it_is_closed(monkeypatch: Any) -> None:
    made = survey()
    answer_some(made, 6)
    mixed()
    assert in_place() == sorted(in_place())
    with monkeypatch.context() as patch:
        patch.setattr(mixing, "mix", lambda survey: pytest.fail("nobody has answered since"))
        mixed()
    answer_some(made, 6)
    assert not in_place() or in_place() != sorted(in_place())
    answering.close_survey(made)
    assert in_place() == sorted(in_place())
    assert SpentToken.objects.count() == 12
