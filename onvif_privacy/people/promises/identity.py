"""What people give is declared, asked for a purpose, and encrypted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from django.apps import apps
from django.db import connections, router
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.fields import EncryptedField, encrypted_fields
from onvif_privacy.core.personal.completeness import OURS, covered, fields_of
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, by_hand, rolled_back
from onvif_privacy.core.registry import declare, exemptions, personal_data, temporarily
from onvif_privacy.people import checks
from onvif_privacy.people.forms import EmailForm, ProfileForm
from onvif_privacy.people.models import ContactPoint
from onvif_privacy.people.promises.clauses import IDENTITY

DECLARED = Promise("identity.declared", IDENTITY, _("Every field that holds something about a person is declared."))
ASKED = Promise("identity.asked", IDENTITY, _("Forms say what they ask for, and ask for nothing else."))
ENCRYPTED = Promise("identity.encrypted", IDENTITY, _("What people give is stored encrypted."))

declare(DECLARED, ASKED, ENCRYPTED)

LABEL = "onvif_privacy_people"
ENVELOPE = 1 + 8 + 12 + 16 + 32  # version, key id, nonce, tag, one block
CONTACT = f"{LABEL}.ContactPoint"


def _models() -> list[type[Model]]:
    return [one for one in apps.get_app_config(LABEL).get_models() if not one._meta.proxy]


@check(DECLARED, kind=Kind.STATIC)
def every_field_is_declared(look: Look) -> Iterable[Finding]:
    """Compare the fields of this room's models with their declarations."""
    for model in _models():
        label = model._meta.label_lower
        if label in exemptions:
            continue
        known = covered(personal_data.get(label), model)
        for field in fields_of(model):
            look.seen()
            if field.name not in known and not isinstance(field, OURS):
                yield Finding(f"{model._meta.label}.{field.name}", "is not declared")
            elif isinstance(field, EncryptedField) and field.name not in personal_data.get(label).fields:
                yield Finding(f"{model._meta.label}.{field.name}", "is not declared as personal")


@every_field_is_declared.saboteur
@contextmanager
def undeclared_address(plant: Plant) -> Iterator[str]:
    """Let the e-mail address out of its declaration."""
    known = personal_data.get(CONTACT.lower())
    fields = {name: field for name, field in known.fields.items() if name != "email"}
    with temporarily(replace(known, fields=fields)):
        yield f"{CONTACT}.email: is not declared"


@check(ASKED, kind=Kind.STATIC)
def forms_ask_for_their_purpose(look: Look) -> Iterable[Finding]:
    """Look at every form that asks people for something."""
    for form in checks.person_forms():
        look.seen()
        place = f"{form.__module__}.{form.__qualname__}"
        for words, _hint in checks.problems_of(form):
            yield Finding(place, words.removeprefix(f"{place} "))
        if form.template_name != "onvif_privacy/people/fields.html":
            yield Finding(place, "prints its fields without what they are for")


@forms_ask_for_their_purpose.saboteur
@contextmanager
def form_that_asks_for_another_purpose(plant: Plant) -> Iterator[str]:
    """Ask for the name in the name of a purpose that it is not declared for."""
    with altered(ProfileForm, "purpose", "security"):
        yield "asks for 'name', which is not declared for 'security'"


@forms_ask_for_their_purpose.saboteur
@contextmanager
def form_with_an_unlisted_input(plant: Plant) -> Iterator[str]:
    """Give a form an input that it does not account for."""
    with altered(EmailForm, "not_personal", ("primary",)):
        yield "has a field 'use' that it does not account for"


@forms_ask_for_their_purpose.saboteur
@contextmanager
def form_without_its_note(plant: Plant) -> Iterator[str]:
    """Print a form without what it asks for."""
    with altered(ProfileForm, "template_name", "django/forms/div.html"):
        yield "prints its fields without what they are for"


@check(ENCRYPTED, kind=Kind.DATABASE, empty=True)
def columns_hold_ciphertext(look: Look) -> Iterable[Finding]:
    """Look at the newest raw values of every encrypted column."""
    for model in _models():
        connection = connections[router.db_for_read(model)]
        quote = connection.ops.quote_name
        for field in encrypted_fields(model):
            column, table = quote(str(field.column)), quote(model._meta.db_table)
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT 1000")  # noqa: S608 - our own names
                values = [bytes(one) if not isinstance(one, str) else one.encode() for (one,) in cursor.fetchall()]
            look.seen(len(values))
            if any(value and (value[0] != 1 or len(value) < ENVELOPE) for value in values):
                yield Finding(f"{model._meta.db_table}.{field.column}", "holds a value that is not encrypted")


@columns_hold_ciphertext.saboteur
@contextmanager
def address_in_the_clear(plant: Plant) -> Iterator[str]:
    """Write an e-mail address by SQL."""
    using, table = router.db_for_write(ContactPoint), ContactPoint._meta.db_table
    with rolled_back(using):
        by_hand(
            using,
            f"INSERT INTO {table} (id, added_on, statement, subject_id, kind, "  # noqa: S608 - our own names
            f"{connections[using].ops.quote_name('use')},"
            " email) VALUES (%s, '2026-01-01', '', %s, 'email', 'home', %s)",
            uuid.uuid4(),
            uuid.uuid4(),
            b"alice@example.org, in the clear for everybody who reads the table, and longer than an envelope",
        )
        yield f"{table}.email: holds a value that is not encrypted"
