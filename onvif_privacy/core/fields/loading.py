"""Giving loaded values their place, and keeping a blind index beside its value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.models.signals import class_prepared, post_init, post_save

from onvif_privacy.core.fields.base import encrypted_fields
from onvif_privacy.core.fields.sealed import Sealed


def _place(sender: type[models.Model], instance: Any, **kwargs: Any) -> None:
    # Remembered at loading: after ``order.owner = other`` the value still opens, and saving it is refused.
    for field in encrypted_fields(sender):
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
        post_init.connect(_place, sender=sender)
    if any(field.index for field in fields):
        post_save.connect(_index, sender=sender)


class_prepared.connect(_watch, dispatch_uid="onvif_privacy.fields")
