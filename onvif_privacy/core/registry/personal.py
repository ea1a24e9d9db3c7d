"""Declaring personal data: which fields of a model say something of a person, why they are kept, and how they end.

A model is named by its label; its class is never touched, nor its migrations. Export, erasure, retention, the purpose
gate and the scope of disclosures all read this one declaration. Source: statement clauses ``identity`` and ``rights``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from django.db.models import Model, QuerySet

from onvif_privacy.core.registry.base import DeclarationError, Registry
from onvif_privacy.core.registry.strategies import Delete, Strategy

SPECIAL: Final = ("race", "politics", "religion", "union", "genetic", "biometric", "health", "sex_life", "offences")
DATA_CLASSES: Final = (
    "identity",
    "contact",
    "demographic",
    "billing",
    "connection",
    "traffic",
    "profile",
    "support",
    "content",
    "credential",
    *(f"special:{name}" for name in SPECIAL),
    "special:any",
)
"""The closed list; ``special`` are the categories of GDPR Art. 9 and 10 (``any`` where each row names its own),
``credential`` never leaves the house."""


class _NotPersonal:
    """Says that a JSON leaf is no personal datum."""

    def __repr__(self) -> str:
        return "not_personal"


not_personal: Final = _NotPersonal()


@dataclass(frozen=True)
class Reach:
    """How a person is reached by a field, where its column alone does not say it.

    ``channel`` is ``email``. ``rows`` filters the rows that hold such an address, by plain columns. ``proven`` names a
    column that is empty until the person has shown that the address is theirs: other rows are not written to, and
    these come before addresses of which nothing is said. ``first`` names a boolean column of the row to prefer.
    """

    channel: str
    rows: Mapping[str, Any] = field(default_factory=dict)
    proven: str = ""
    first: str = ""


@dataclass(frozen=True)
class Field:
    """One personal field.

    ``data_class`` is one of `DATA_CLASSES`; ``purposes`` are what it is kept for; ``erase`` is how it ends.
    ``of`` names the subject it belongs to where a row has several; ``reach`` marks a contact address: ``"email"``, or a
    `Reach`.
    ``export`` is True, False, or ``"review"`` for words that staff must look at first. ``correct`` is ``"self"`` where
    the person changes it at once, ``"request"`` where staff decide. ``time_field`` overrides the model's.
    ``watch=False`` needs ``because``. ``purpose_column`` names the column in which each row says the one purpose it
    may be read for, in place of ``purposes``. Raises DeclarationError for what is none of these.
    """

    data_class: str
    purposes: tuple[str, ...] = ()
    erase: Strategy | None = None
    of: str = ""
    reach: str | Reach = ""
    export: bool | Literal["review"] = True
    correct: Literal["self", "request"] | None = None
    time_field: str = ""
    watch: bool = True
    because: str = ""
    purpose_column: str = ""

    def __post_init__(self) -> None:
        if not self.watch and not self.because.strip():
            raise DeclarationError("Field(watch=False) needs because=…: why code may read it without a purpose.")
        if self.correct not in (None, "self", "request"):
            raise DeclarationError(f"Field(correct={self.correct!r}) is none of None, 'self' and 'request'.")
        if self.export not in (True, False, "review"):
            raise DeclarationError(f"Field(export={self.export!r}) is none of True, False and 'review'.")


@dataclass(frozen=True)
class File(Field):
    """A file field; ``variants(row)`` yields the names of copies made of it (thumbnails), deleted with it."""

    variants: Callable[[Model], Iterable[str]] | None = None


@dataclass(frozen=True)
class Json:
    """A JSON field leaf by leaf: dotted paths, ``*`` for any key or index; what is not listed falls under ``rest``."""

    leaves: Mapping[str, Field | _NotPersonal]
    rest: Field


@dataclass(frozen=True)
class Claim:
    """Rows without a person: whoever proves the contact in ``field`` and knows ``also`` may claim them.

    ``field`` may be a column of a row that this one belongs to: ``"order__email"``.
    """

    field: str
    kind: Literal["email", "phone"] = "email"
    also: str = ""


@dataclass(frozen=True)
class After:
    """A term that ends ``days`` after the date in ``field``; an empty date has not begun, so the term still runs."""

    field: str
    days: int


@dataclass(frozen=True)
class While:
    """A term that lasts as long as the row that foreign key ``field`` points at, or is kept for the same purpose."""

    field: str


SubjectPath = str | Callable[[QuerySet[Any], Any], QuerySet[Any]]


@dataclass(frozen=True)
class PersonalData:
    """Everything personal in one model.

    ``subjects`` maps a role to the path that leads to the user model, to `Subject` or to a column of subject ids; a
    function gets ``(queryset, subject)`` and returns that subject's rows. ``terms`` says when purposes that do not
    rest on consent end. ``row`` is how the row itself ends; ``caches(pk)`` names cache keys to drop.
    """

    model: str
    subjects: Mapping[str, SubjectPath]
    fields: Mapping[str, Field | Json]
    not_personal: tuple[str, ...] = ()
    claims: Mapping[str, Claim] = field(default_factory=dict)
    time_field: str = ""
    terms: Mapping[str, After | While] = field(default_factory=dict)
    row: Delete | None = None
    caches: Callable[[Any], Iterable[str]] | None = None


@dataclass(frozen=True)
class Exempt:
    """A model that holds nothing personal, and why."""

    model: str
    because: str


def exempt(model: str, *, because: str) -> Exempt:
    """Declare that a model holds nothing personal. Raises ValueError without a reason."""
    if not because.strip():
        raise ValueError(f"exempt({model!r}) needs a reason.")
    return Exempt(model, because)


personal_data: Registry[PersonalData] = Registry(PersonalData, "personal data", lambda item: item.model.lower())
exemptions: Registry[Exempt] = Registry(Exempt, "exemption", lambda item: item.model.lower())
