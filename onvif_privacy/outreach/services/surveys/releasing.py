"""Publishing results: what came since the release before, if that is K answers at least, with small groups hidden.

Each release counts other people than the one before, so nothing can be learned by subtracting two of them. Screens read
releases, never tallies.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F

from onvif_privacy.core import ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.counts import TOTAL, Table, protect
from onvif_privacy.outreach.models import NO_ANSWER, Question, Survey, SurveyRelease, Tally
from onvif_privacy.outreach.services.surveys.answering import RUN, Kind, using

Counts = Mapping[str, Mapping[str, int | None]]
"""By question's position, or ``position×`` for its comparison: a number by ``choice`` or ``choice|other``."""


def _tables(survey: Survey) -> dict[str, Table]:
    """Return what came since the last release as tables of the same people."""
    fresh: dict[tuple[Any, int], dict[int, int]] = {}
    rows = Tally.objects.using(using()).filter(question__survey=survey)
    for row in rows:
        fresh.setdefault((row.question_id, row.cross), {})[row.choice] = row.n - row.published
    questions = list(survey.questions.using(using()).exclude(kind=Kind.TEXT))
    cross = next((one for one in questions if one.cross), None)
    tables = {}
    for one in questions:
        name, several = str(one.position), one.kind == Kind.MULTI
        cells = {(str(choice),): number for choice, number in fresh[one.pk, 0].items()}
        # whoever may choose several is counted several times, so these do not add up to people
        tables[name] = Table((f"q{name}",), cells, adds=() if several else None)
        if cross is not None and one.pk != cross.pk:
            both = {
                (str(choice), str(column - 1)): number
                for column in range(1, len(cross.options) + 2)
                for choice, number in fresh[one.pk, column].items()
            }
            dimensions = (f"q{name}", f"q{cross.position}")
            tables[f"{name}×"] = Table(dimensions, both, adds=(dimensions[1],) if several else None)
    return tables


def release(survey: Survey, *, actor: AbstractBaseUser | None = None) -> SurveyRelease | None:
    """Publish what came since the last release; None where that is fewer than K answers. Raises PermissionDenied."""
    if actor is not None and not actor.has_perm(RUN):  # type: ignore[attr-defined]
        raise PermissionDenied
    with transaction.atomic(using=using()):
        row = Survey.objects.using(using()).select_for_update().get(pk=survey.pk)
        answers = row.answers - row.released
        if answers < house.K:
            return None
        tables = _tables(row)
        counts = {
            name: {"|".join(place): number for place, number in found.cells.items()}
            for name, found in zip(tables, protect(tables.values(), house.K), strict=True)
        }
        number = row.releases.using(using()).count() + 1
        made = SurveyRelease(survey=row, number=number, answers=answers, counts=counts, digest=digest_of(counts))
        made.save(using=using())
        Tally.objects.using(using()).filter(question__survey=row).update(published=F("n"))
        Survey.objects.using(using()).filter(pk=row.pk).update(released=F("answers"))
        payload = {"survey": row.ref, "act": "released", "number": number, "digest": made.digest}
        ledger.record("outreach.survey", payload=payload, actor=actor)
    survey.refresh_from_db(using=using())
    return made


def digest_of(counts: Counts) -> str:
    """Return the SHA-256 (hex) of what was published."""
    return hashlib.sha256(json.dumps(counts, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Chart:
    """One question as it is drawn: label and number of each choice, None where it is hidden."""

    title: str
    series: tuple[tuple[str, int | None], ...]
    group: str = ""


@dataclass(frozen=True)
class Shown:
    """One release as it is shown."""

    release: SurveyRelease
    charts: tuple[Chart, ...]


def _labels(question: Question, none: str) -> dict[int, str]:
    return {NO_ANSWER: none, **dict(enumerate(question.options, 1))}


def _charts(survey: Survey, counts: Counts, none: str) -> Iterator[Chart]:
    questions = list(survey.questions.exclude(kind=Kind.TEXT))
    cross = next((one for one in questions if one.cross), None)
    for one in questions:
        labels, cells = _labels(one, none), counts.get(str(one.position), {})
        yield Chart(one.label, tuple((label, cells.get(str(choice))) for choice, label in labels.items()))
        both = counts.get(f"{one.position}×")
        if both and cross is not None:
            for column, group in _labels(cross, none).items():
                series = tuple((label, both.get(f"{choice}|{column}")) for choice, label in labels.items())
                if any(number for _label, number in series):
                    yield Chart(one.label, series, f"{cross.label}: {group}")


def shown(survey: Survey) -> list[Shown]:
    """Return the releases of a survey with their charts, the newest first."""
    from django.utils.translation import gettext as _

    none = _("no answer")
    return [Shown(one, tuple(_charts(survey, one.counts, none))) for one in survey.releases.order_by("-number")]


__all__ = ["TOTAL", "Chart", "Shown", "digest_of", "release", "shown"]
