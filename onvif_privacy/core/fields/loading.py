"""Giving loaded values their place, and keeping a blind index beside its value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from weakref import WeakKeyDictionary

from django.db import models
from django.db.models.signals import class_prepared, post_init, post_save

from onvif_privacy.core.fields.base import EncryptedField, encrypted_fields
from onvif_privacy.core.fields.sealed import Sealed

_sealed: WeakKeyDictionary[type[models.Model], tuple[EncryptedField, ...]] = WeakKeyDictionary()
"""The encrypted fields of each class: every row that is loaded asks for them."""


def _place(sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
    # Remembered at loading: after ``order.owner = other`` the value still opens, and saving it is refused.
    for field in _sealed.get(sender, ()):
        value = instance.__dict__.get(field.attname)
        if type(value) is Sealed and value.place is None:
            place = field.place_of(instance, loaded_only=True)
            if place is not None:
                instance.__dict__[field.attname] = value.at(place)


def _index(
    sender: type[models.Model], instance: Any, using: str, update_fields: Iterable[str] | None, raw: bool, **kwargs: Any
) -> None:
    # ``save(update_fields=["email"])`` names the value and not its index.
    if update_fields is None or raw:
        return
    changed = {
        field.index_name: instance.__dict__[field.index_name]
        for field in encrypted_fields(sender)
        if field.index and field.name in update_fields and field.index_name not in update_fields
    }
    if changed:
        sender._base_manager.using(using).filter(pk=instance.pk).update(**changed)


def _watch(sender: type[models.Model], **kwargs: Any) -> None:
    # Asked of each class, because post_init names the exact one: children and proxies send their own.
    fields = encrypted_fields(sender)
    if fields:
        _sealed[sender] = tuple(fields)
        post_init.connect(_place, sender=sender)
    if any(field.index for field in fields):
        post_save.connect(_index, sender=sender)


class_prepared.connect(_watch, dispatch_uid="onvif_privacy.fields")
