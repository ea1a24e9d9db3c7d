"""Which words were in force when a record was collected: a digest beside each record, fixed at its first save."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models.constants import OnConflict
from django.db.models.sql.compiler import SQLUpdateCompiler
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import doors

if TYPE_CHECKING:  # generic to the type checker only
    CharField = models.CharField[Any, Any]
else:
    CharField = models.CharField

DIGEST_LENGTH = 64  # SHA-256 in hex


class StatementField(CharField):
    """The digest of the statement in force, in the language of the moment, when the row was first saved.

    Filled by ``save()``, ``create()`` and ``bulk_create()`` unless a digest was assigned (a paper form); empty while
    nothing is published or the room `statement` is absent. What is there stays: later saves, ``update()`` and
    ``bulk_update()`` leave it as it is. ``time_field`` names the column that says when the row was collected, by
    which the promise ``scope.version_on_record`` tells rows of the time before the first statement.
    Source: statement clause ``scope``.
    """

    def __init__(self, *args: Any, time_field: str = "", **kwargs: Any) -> None:
        self.time_field = time_field
        kwargs |= {"max_length": DIGEST_LENGTH, "editable": False, "blank": True, "default": ""}
        if not args:
            kwargs.setdefault("verbose_name", _("statement in force"))
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what is always so, and what no database knows of."""
        name, _path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "editable", "blank", "default", "verbose_name"):
            kwargs.pop(fixed, None)
        return name, "onvif_privacy.core.fields.StatementField", args, kwargs

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Fill in the digest of this moment when the row is inserted."""
        value = super().pre_save(model_instance, add)
        if add and not value:
            value = doors.statement(get_language() or settings.LANGUAGE_CODE) or ""
            setattr(model_instance, self.attname, value)
        return value

    def _kept(self, compiler: Any, connection: Any, placeholder: str) -> str:
        """Wrap what an UPDATE brings, so that a digest that is there stays."""
        query = compiler.query
        if getattr(query, "on_conflict", None) == OnConflict.UPDATE and self in (query.update_fields or ()):
            raise ValueError(f"{self.name} is fixed at the first save: leave it out of update_fields.")
        if not isinstance(compiler, SQLUpdateCompiler):
            return placeholder
        return f"COALESCE(NULLIF({connection.ops.quote_name(self.column)}, ''), {placeholder})"

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """Keep the first digest (Django 5.2 and 6.0)."""
        return self._kept(compiler, connection, "%s")

    def get_placeholder_sql(self, value: Any, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Keep the first digest (Django 6.1 and later)."""
        sql, params = compiler.compile(value) if hasattr(value, "as_sql") else ("%s", (value,))
        return self._kept(compiler, connection, sql), tuple(params)


def statement_fields() -> Iterator[StatementField]:
    """Yield the field of every installed model that carries one, each once."""
    for model in apps.get_models():
        if not model._meta.proxy:
            yield from (field for field in model._meta.local_concrete_fields if isinstance(field, StatementField))
