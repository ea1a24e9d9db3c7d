"""The promise that what was given for one purpose is read for no other (clause ``operation``)."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import gate
from onvif_privacy.core.fields import EncryptedField, PurposeRequired, sealed
from onvif_privacy.core.fields.attributes import SealedAttribute
from onvif_privacy.core.fields.sealed import opener
from onvif_privacy.core.gate.scope import Scope
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.promises.shapes import Clause, Finding, Kind, Promise, check
from onvif_privacy.core.registry import declare, personal_data, purposes

OPERATION = Clause("operation", _("Running the site"))
GATED = Promise("operation.gated", OPERATION, _("What was given for one purpose is read for no other."))

declare(OPERATION, GATED)

graded: Any = import_module("onvif_privacy.core.overview.declared")  # its package has a function of that name


def _using() -> str:
    return router.db_for_write(Telling)


def _other_purposes() -> list[str]:
    """Return purposes for which nobody may read a message to a person; of rooms and of the site, if there are any."""
    own = personal_data.get(Telling._meta.label.lower()).fields["text"].purposes  # type: ignore[union-attr]
    known = [one.slug for one in purposes.all() if one.record != "each" and one.slug not in (*own, "own_access")]
    return known[:3]


def _ways(pk: uuid.UUID, stranger: Subject) -> Iterator[tuple[str, Callable[[], object]]]:
    """Yield each way to read a value and what reads it: without a purpose, for another one, as somebody else."""
    rows = Telling.objects.using(_using()).filter(pk=pk)
    yield "its attribute", lambda: rows.get().text
    yield ".values()", lambda: rows.values("text").get()["text"]
    yield ".values_list()", lambda: rows.values_list("text", flat=True).get()

    def within(purpose: str, subject: Subject | None = None) -> Callable[[], object]:
        def read() -> object:
            with gate.scope(purpose, subject=subject):
                return rows.get().text

        return read

    yield "the access of somebody else", within("own_access", stranger)
    for slug in _other_purposes():
        yield f"the purpose {slug}", within(slug)


def _quietly(read: Callable[[], object]) -> str:
    """Read without a line in the log for what this check expects: a refusal."""
    with altered(sealed.logger, "disabled", True):
        return str(read())


@check(GATED, kind=Kind.REFUSAL)
def sealed_values_stay_closed(look: Look) -> Iterable[Finding]:
    """Store a sealed value in a transaction that is undone, and try to read it in each way that no purpose covers."""
    words = secrets.token_hex(16)
    with rolled_back(_using()):
        owner, stranger = Subject.objects.create(), Subject.objects.create()
        row = Telling.objects.using(_using()).create(subject=owner, title="Probe", text=words, purpose="operation")
        found = []
        for name, read in _ways(row.pk, stranger):
            look.seen()
            try:
                if words in _quietly(read):
                    found.append(Finding("Telling.text", f"was read by {name}"))
            except (PurposeRequired, gate.ScopeRefused):
                continue
    yield from found


@sealed_values_stay_closed.saboteur
@contextmanager
def every_scope_opens_everything(plant: Plant) -> Iterator[str]:
    """Let a scope read whatever it meets, for whatever purpose and whoever it is about."""
    with (
        altered(Scope, "why_not_field", lambda self, model, name: ""),
        altered(Scope, "person_of", lambda self, instance, sealed: self.permission.only and self.permission.only.pk),
    ):
        yield "was read by the access of somebody else"


@sealed_values_stay_closed.saboteur
@contextmanager
def a_field_that_opens_by_itself(plant: Plant) -> Iterator[str]:
    """Decrypt on every read, as fields of most libraries do."""
    read = SealedAttribute.__get__

    def open_at_once(self: SealedAttribute, instance: object, cls: object = None) -> object:
        if opener.get() is not None:
            return read(self, instance, cls)
        with gate.scope("operation"):
            return read(self, instance, cls)

    with altered(SealedAttribute, "__get__", open_at_once):
        yield "was read by its attribute"


@check(GATED, kind=Kind.STATIC)
def grades_are_true(look: Look) -> Iterable[Finding]:
    """Compare the grade that staff see for each field with its column: sealed means encrypted, and nothing else is."""
    for model in graded.declared().models:
        table = apps.get_model(model.label)
        for field in model.fields:
            look.seen()
            name = field.name.partition(".")[0]
            encrypted = isinstance(table._meta.get_field(name), EncryptedField)
            if encrypted != (field.grade.value == "sealed"):
                yield Finding(f"{model.label}.{field.name}", f"is shown as {field.grade.value}")


@grades_are_true.saboteur
@contextmanager
def an_open_column_called_sealed(plant: Plant) -> Iterator[str]:
    """Count every field as sealed."""
    with altered(graded, "grade_of", lambda model, name, declared: graded.Grade.SEALED):
        yield "is shown as sealed"
