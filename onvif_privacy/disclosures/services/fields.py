"""What could leave at all: the fields that the registry declares, by their class, and what a regime reaches of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from django.db import router
from django.db.models import DateField, DateTimeField, Model, Q, QuerySet
from django.utils import timezone
from django.utils.text import capfirst

from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import leaves, model_of, rows_of
from onvif_privacy.core.registry import Field, Json, PersonalData, personal_data
from onvif_privacy.disclosures.models import Ceiling, Regime
from onvif_privacy.disclosures.services.acting import using

NEVER: Final = ("", "credential")
OWN: Final = "onvif_privacy_disclosures."


@dataclass(frozen=True)
class Choice:
    """One field as a scope names it: a model, a field, and one class of what it holds (JSON may hold several)."""

    model: str
    field: str
    data_class: str
    label: str
    time_field: str

    @property
    def key(self) -> str:
        """The three words that name it in a form."""
        return f"{self.model}|{self.field}|{self.data_class}"

    @property
    def is_special(self) -> bool:
        """Whether it is of a special category, which is granted only where it is named one by one."""
        return self.data_class.startswith("special:")


def parts(declared: Field | Json) -> Iterator[Field]:
    """Yield the declarations of a field: one, or one for each leaf of JSON."""
    if isinstance(declared, Field):
        yield declared
        return
    yield from (one for one in (*declared.leaves.values(), declared.rest) if isinstance(one, Field))


def time_field_of(declaration: PersonalData, field: Field | None) -> str:
    """Return the column that a window is asked of; empty where the field is present state, or the time is sealed."""
    name = (field.time_field if field is not None else "") or declaration.time_field
    if not name or isinstance(model_of(declaration)._meta.get_field(name), EncryptedField):
        return ""
    return name


def _choices(declaration: PersonalData) -> Iterator[Choice]:
    options = model_of(declaration)._meta
    for name, declared in declaration.fields.items():
        words = f"{capfirst(str(options.verbose_name))}: {getattr(options.get_field(name), 'verbose_name', name)}"
        seen: set[str] = set()
        for part in parts(declared):
            if part.data_class not in NEVER and part.data_class not in seen:
                seen.add(part.data_class)
                when = time_field_of(declaration, part)
                yield Choice(declaration.model.lower(), name, part.data_class, words, when)


def choices() -> list[Choice]:
    """Return every field that has a class and belongs to somebody, by model; credentials and our own cases never."""
    return [
        one
        for declaration in personal_data.all()
        if declaration.subjects and not declaration.model.lower().startswith(OWN)
        for one in _choices(declaration)
    ]


def known(model: str, field: str, data_class: str) -> Choice | None:
    """Return the choice of that name; None where the registry does not declare it."""
    if model not in personal_data or model.lower().startswith(OWN):
        return None
    found = [one for one in _choices(personal_data.get(model)) if (one.field, one.data_class) == (field, data_class)]
    return found[0] if found else None


def ceiling_of(regime: Regime) -> frozenset[str]:
    """Return the classes that a regime reaches."""
    return frozenset(Ceiling.objects.using(using()).filter(regime=regime).values_list("data_class", flat=True))


def is_reached(data_class: str, ceiling: frozenset[str]) -> bool:
    """Whether a class is within a ceiling; ``special:any`` stands for each special one."""
    return data_class in ceiling or ("special:any" in ceiling and data_class.startswith("special:"))


def _midnight(day: Any) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def window(model: type[Model], name: str, since: datetime | None, until: datetime | None) -> Q:
    """Return the condition ``since <= time < until``; a plain date counts as its midnight on this site."""
    if not name:
        return Q()
    found, column = Q(), model._meta.get_field(name)
    if isinstance(column, DateTimeField) or not isinstance(column, DateField):
        found &= Q() if since is None else Q(**{f"{name}__gte": since})
        return found & (Q() if until is None else Q(**{f"{name}__lt": until}))
    if since is not None:
        day = timezone.localtime(since).date()
        found &= Q(**{f"{name}__gte" if _midnight(day) >= since else f"{name}__gt": day})
    if until is not None:
        day = timezone.localtime(until).date()
        found &= Q(**{f"{name}__lte" if _midnight(day) < until else f"{name}__lt": day})
    return found


def role_of(declaration: PersonalData, name: str, data_class: str) -> str:
    """Return the role in a row that a field belongs to."""
    of = next((one.of for one in parts(declaration.fields[name]) if one.data_class == data_class), "")
    return of or next(iter(declaration.subjects))


def rows(
    declaration: PersonalData,
    person: Subject,
    role: str,
    name: str,
    since: datetime | None,
    until: datetime | None,
) -> QuerySet[Any]:
    """Return the rows of a model about one person in one role and one window, from the database that is written."""
    model = model_of(declaration)
    found: QuerySet[Any] = rows_of(declaration, person, role).using(router.db_for_write(model))
    return found.filter(window(model, name, since, until))


def held(choice: Choice, person: Subject, since: datetime | None, until: datetime | None) -> int:
    """Return how many rows there are; never what stands in them."""
    declaration = personal_data.get(choice.model)
    role = role_of(declaration, choice.field, choice.data_class)
    return rows(declaration, person, role, choice.time_field, since, until).count()


def of_class(declared: Field | Json, value: Any, data_class: str) -> Any:
    """Return what a value holds of one class: all of it, or for JSON the leaves of that class by their path."""
    if isinstance(declared, Field):
        return value
    found: Mapping[str, Any] = {
        ".".join(str(step) for step in place): leaf
        for place, leaf, part in leaves(declared, value)
        if part.data_class == data_class
    }
    return dict(found)
