"""The plain columns that stand beside encrypted ones: a row id that exists before the row, and a blind index."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:  # generic to the type checker only
    UUIDField = models.UUIDField[Any, Any]
    BigIntegerField = models.BigIntegerField[Any, Any]
else:
    UUIDField, BigIntegerField = models.UUIDField, models.BigIntegerField


class RowKeyField(UUIDField):
    """The row id of encrypted fields where the database makes the primary key, which is too late to seal with."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"default": uuid.uuid4, "editable": False, "unique": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what is always so."""
        name, _path, args, kwargs = super().deconstruct()
        for fixed in ("default", "editable", "unique"):
            kwargs.pop(fixed, None)
        return name, "onvif_privacy.core.fields.RowKeyField", args, kwargs


class IndexColumn(BigIntegerField):
    """The column of a blind index. Made by the encrypted field beside it; written with that field and never by hand."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"null": True, "editable": False, "db_index": True}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what is always so."""
        name, _path, args, kwargs = super().deconstruct()
        for fixed in ("null", "editable", "db_index"):
            kwargs.pop(fixed, None)
        return name, "onvif_privacy.core.fields.IndexColumn", args, kwargs
