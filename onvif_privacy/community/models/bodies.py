"""The words of a private message: sealed under the key of the conversation, and around that under the author's own.

Reading needs both: a participant who holds the conversation's key, and an author whose key was not destroyed. Bound to
conversation and message inside, to table, column, message and author outside. No gate scope opens the inside, except
the author's own access, and a release that two people approved: what for, the room itself looks up and records.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from django.apps import apps
from django.db import router

from onvif_privacy.core.fields import EncryptedBinaryField, PurposeRequired, Sealed
from onvif_privacy.core.fields.sealed import opener
from onvif_privacy.core.fields.sealing import open_at
from onvif_privacy.core.keys import OpeningKeys, SealBroken, open_sealed, seal
from onvif_privacy.core.keys.primitives import KEY_BYTES, hkdf
from onvif_privacy.core.registry import guarded

USE = b"onvif_privacy v1|conversation|body"
NO_KEY_ID = bytes(8)
ID_BYTES = 16

_known: WeakKeyDictionary[Any, dict[uuid.UUID, Any]] = WeakKeyDictionary()
"""Rows of participants, sealed, by scope and conversation: an export asks for each once."""


class Inner:
    """The words as they stand inside the author's seal: nothing that is shown, printed or compared."""

    __slots__ = ("sealed",)

    def __init__(self, sealed: bytes) -> None:
        self.sealed = sealed

    @property
    def names(self) -> tuple[uuid.UUID, uuid.UUID]:
        """The conversation and the message that these words were sealed for."""
        return uuid.UUID(bytes=self.sealed[:ID_BYTES]), uuid.UUID(bytes=self.sealed[ID_BYTES : 2 * ID_BYTES])

    def __repr__(self) -> str:
        return "<sealed words>"

    def __str__(self) -> NoReturn:
        raise PurposeRequired("Words of a conversation are opened by its participants only.")


def new_key() -> bytes:
    """Return the key of a new conversation."""
    return secrets.token_bytes(KEY_BYTES)


def _place(conversation: uuid.UUID, message: uuid.UUID) -> tuple[str, ...]:
    return ("conversation", str(conversation), str(message))


def close_words(words: str, *, key: bytes, conversation: uuid.UUID, message: uuid.UUID) -> Inner:
    """Seal words for one message of one conversation."""
    sealed = seal(words.encode(), key=hkdf(key, USE), key_id=NO_KEY_ID, place=_place(conversation, message))
    return Inner(conversation.bytes + message.bytes + sealed)


def open_words(inner: Inner, *, key: bytes, conversation: uuid.UUID, message: uuid.UUID) -> str:
    """Return the words of exactly this message; raises SealBroken for any other."""
    head, sealed = inner.sealed[: 2 * ID_BYTES], inner.sealed[2 * ID_BYTES :]
    if head != conversation.bytes + message.bytes:
        raise SealBroken("The sealed value cannot be opened.")
    return open_sealed(sealed, key=hkdf(key, USE), place=_place(conversation, message)).decode()


def has_ended(row: Any, name: str) -> bool:
    """Whether a sealed attribute of a loaded row was emptied; asked without opening it, whatever scope is open."""
    return row.__dict__[name] is None


def plain_of(row: Any, name: str, keys: OpeningKeys) -> bytes:
    """Return the bytes that a sealed attribute of a row holds.

    Raises KeyDestroyed where its owner was erased, SealBroken where it was changed, moved or emptied.
    """
    field = row._meta.get_field(name)
    value = row.__dict__[field.attname]
    if not isinstance(value, Sealed):
        raise SealBroken("There is nothing to open.")
    place = field.placed(row, value).place
    if place is None:
        raise SealBroken("The sealed value cannot be opened.")
    return open_at(place, value.envelope, keys)


class MessageField(EncryptedBinaryField):
    """A body. Only the author's own access and an approved release decode it; any other purpose gets nothing."""

    def deconstruct(self) -> Any:
        """Migrations know it as the field it is stored as."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "onvif_privacy.core.fields.EncryptedBinaryField", args, kwargs

    def encode(self, value: Any) -> bytes:
        """Take what `close_words` made, and nothing else: plaintext never gets here."""
        if not isinstance(value, Inner):
            raise self.invalid()
        return value.sealed

    def decode(self, plain: bytes) -> Any:
        """Return the words in a scope of the author's own access or of a release, nothing in any other.

        Outside of any scope what stays sealed. Raises PurposeRequired for a ticket that nobody gave.
        """
        inner, scope = Inner(bytes(plain)), opener.get()
        if getattr(scope, "is_release", False):
            return guarded.get(self.label).opened(scope, inner)
        if scope is not None and scope.purpose != "own_access":
            return None
        person = getattr(getattr(scope, "permission", None), "only", None)
        if scope is None or person is None:
            return inner
        return self._own_words(inner, scope, person.pk)

    def _own_words(self, inner: Inner, scope: Any, person: uuid.UUID) -> Any:
        conversation, message = inner.names
        rows = _known.setdefault(scope, {})
        if conversation not in rows:
            model: Any = apps.get_model("onvif_privacy_community", "Participant")
            mine = model._default_manager.using(router.db_for_write(model)).filter(subject=person)
            rows[conversation] = mine.filter(conversation=conversation).first()
        if rows[conversation] is None or has_ended(rows[conversation], "sealed_key"):
            return inner  # an erasure may end the key before the words
        key = plain_of(rows[conversation], "sealed_key", scope.keys)
        return open_words(inner, key=key, conversation=conversation, message=message)
