"""Surveys: answering is up to people, nobody can be found behind an answer, and small groups are not shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.db import models
from django.db.models import F
from django.test import override_settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.crawling import first_addresses
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach import forms as ours
from onvif_privacy.outreach.models import Message, Question, SpentToken, Survey, SurveyRelease, Tally, TextAnswer
from onvif_privacy.outreach.promises import planted
from onvif_privacy.outreach.promises.clauses import SURVEYS
from onvif_privacy.outreach.services.campaigns import acting
from onvif_privacy.outreach.services.surveys import releasing, tokens

OPTIONAL = Promise("surveys.optional", SURVEYS, _("Answering is up to you, each question and the whole survey."))
UNLINKED = Promise("surveys.unlinked", SURVEYS, _("Nothing that is kept of an answer leads to who gave it."))
GROUPS = Promise("surveys.groups", SURVEYS, _("Results are shown for groups of a size, and not one answer at a time."))

declare(OPTIONAL, UNLINKED, GROUPS)

SHEETS: tuple[type[models.Model], ...] = (Tally, SpentToken, TextAnswer)
"""Every table that an answer leaves something in."""
COLUMNS: Final = frozenset(
    {"id", "survey", "question", "choice", "cross", "n", "published", "token_hash", "text", "week"}
)


@check(OPTIONAL, kind=Kind.PROBE)
def no_page_waits_for_an_answer(look: Look) -> Iterable[Finding]:
    """Ask for pages as somebody who answered nothing; none leads to a survey."""
    mark = reverse("onvif_privacy_outreach:survey", args=["x"]).partition("x/")[0]
    client = look.stranger()
    for address in first_addresses():
        answer = look.get(address, client)
        target = urlsplit(answer.headers.get("Location", "")).path
        if target.startswith(mark):
            yield Finding(address, "leads to a survey first")


@no_page_waits_for_an_answer.saboteur
@contextmanager
def a_site_that_nags(plant: Plant) -> Iterator[str]:
    """Send everybody to a survey first."""
    with override_settings(MIDDLEWARE=[*plant.settings.MIDDLEWARE, f"{planted.__name__}.Nagging"]):
        yield "leads to a survey first"


@check(OPTIONAL, kind=Kind.REFUSAL)
def an_empty_sheet_is_taken(look: Look) -> Iterable[Finding]:
    """Send a sheet of one question of each kind without any answer."""
    for kind in Question.Kind.values:
        look.seen()
        survey = Survey(title="probe")
        question = Question(position=1, kind=kind, label="?", choices="a\nb")
        with altered(ours, "_questions", lambda survey, one=question: [one]):
            form = ours.SurveyForm({}, survey=survey)
        if not form.is_valid():
            yield Finding(f"question of kind {kind}", "cannot be left out")


@an_empty_sheet_is_taken.saboteur
@contextmanager
def a_required_question(plant: Plant) -> Iterator[str]:
    """Make every question required."""
    whole = ours.SurveyForm._field

    def strict(question: Question) -> forms.Field:
        field = whole(question)
        field.required = True
        return field

    with altered(ours.SurveyForm, "_field", staticmethod(strict)):
        yield "cannot be left out"


@check(UNLINKED, kind=Kind.STATIC)
def no_column_leads_to_a_person(look: Look) -> Iterable[Finding]:
    """Look at every column that an answer leaves something in: no person, no message, no time."""
    for model in SHEETS:
        for field in model._meta.concrete_fields:
            look.seen()
            is_time = isinstance(field, (models.DateField, models.TimeField))
            if field.name not in COLUMNS or is_time:
                yield Finding(f"{model.__name__}.{field.name}", "could tell whose answer it is")
    value = tokens.mint(Survey(ref="SV-00000000")).partition("~")[2]
    if value.count("~") != 1 or len(value) > 80:
        yield Finding("token", "holds more than random bytes and a signature")


@no_column_leads_to_a_person.saboteur
@contextmanager
def a_sheet_with_a_name(plant: Plant) -> Iterator[str]:
    """Keep answers in a table that knows who got the mail."""
    from onvif_privacy.outreach.promises import asking

    with altered(asking, "SHEETS", (*SHEETS, Message)):
        yield "Message.subject"


@no_column_leads_to_a_person.saboteur
@contextmanager
def a_token_with_the_time(plant: Plant) -> Iterator[str]:
    """Put the moment of writing into the token."""
    from django.core import signing

    stamped = lambda survey: signing.TimestampSigner(salt="planted", sep="~")  # noqa: E731
    with altered(tokens, "_signer", stamped):
        yield "token: holds more"


@check(UNLINKED, kind=Kind.DATABASE, empty=True)
def tokens_are_spent_by_answers(look: Look) -> Iterable[Finding]:
    """Count: never more tokens than answers, so none was written when a mail was sent."""
    for survey in Survey.objects.using(acting.using()).all():
        number = SpentToken.objects.using(acting.using()).filter(survey=survey).count()
        look.seen(number)
        if number > survey.answers:
            yield Finding(f"survey {survey.ref}", "knows tokens that nobody has answered with")


@tokens_are_spent_by_answers.saboteur
@contextmanager
def a_token_kept_at_sending(plant: Plant) -> Iterator[str]:
    """Write a token down before it is answered with."""
    with rolled_back(acting.using()):
        made = planted.survey()
        SpentToken.objects.using(acting.using()).create(survey=made, token_hash="0" * 64)
        yield f"survey {made.ref}"


def _numbers(counts: Any) -> Iterator[int]:
    for cells in counts.values():
        yield from (number for number in cells.values() if number is not None)


@check(GROUPS, kind=Kind.LEDGER, empty=True)
def no_release_is_small(look: Look) -> Iterable[Finding]:
    """Look at what was published: at least K new answers each time, no number between 1 and K - 1, nothing changed."""
    for one in SurveyRelease.objects.using(acting.using()).select_related("survey"):
        look.seen()
        place = f"results {one.number} of {one.survey.ref}"
        if one.answers < house.K:
            yield Finding(place, f"count {one.answers} answers")
        if any(0 < number < house.K for number in _numbers(one.counts)):
            yield Finding(place, "show a group that is too small")
        if releasing.digest_of(one.counts) != one.digest:
            yield Finding(place, "were changed")
    behind = Tally.objects.using(acting.using()).filter(n__lt=F("published"))
    for tally in behind[:20]:
        yield Finding(f"tally {tally.pk}", "was published before it was counted")


def _release(survey: Survey, number: int, answers: int, counts: Any) -> None:
    digest = releasing.digest_of(counts)
    made = SurveyRelease(survey=survey, number=number, answers=answers, counts=counts, digest=digest)
    made.save(using=acting.using())


@no_release_is_small.saboteur
@contextmanager
def results_of_two(plant: Plant) -> Iterator[str]:
    """Publish what two people answered."""
    with rolled_back(acting.using()):
        _release(planted.survey(), 1, 2, {"1": {"1": 2}})
        yield "count 2 answers"


@no_release_is_small.saboteur
@contextmanager
def results_after_one_more(plant: Plant) -> Iterator[str]:
    """Publish again after one more answer."""
    with rolled_back(acting.using()):
        made = planted.survey()
        _release(made, 1, house.K, {"1": {"1": house.K}})
        _release(made, 2, 1, {"1": {"1": 1}})
        yield "show a group that is too small"
