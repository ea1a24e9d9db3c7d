"""What every verb of this room does besides its own work: one transaction, one entry, one main row of a kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import router, transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Subject
from onvif_privacy.people.models import Address, ContactPoint
from onvif_privacy.people.services.errors import PeopleError, TooMany

MOST = 20  # rows of a kind that one person may keep


@contextmanager
def changing(subject: Subject) -> Iterator[None]:
    """Open the transaction of one change; raises PeopleError for somebody who was erased or merged into another."""
    with transaction.atomic(using=router.db_for_write(Subject)):
        # lock first: two first addresses at once would both be the main one
        found = Subject.objects.select_for_update().filter(pk=subject.pk).values("erased_at", "merged_into").first()
        if found is None or any(found.values()):
            raise PeopleError("This person was erased or merged into another.")
        try:
            yield
        except KeyDestroyed:
            raise PeopleError("This person was erased.") from None


def record(change: str, row: Any, fields: Mapping[str, Any] | None = None) -> None:
    """Write the entry of a change: what, which row and which fields, never a value."""
    payload: dict[str, Any] = {"change": change, "model": row._meta.model_name, "row": row.pk.hex}
    if fields is not None:
        payload["fields"] = sorted(fields)
    ledger.record("people.changed", subject=row.subject, payload=payload)


def make_primary(row: ContactPoint | Address) -> None:
    """Make a row the person's main one of its kind or use, in place of another."""
    type(row).objects.filter(slot=row.slot_wanted).exclude(pk=row.pk).update(slot=None)
    type(row).objects.filter(pk=row.pk).update(slot=row.slot_wanted)
    row.slot = row.slot_wanted


def hand_on(row: ContactPoint | Address) -> None:
    """Let another row be the main one after this one has gone."""
    same = {"kind": row.kind} if isinstance(row, ContactPoint) else {"use": row.use}
    heir = type(row).objects.filter(subject=row.subject, **same).order_by("added_on", "pk").first()
    if heir is not None:
        make_primary(heir)


def room_for(rows: Any) -> None:
    """Raise TooMany where somebody keeps as many as the room takes."""
    if rows.count() >= MOST:
        raise TooMany(f"{MOST} of a kind are kept at most.")
