"""Correcting: own fields at once, others by a request that staff decide."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import router, transaction
from django.db.models import Field as Column
from django.db.models import Model

from onvif_privacy.core import ledger
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Field, NotDeclared, PersonalData, personal_data
from onvif_privacy.core.signals import subject_corrected
from onvif_privacy.rights.models import Channel, Kind, Letter, Request, State
from onvif_privacy.rights.services import holdings, letters, requests
from onvif_privacy.rights.services.requests.states import by, locked, move
from onvif_privacy.rights.services.requests.states import using as using_requests


@dataclass(frozen=True)
class Target:
    """One field of one row of a person, and how it may be corrected."""

    declaration: PersonalData
    row: Model
    field: Field
    name: str

    @property
    def column(self) -> Column[Any, Any]:
        """The model field."""
        return self.row._meta.get_field(self.name)  # type: ignore[return-value]

    def form_field(self) -> forms.Field:
        """Return the form field that takes the new value."""
        made = self.column.formfield()
        if made is None:
            raise LookupError(self.name)
        return made


def target(subject: Subject, label: str, pk: str, name: str) -> Target | None:
    """Return a field that its person may correct; None for any other, whoever it belongs to.

    Needs the gate open for the person's own access.
    """
    try:
        declaration = personal_data.get(label.lower())
    except NotDeclared:
        return None
    field = declaration.fields.get(name)
    if not isinstance(field, Field) or getattr(field, "correct", None) is None:
        return None
    who = holdings.person(subject)
    try:
        row = holdings.rows(declaration, who).filter(pk=pk).first()
    except (ValueError, TypeError, ValidationError, OverflowError):
        return None
    if row is None or name not in holdings.fields_of(declaration, holdings.roles_of(declaration, who, [row])[row.pk]):
        return None
    made = Target(declaration, row, field, name)
    return made if made.column.formfield() is not None else None


def correct(subject: Subject, found: Target, value: Any, *, actor: AbstractBaseUser | None = None) -> None:
    """Write the new value of one field, record it, and tell whoever received the old one.

    The entry names model and field, never a value. Raises ValidationError where the model refuses the value.
    """
    column, row = found.column, found.row
    using = router.db_for_write(type(row))
    with transaction.atomic(using=using):
        cleaned = column.clean(value, row)
        setattr(row, found.name, cleaned)
        names = [found.name]
        if isinstance(column, EncryptedField) and column.index:
            names.append(column.index_name)
        if column.unique:
            row.validate_unique(exclude={one.name for one in row._meta.fields if one.name != found.name})
        row.save(update_fields=names, using=using)
        payload = {"model": found.declaration.model.lower(), "fields": [found.name]}
        with transaction.atomic(using=using_requests()):
            ledger.record("rights.corrected", subject=subject, payload=payload, actor=actor)
        send = partial(
            subject_corrected.send_robust,
            Request,
            subject=subject,
            model=found.declaration.model,
            row=str(row.pk),
            fields=(found.name,),
        )
        transaction.on_commit(send, using=using)


def ask(subject: Subject, found: Target, value: Any) -> Request:
    """Ask staff to correct a field: a request with the old and the new value, sealed."""
    wish = {
        "model": found.declaration.model,
        "row": str(found.row.pk),
        "field": found.name,
        "old": holdings.plain(getattr(found.row, found.name)),
        "new": holdings.plain(value),
    }
    return requests.open(
        kind=Kind.CORRECT, channel=Channel.ACCOUNT, key=secrets.token_hex(16), subject=subject, wish=wish
    )


def apply(request: Request, *, actor: AbstractBaseUser) -> None:
    """Carry out what a correction asks for; raises LookupError where the row is gone, ValidationError, NotNow."""
    assert request.subject is not None  # noqa: S101 - a correction is of somebody
    with locked(request, State.REVIEW) as asked, holdings.opened(request.subject) as (scope, _who):
        scope.claim([asked])
        wish = asked.wish
        if not isinstance(wish, dict) or "model" not in wish:
            raise LookupError(request.reference)
        found = target(request.subject, wish["model"], wish["row"], wish["field"])
        if found is None:
            raise LookupError(request.reference)
        correct(request.subject, found, wish["new"], actor=actor)
        move(asked, State.DONE, actor=actor, decided_by=by(actor))
        letters.notify(asked, Letter.What.DONE)
