"""What a scope leaves in the ledger, and the two people who approved a large one."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import router, transaction

from onvif_privacy.core import ledger
from onvif_privacy.core.gate.errors import NotDurable, ScopeRefused
from onvif_privacy.core.models import Entry, Subject
from onvif_privacy.core.registry import Purpose

FIELD_LENGTH = 100


@dataclass(frozen=True)
class Ticket:
    """What two people approved: a reference, the SHA-256 (hex) of what they saw, and both of them.

    Raises ScopeRefused where they are one person.
    """

    reference: str
    digest: str
    approvers: tuple[AbstractBaseUser, AbstractBaseUser]

    def __post_init__(self) -> None:
        if self.approvers[0].pk == self.approvers[1].pk:
            raise ScopeRefused("A ticket needs two different approvers.")


@dataclass
class Counts:
    """What one scope did."""

    people: int = 0
    values: int = 0
    skipped: int = 0
    rows_out: int = 0
    bytes_out: int = 0


@dataclass
class Evidence:
    """Writes the entries of one scope, each before what it proves."""

    purpose: Purpose
    durable: bool
    actor: AbstractBaseUser | None = None
    party: str = ""
    exit: str = ""
    ticket: Ticket | None = None
    reference: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    opened: bool = False
    _read: set[tuple[uuid.UUID | None, str]] = field(default_factory=set)

    def _write(self, records: list[ledger.Record]) -> None:
        using = router.db_for_write(Entry)
        try:
            with transaction.atomic(using=using, durable=self.durable):
                ledger.record_all(records, using=using)
        except RuntimeError as error:
            if isinstance(error, ledger.NotInTransaction) or not self.durable:
                raise
            raise NotDurable(
                "A scope that sends data out cannot run inside a transaction, which could take its evidence back. "
                "Use non_atomic_requests for the view."
            ) from error

    def _base(self) -> dict[str, Any]:
        payload: dict[str, Any] = {"purpose": self.purpose.slug, "scope": self.reference}
        if self.actor is not None:
            payload["actor"] = Subject.objects.for_user(self.actor).reference
        return payload

    def open(self) -> None:
        """Say, once, that a scope was opened."""
        if self.opened:
            return
        payload = self._base() | {"exit": self.exit or None, "party": self.party or None}
        if self.ticket is not None:
            approvers = sorted(Subject.objects.for_user(one).reference for one in self.ticket.approvers)
            payload |= {"ticket": self.ticket.reference, "approved": self.ticket.digest, "approvers": approvers}
        self._write([ledger.Record("gate.opened", payload)])
        self.opened = True

    def before(self, people: Iterable[uuid.UUID | None], labels: Iterable[str]) -> None:
        """Write what has to stand before values of these people and fields are read. Raises what the ledger raises."""
        if self.purpose.record == "scope":
            self.open()
        if self.purpose.record != "each":
            return
        names = [one.lower()[:FIELD_LENGTH] for one in labels]
        fresh = {
            person: wanted
            for person in dict.fromkeys(people)
            if (wanted := [one for one in names if (person, one) not in self._read])
        }
        if fresh:
            base = self._base()
            self._write(
                [
                    ledger.Record("gate.read", base | {"fields": wanted}, Subject(pk=person) if person else None)
                    for person, wanted in fresh.items()
                ]
            )
            self._read |= {(person, one) for person, wanted in fresh.items() for one in wanted}

    def close(self, counts: Counts) -> None:
        """Write what a scope that said it was opened has done."""
        if self.opened:
            payload = self._base() | {
                "people": counts.people,
                "values": counts.values,
                "skipped": counts.skipped,
                "rows": counts.rows_out,
                "bytes": counts.bytes_out,
            }
            self._write([ledger.Record("gate.closed", payload)])
