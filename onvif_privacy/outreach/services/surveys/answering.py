"""Taking answers. What comes in is added to the tallies in the transaction that spends the token; no sheet exists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, router, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import ledger
from onvif_privacy.core.text import clean, find_cards
from onvif_privacy.outreach.models import NO_ANSWER, Question, SpentToken, Survey, Tally, TextAnswer
from onvif_privacy.outreach.services import references
from onvif_privacy.outreach.services.campaigns.acting import NotNow
from onvif_privacy.outreach.services.surveys import mixing, tokens

RUN: Final = "onvif_privacy_outreach.run_survey"
MOST_QUESTIONS, MOST_CHOICES, TEXT_LENGTH = 20, 20, 2000
Kind, State = Question.Kind, Survey.State


class Spent(Exception):
    """The token was answered with before."""


@dataclass(frozen=True)
class Answer:
    """What one person chose in one question: choices by number, or words. Nothing at all is an answer, too."""

    choices: tuple[int, ...] = ()
    text: str = ""


def using() -> str:
    """Return the alias of the database that is written."""
    return router.db_for_write(Survey)


def problems(survey: Survey) -> list[str]:
    """Return what keeps a survey from being opened, in words for staff."""
    questions, found = list(survey.questions.all()), []
    if not 1 <= len(questions) <= MOST_QUESTIONS:
        found.append(_("A survey has 1 to %(most)d questions.") % {"most": MOST_QUESTIONS})
    if sum(one.cross for one in questions) > 1:
        found.append(_("Only one question can be what the others are compared by."))
    for one in questions:
        number = len(one.options)
        if one.kind in (Kind.SINGLE, Kind.MULTI) and not 2 <= number <= MOST_CHOICES:
            words = _("Question %(position)d has 2 to %(most)d choices.")
            found.append(words % {"position": one.position, "most": MOST_CHOICES})
        if one.kind == Kind.TEXT and survey.delete_on is None:
            found.append(_("A survey with free text says when that is deleted."))
    return found


def _authorise(actor: AbstractBaseUser | None) -> None:
    if actor is not None and not actor.has_perm(RUN):  # type: ignore[attr-defined]
        raise PermissionDenied


def open_survey(survey: Survey, *, actor: AbstractBaseUser) -> None:
    """Open a survey: its questions are fixed, and every tally stands at zero. Raises PermissionDenied, NotNow."""
    _authorise(actor)
    if found := problems(survey):
        raise NotNow(" ".join(found))
    with transaction.atomic(using=using()):
        rows = Survey.objects.using(using()).filter(pk=survey.pk, state=State.DRAFT)
        if not rows.update(state=State.OPEN):
            raise NotNow(_("The survey is not a draft any more."))
        questions = list(survey.questions.all())
        cross = next((one for one in questions if one.cross), None)
        Tally.objects.using(using()).bulk_create(
            Tally(question=one, choice=choice, cross=other)
            for one in questions
            if one.kind != Kind.TEXT
            for choice in range(len(one.options) + 1)
            for other in _columns(one, cross)
        )
        ledger.record("outreach.survey", payload={"survey": survey.ref, "act": "opened"}, actor=actor)
    survey.refresh_from_db(using=using())


def _columns(question: Question, cross: Question | None) -> range:
    """Return the numbers that a question is also counted by: one more than the choices of the question compared by.

    Column 0 is everybody; column n + 1 is who chose n there, 1 whoever chose nothing.
    """
    return range(1 if cross is None or question.pk == cross.pk else len(cross.options) + 2)


def close_survey(survey: Survey, *, actor: AbstractBaseUser | None = None) -> None:
    """Take no answers any more, and the order out of those that came. Raises PermissionDenied, NotNow."""
    _authorise(actor)
    with transaction.atomic(using=using()):
        if not Survey.objects.using(using()).filter(pk=survey.pk, state=State.OPEN).update(state=State.CLOSED):
            raise NotNow(_("The survey is not open."))
        mixing.mix(survey)
        ledger.record("outreach.survey", payload={"survey": survey.ref, "act": "closed"}, actor=actor)
    survey.refresh_from_db(using=using())


def new(survey: Survey) -> Survey:
    """Give a new survey its reference."""
    survey.ref = survey.ref or references.make("SV")
    return survey


def _chosen(question: Question, answer: Answer) -> tuple[int, ...]:
    """Return the choices that count: known ones only, one of them unless several may be chosen, else none."""
    known = tuple(sorted({one for one in answer.choices if 1 <= one <= len(question.options)}))
    if question.kind != Kind.MULTI:
        known = known[:1]
    return known or (NO_ANSWER,)


def text_problem(words: str) -> str:
    """Say why words cannot be taken; empty where they can."""
    return _("This looks like a card number. Please leave it out.") if find_cards(words) else ""


def answer(*, survey: Survey, token: str, answers: Mapping[int, Answer]) -> None:
    """Take the answers to questions by position; the token is spent in the same transaction.

    Raises NotNow for a survey that is not open, Spent for a token that was used, ValueError for words with a card
    number in them; nothing is counted then.
    """
    questions = list(survey.questions.using(using()))
    if any(text_problem(one.text) for one in answers.values()):
        raise ValueError("card")
    with transaction.atomic(using=using()):
        opened = Survey.objects.using(using()).filter(pk=survey.pk, state=State.OPEN)
        if not opened.update(answers=F("answers") + 1):
            raise NotNow(_("The survey is not open."))
        try:
            with transaction.atomic(using=using()):
                SpentToken.objects.using(using()).create(survey=survey, token_hash=tokens.digest(token))
        except IntegrityError:
            raise Spent from None
        _count(questions, answers)
        week = timezone.localdate().strftime("%G-W%V")
        for one in questions:
            words = clean(answers.get(one.position, Answer()).text, TEXT_LENGTH).strip()
            if one.kind == Kind.TEXT and words:
                TextAnswer.objects.using(using()).create(question=one, text=words, week=week)


def _count(questions: Sequence[Question], answers: Mapping[int, Answer]) -> None:
    """Count up: each choice once for everybody, and once among those who chose the same where others are compared."""
    chosen = {one.pk: _chosen(one, answers.get(one.position, Answer())) for one in questions if one.kind != Kind.TEXT}
    cross = next((one for one in questions if one.cross), None)
    column = chosen[cross.pk][0] + 1 if cross else 0
    for pk, several in sorted(chosen.items(), key=lambda item: item[0].hex):  # one order for all, or two deadlock
        columns = [0] if cross is None or pk == cross.pk else [0, column]
        rows = Tally.objects.using(using()).filter(question=pk, choice__in=several, cross__in=columns)
        rows.update(n=F("n") + 1)


def forget_texts() -> int:
    """Delete free text whose day has come; returns how many."""
    old = TextAnswer.objects.using(using()).filter(question__survey__delete_on__lte=timezone.localdate())
    return int(old.delete()[0])


def close_due() -> int:
    """Close surveys whose last day has passed; returns how many."""
    late = Survey.objects.using(using()).filter(state=State.OPEN, closes_on__lt=timezone.localdate())
    rows = list(late)
    for row in rows:
        close_survey(row)
    return len(rows)
