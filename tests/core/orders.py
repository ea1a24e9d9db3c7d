"""Orders of the small shop, and what tests of the gate ask about them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import connection

from onvif_privacy.core import consent, ledger
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.fields.sealing import open_at
from onvif_privacy.core.keys import OpeningKeys
from onvif_privacy.core.models import Entry, Subject
from tests.core.factories import NoticeFactory
from tests.core.hostapp.models import Order

SECRET = "canary@example.org"
VALUES = {
    "email": SECRET,
    "name": "Ada Lovelace – Grüße\n",
    "born": date(1815, 12, 10),
    "age": -(2**70),
    "meta": {"list": [1, 2.5, None, True], "ключ": {"a": ""}},
    "photo": b"\x00\xff",
    "health": "x" * 300,
}


def order(**changes: Any) -> Order:
    """Store an order, of a new subject unless another is named."""
    values = {"owner": Subject.objects.create(), "email": SECRET, "name": "Ada"} | changes
    return Order.objects.create(**values)


def grant(subject: Subject, purpose: str = "offers") -> None:
    """Let a person grant a purpose."""
    consent.decide(
        subject=subject,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=uuid.uuid4().hex,
        notice=NoticeFactory(),
    )


def entries(kind: str) -> list[dict[str, Any]]:
    """Return the payloads of a kind of entry, oldest first."""
    return [ledger.opened(entry) for entry in Entry.objects.filter(kind=kind).order_by("at")]


def plain(sealed: Sealed) -> Any:
    """Open a sealed value with the keys at hand, as the gate does."""
    assert sealed.place is not None
    return sealed.field.decode(open_at(sealed.place, sealed.envelope, OpeningKeys()))


def stored(column: str, table: str = "hostapp_order") -> list[bytes]:
    """Return what the database holds."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table} ORDER BY id")
        return [bytes(row[0]) for row in cursor.fetchall() if row[0] is not None]
