"""What the kernel's saboteurs work with: a decision to spoil, and a database owner's hand."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections, router, transaction

from onvif_privacy.core import consent
from onvif_privacy.core.guards import create, drop
from onvif_privacy.core.models import Decision, Entry, Method, Outcome, Subject
from onvif_privacy.core.registry import Basis, Purpose, temporarily

ASKED = Purpose("sabotage", label="Sabotage", text="Sabotage.", basis=Basis.CONSENT, clause="scope")


@contextmanager
def by_hand(statement: str, row: uuid.UUID, key: str = "id") -> Iterator[None]:
    """Change one row as a database owner would, who drops the guards first; everything is put back."""
    using = router.db_for_write(Entry)
    drop(using)
    try:
        with transaction.atomic(using=using):
            connection = connections[using]
            point = connection.savepoint()
            with connection.cursor() as cursor:
                value = Entry._meta.pk.get_db_prep_value(row, connection)
                cursor.execute(f"{statement} WHERE {key} = %s", [value])
            yield
            connection.savepoint_rollback(str(point))
    finally:
        create(using)


@contextmanager
def one_decision() -> Iterator[Decision]:
    subject = Subject.objects.create()
    with temporarily(ASKED):
        yield consent.decide(
            subject=subject,
            purpose=ASKED.slug,
            outcome=Outcome.WITHDRAWN,
            method=Method.FORM,
            key=subject.reference,
        )
