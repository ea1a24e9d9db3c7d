"""The keep rule: a field stays while one of its purposes lives. One function answers eraser, retention and "why"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils import timezone

from onvif_privacy.core.consent import State
from onvif_privacy.core.registry import After, Field, PersonalData, While, personal_data, purposes
from onvif_privacy.core.registry.strategies import Keep


@dataclass(frozen=True)
class Kept:
    """Why a field stays and until when; ``until`` None means no date is known yet."""

    purpose: str
    until: datetime | None


def _start(value: date | datetime) -> datetime:
    """The moment a term counts from: a plain date begins at midnight of the site's time zone."""
    if isinstance(value, datetime):
        return value if timezone.is_aware(value) else timezone.make_aware(value)
    return timezone.make_aware(datetime.combine(value, time.min))


def _end(value: date | datetime, days: int) -> datetime:
    if isinstance(value, datetime):
        return _start(value) + timedelta(days=days)
    return _start(value + timedelta(days=days))  # whole days of the site, summer time included


def followed(declaration: PersonalData, purpose: str) -> tuple[tuple[str, ...], After | While | None]:
    """Return the term of a purpose, and the foreign keys to the row that it counts from.

    ``While("order")`` lasts as long as the order is kept for that purpose, where the order is declared with a term for
    it: so the lines of an order end on the day that the order does.
    """
    path, seen = list[str](), set[str]()
    term = declaration.terms.get(purpose)
    while isinstance(term, While):
        target: Any = apps.get_model(declaration.model)._meta.get_field(term.field).related_model
        label = target._meta.label_lower if target else ""
        if label in seen or label not in personal_data or purpose not in personal_data.get(label).terms:
            break
        seen.add(label)
        path.append(term.field)
        declaration = personal_data.get(label)
        term = declaration.terms[purpose]
    return tuple(path), term


def followed_rows(declaration: PersonalData) -> list[str]:
    """Return the look-ups of the rows that terms count from, to be fetched along."""
    return sorted({"__".join(path) for purpose in declaration.terms if (path := followed(declaration, purpose)[0])})


def terms_of(declaration: PersonalData, purpose: str, row: Model, now: datetime) -> tuple[bool, datetime | None]:
    """Return whether the purpose's term still runs for this row, and when it ends (None: not known)."""
    path, term = followed(declaration, purpose)
    for name in path:
        row = getattr(row, name)
        if row is None:
            return False, None
    if term is None:
        return True, None
    if isinstance(term, While):
        field = row._meta.get_field(term.field)
        return getattr(row, str(getattr(field, "attname", term.field))) is not None, None
    begun = getattr(row, term.field)
    if begun is None:
        return True, None
    until = _end(begun, term.days)
    return now < until, until


def _lives(
    declaration: PersonalData, purpose: str, row: Model, states: Mapping[str, State], now: datetime
) -> tuple[bool, datetime | None]:
    if purposes.get(purpose).basis.asks:
        return states.get(purpose) is State.GRANTED, None
    return terms_of(declaration, purpose, row, now)


def kept(
    declaration: PersonalData,
    field: Field,
    row: Model,
    *,
    states: Mapping[str, State],
    now: datetime,
    erasing: bool = False,
) -> Kept | None:
    """Return why and until when a field of this row stays; None when it must end.

    A purpose that rests on consent lives while granted (``states`` of the subject), any other until its term ends.
    An erasure request ends all of them but the one that ``keep`` names. Of several the longest answers.
    Raises NotDeclared for an unknown purpose.
    """
    if erasing:
        names: tuple[str, ...] = (field.erase.purpose,) if isinstance(field.erase, Keep) else ()
    elif field.purpose_column:
        names = (getattr(row, field.purpose_column),)
    else:
        names = field.purposes
    alive = [
        Kept(name, until) for name in names for runs, until in [_lives(declaration, name, row, states, now)] if runs
    ]
    if not alive:
        return None
    return max(alive, key=lambda one: (one.until is None, one.until or now))
