"""What an encrypted field shows to code that has no purpose: that something is there, and nothing else."""

from __future__ import annotations

import hmac
import logging
import sys
import uuid
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, Protocol

from django.core.exceptions import FieldError

from onvif_privacy.core.conf import conf
from onvif_privacy.core.signals import gate_refused

if TYPE_CHECKING:
    from onvif_privacy.core.fields.base import EncryptedField

logger = logging.getLogger(__name__)

MASK = "•••"


class PurposeRequired(Exception):
    """A sealed value was used outside a gate scope that may read it. Names the field, never the value."""


class RowRequired(Exception):
    """A value cannot be sealed or moved without the row it belongs to: write it through the instance, by save()."""


class LookupRefused(FieldError):
    """Ciphertext cannot be compared by the database."""


@dataclass(frozen=True)
class Place:
    """Where a value belongs: table, column, row and whose key seals it (None: the key of the row)."""

    table: str
    column: str
    row: uuid.UUID
    subject: uuid.UUID | None

    @property
    def parts(self) -> tuple[str, ...]:
        """The authenticated context of the envelope."""
        return (self.table, self.column, str(self.row), str(self.subject or ""))


class Opener(Protocol):
    """What a gate scope is to the fields: it gives plaintext, or the sealed value back."""

    purpose: str

    def attribute(self, instance: Any, sealed: Sealed) -> Any:
        """Return the plaintext of an attribute; ``sealed`` itself, with its reason, where it may not be read."""
        ...

    def unread(self, instance: Any, field: EncryptedField, value: Any) -> Sealed | None:
        """Return the sealed value that ``value`` was opened from a moment ago, for the same place; else None."""
        ...


opener: ContextVar[Opener | None] = ContextVar("onvif_privacy_opener", default=None)
"""The scope that is open in this thread or task. Set by the gate only."""

_OURS = ("onvif_privacy.core.fields", "onvif_privacy.core.gate", "onvif_privacy.core.testing", "django.", "contextlib")


def caller(*, line: bool = False) -> str:
    """Return ``module:line`` of the nearest code that is neither Django's nor the gate's; ``file:line`` on request."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        frame = frame.f_back
    place = frame.f_code.co_filename if line else frame.f_globals.get("__name__", "?")
    return f"{place}:{frame.f_lineno}"


def refused(field: str, why: str) -> PurposeRequired:
    """Log a refusal by field and caller, tell `gate_refused`, and return the error to raise."""
    scope, place = opener.get(), caller()
    purpose = scope.purpose if scope else ""
    logger.warning("%s stays sealed at %s: %s", field, place, why)
    gate_refused.send_robust(Sealed, field=field, purpose=purpose, caller=place)
    return PurposeRequired(f"{field} is sealed: {why}.")


class Sealed:
    """One encrypted value, as every path of the ORM returns it.

    ``repr`` names the field, truth means that something is there, two sealed values can be compared. Everything that
    would show or carry the value away raises PurposeRequired.
    """

    __slots__ = ("envelope", "field", "place", "why")

    def __init__(
        self, field: EncryptedField, envelope: bytes, place: Place | None = None, why: str = "no gate scope is open"
    ) -> None:
        self.field = field
        self.envelope = envelope
        self.place = place
        self.why = why

    def at(self, place: Place) -> Sealed:
        """Return the same value with its place known."""
        return Sealed(self.field, self.envelope, place, self.why)

    def because(self, why: str) -> Sealed:
        """Return the same value with the reason why it stays sealed."""
        return Sealed(self.field, self.envelope, self.place, why)

    def __repr__(self) -> str:
        return f"<sealed {self.field.label}>"

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Sealed):
            return hmac.compare_digest(self.envelope, other.envelope)
        if other is None:
            return False
        raise refused(self.field.label, self.why)

    def _refuse(self) -> NoReturn:
        raise refused(self.field.label, self.why)

    def _shown(self) -> str:
        if conf.GATE_ON_REFUSAL == "mask":
            refused(self.field.label, self.why)
            return MASK
        raise refused(self.field.label, self.why)

    def __str__(self) -> str:
        return self._shown()

    def __format__(self, specification: str) -> str:
        return self._shown()

    def __html__(self) -> str:
        return self._shown()

    def __copy__(self) -> Sealed:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> Sealed:
        return self

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        self._refuse()

    def __hash__(self) -> int:
        self._refuse()

    def __len__(self) -> int:
        self._refuse()

    def __iter__(self) -> Iterator[Any]:
        self._refuse()

    def __getitem__(self, key: object) -> Any:
        self._refuse()

    def __contains__(self, item: object) -> bool:
        self._refuse()

    def _compare(self, other: object) -> bool:
        self._refuse()

    __lt__ = __le__ = __gt__ = __ge__ = _compare

    def _convert(self) -> NoReturn:
        self._refuse()

    __int__ = __float__ = __index__ = __bytes__ = _convert

    def _combine(self, other: object) -> NoReturn:
        self._refuse()

    __add__ = __radd__ = __mod__ = __mul__ = _combine
