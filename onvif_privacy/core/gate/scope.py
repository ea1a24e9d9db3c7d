"""The scope: for whom, for what and by whom sealed values may be read, held in a context variable."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from types import TracebackType
from typing import Any

from asgiref.sync import sync_to_async
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet

from onvif_privacy.core.conf import conf
from onvif_privacy.core.fields.base import EncryptedField
from onvif_privacy.core.fields.sealed import Sealed, opener, refused
from onvif_privacy.core.fields.sealing import open_at
from onvif_privacy.core.gate import bulk
from onvif_privacy.core.gate.errors import BulkRefused, ScopeRefused
from onvif_privacy.core.gate.evidence import Counts, Evidence, Ticket
from onvif_privacy.core.gate.people import (
    Permission,
    declared_field,
    owner_path,
    owners,
    purpose_column,
    purposes_of,
)
from onvif_privacy.core.keys import KeyDestroyed, OpeningKeys
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import exits, purposes
from onvif_privacy.core.registry.personal import Field

logger = logging.getLogger(__name__)

OWN_ACCESS = "own_access"
LEGAL_DUTY = "legal_duty"
ENDED = "the gate scope has ended"


class Scope:
    """One open scope; made by `scope`. ``counts`` says what was read and sent."""

    def __init__(self, evidence: Evidence, subject: Subject | None) -> None:
        self.purpose = evidence.purpose.slug
        self.counts = Counts()
        self.keys = OpeningKeys()
        self.evidence = evidence
        self.permission = Permission(self.purpose, subject)
        self.is_open = True
        self._reachable: set[Any] = set()
        self._people: set[uuid.UUID | None] = set()
        self._claimed: set[tuple[str, Any]] = set()
        self._last: tuple[Sealed, bytes] | None = None

    def __repr__(self) -> str:
        return f"<Scope {self.purpose} {self.evidence.reference}>"

    # What may be read

    @property
    def is_release(self) -> bool:
        """Whether two people approved what leaves by this scope: their ticket decides, not the purposes of fields."""
        return self.purpose == LEGAL_DUTY and bool(self.evidence.exit) and self.evidence.ticket is not None

    def why_not_field(self, model: Any, name: str) -> str:
        """Say why a field is not readable for this purpose at all; empty where it is."""
        if not self.is_open:
            return ENDED
        if self.purpose == OWN_ACCESS:
            field = declared_field(model, name)
            return "credentials are shown to nobody" if field and field.data_class == "credential" else ""
        if self.is_release:
            field = declared_field(model, name)
            return "it has no data class that may leave" if field is None or field.data_class == "credential" else ""
        if self.purpose not in purposes_of(model, name):
            return f"it is not declared for {self.purpose!r}"
        if self.permission.only is None and callable(owner_path(model, name)):
            return "its owner is known by a function only: open the scope with subject=…"
        return ""

    def why_not_row(self, said: object) -> str:
        """Say why a row that names its own purpose is not readable; empty where it is."""
        return "" if self.is_release or self.purpose in (OWN_ACCESS, said) else f"its row is not for {self.purpose!r}"

    def admit(self, people: Sequence[Any], field: Field | None) -> None:
        """Count people whose contact details are about to be read; raises BulkRefused before one too many."""
        if field is None or not (field.reach or field.data_class == "contact"):
            return
        purpose, together = self.evidence.purpose, self._reachable | set(people)
        allowed = self.is_release or (purpose.bulk and (not purpose.exits or self.evidence.ticket is not None))
        if len(together) > conf.GATE_BULK and not allowed:
            refused(f"contact details of {len(together)} people", "too many for one scope")
            raise BulkRefused(
                f"{self.purpose!r} may read contact details of {conf.GATE_BULK} people in one scope. More need a "
                "purpose with bulk=True and, where data leaves the house, a ticket that two people approved."
            )
        self._reachable = together

    def count(self, people: Sequence[uuid.UUID | None], values: int) -> None:
        """Count what is handed out."""
        self._people.update(people)
        self.counts.people = len(self._people)
        self.counts.values += values

    def claim(self, rows: Iterable[Any]) -> None:
        """Say that rows are about the one person of this scope, as `rights` found by path or by a proven address.

        Only for ``own_access``; raises ScopeRefused otherwise. Values sealed for another person stay sealed.
        """
        if self.purpose != OWN_ACCESS:
            raise ScopeRefused("Rows are claimed for own_access only.")
        self._claimed.update((row._meta.label, row.pk) for row in rows)

    def disclaim(self, rows: Iterable[Any]) -> None:
        """Take back what `claim` said."""
        self._claimed.difference_update((row._meta.label, row.pk) for row in rows)

    def person_of(self, instance: Any, sealed: Sealed) -> uuid.UUID | None:
        """Return the subject id a value is about; None where nobody is known."""
        field = sealed.field
        if field.use != "record" and sealed.place is not None and sealed.place.subject is not None:
            return sealed.place.subject
        if self.permission.only is not None and (instance._meta.label, instance.pk) in self._claimed:
            return self.permission.only.pk
        rows = type(instance)._base_manager.filter(pk=instance.pk)
        path = owner_path(type(instance), field.name)
        return owners(rows, path, self.permission.only).get(instance.pk)

    # What the fields ask (protocol Opener)

    def attribute(self, instance: Any, sealed: Sealed) -> Any:
        """Return the plaintext of an attribute, or the sealed value with the reason why not."""
        field, place = sealed.field, sealed.place
        why = self.why_not_field(type(instance), field.name)
        if why or place is None:
            return sealed.because(why or "its row is not known")
        column = purpose_column(type(instance), field.name)
        why = self.why_not_row(getattr(instance, column)) if column else ""
        if why:
            return sealed.because(why)
        person, declaration = self.person_of(instance, sealed), declared_field(type(instance), field.name)
        why = self.permission.why_not(person, declaration)
        if why:
            return sealed.because(why)
        self.admit([person or place.row], declaration)
        try:
            plain = open_at(place, sealed.envelope, self.keys)
        except KeyDestroyed:
            return sealed.because("its key was destroyed")
        self.evidence.before([person], [field.label])
        self.count([person], 1)
        self._last = (sealed, plain)
        return field.decode(plain)

    def unread(self, instance: Any, field: EncryptedField, value: Any) -> Sealed | None:
        """Return what was opened last, if exactly that is being set at its own place."""
        if self._last is None or isinstance(value, Sealed) or field.is_empty(value):
            return None
        sealed, plain = self._last
        if sealed.field is not field:
            return None
        # A row that is just being made (of a child's columns, say) may get its value before the key that names it.
        place = field.place_of(instance, loaded_only=instance._state.adding)
        return sealed if sealed.place == place and field.encode(value) == plain else None

    # What a user of the scope calls

    def read(self, queryset: QuerySet[Any], fields: Sequence[str]) -> Iterator[bulk.Row]:
        """Yield rows with the plaintext of ``fields``, encrypted or plain, in order of the primary key.

        Loads only these columns, 500 rows and their keys at a time; asks consent again for each 500, leaves out whom
        it may not read and counts them in ``counts.skipped``. Raises PurposeRequired for a field that is not declared
        for the purpose, BulkRefused, GateClosed, SealBroken.
        """
        return bulk.read(self, queryset, fields)

    def values(self, rows: Sequence[Any], name: str) -> list[Any]:
        """Return what the attribute ``name`` of each of these rows of one model is, asked once for all of them.

        Plaintext, what is empty or not encrypted, and `Sealed` with the reason for what may not be read. The rows
        themselves stay sealed. Raises BulkRefused, SealBroken, and what the ledger raises; nothing is returned then.
        """
        return bulk.values(self, rows, name)

    async def aread(self, queryset: QuerySet[Any], fields: Sequence[str]) -> AsyncIterator[bulk.Row]:
        """Yield what `read` yields, from an event loop."""
        rows = self.read(queryset, fields)

        def advance() -> bulk.Row | None:
            return next(rows, None)

        while (row := await sync_to_async(advance)()) is not None:
            yield row

    def meter(self, sent: bytes | int, *, rows: int = 1) -> None:
        """Count what has left through the exit: its bytes, or how many there were."""
        self.counts.bytes_out += sent if isinstance(sent, int) else len(sent)
        self.counts.rows_out += rows

    def search(self, queryset: QuerySet[Any], field: EncryptedField, value: Any) -> list[Any]:
        """Return the rows whose encrypted ``field`` equals ``value``; used by `find`."""
        return bulk.search(self, queryset, field, value)

    def finish(self) -> None:
        """Forget every key, then say what was done."""
        self.is_open = False
        self.keys.forget()
        self._last = None
        self.evidence.close(self.counts)


class scope:  # a verb: `with gate.scope("operation"):`
    """Open a scope for one purpose, for the length of a ``with`` or ``async with`` block.

    ``subject`` narrows it to one person (and is required for ``own_access``). A purpose with ``exits=True`` needs
    ``exit``, the slug of a declared `Exit`, and ``durable=True``: its entry is committed before the first value is
    read. Raises NotDeclared, ScopeRefused, NotDurable, GateClosed.
    """

    def __init__(
        self,
        purpose: str,
        *,
        actor: AbstractBaseUser | None = None,
        subject: Subject | None = None,
        party: str | None = None,
        exit: str | None = None,
        ticket: Ticket | None = None,
        durable: bool = False,
    ) -> None:
        declared = purposes.get(purpose)
        if declared.exits and not (exit and durable):
            raise ScopeRefused(f"{purpose!r} sends data out: its scope needs exit=… and durable=True.")
        if exit:
            exits.get(exit)
        if purpose == OWN_ACCESS and subject is None:
            raise ScopeRefused("own_access is for one person: name them with subject=….")
        self._evidence = Evidence(declared, durable, actor, party or "", exit or "", ticket)
        self._subject = subject
        self._scope: Scope | None = None

    def _open(self) -> Scope:
        found = Scope(self._evidence, self._subject)
        found.permission.ask_first()
        if self._evidence.durable:
            self._evidence.open()
        return found

    def __enter__(self) -> Scope:
        if self._scope is not None:
            raise RuntimeError("A scope is opened once.")
        self._scope, self._before = self._open(), opener.get()
        opener.set(self._scope)
        return self._scope

    def _close(self, failed: bool) -> None:
        assert self._scope is not None  # noqa: S101 - entered before it is left
        try:
            self._scope.finish()
        except Exception:
            if not failed:
                raise
            logger.exception("the end of scope %s could not be recorded", self._evidence.reference)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        opener.set(self._before)  # not reset(): a generator may be closed in another context
        self._close(error is not None)

    async def __aenter__(self) -> Scope:
        self._scope, self._before = await sync_to_async(self._open)(), opener.get()
        opener.set(self._scope)
        return self._scope

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        opener.set(self._before)
        await sync_to_async(self._close)(error is not None)
