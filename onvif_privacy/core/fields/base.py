"""The encrypted model field: plaintext goes in by ``save()``, sealed values come out, whatever path they take."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models
from django.db.models.constants import OnConflict
from django.db.models.expressions import Case, Value
from django.db.models.functions import Cast
from django.db.models.lookups import IsNull

from onvif_privacy.core.fields import checking
from onvif_privacy.core.fields.attributes import EmptyValues, SealedAttribute
from onvif_privacy.core.fields.columns import IndexColumn
from onvif_privacy.core.fields.exchange import ExchangedField
from onvif_privacy.core.fields.index import BlindIndex
from onvif_privacy.core.fields.sealed import LookupRefused, Place, RowRequired, Sealed
from onvif_privacy.core.fields.sealing import BLOCK_BYTES, SENSITIVE_BLOCK_BYTES, seal_at
from onvif_privacy.core.keys import LabelSecret, label
from onvif_privacy.core.registry.personal import Field as PersonalField
from onvif_privacy.core.registry.personal import personal_data
from onvif_privacy.core.registry.strategies import Keep


class EncryptedField(ExchangedField):
    """Base of encrypted fields.

    ``subject`` names, on the same row, a foreign key to `Subject` or to a record with a key of its own, or the UUID
    primary key of a row that is such a record; None seals under a key of the row. ``index`` asks for a blind index
    (column ``<name>_index``); ``sensitive=True`` pads to 256 bytes instead of 32. ``place`` ("table.column") keeps
    values readable after a rename. An absent value is NULL, an empty one zero bytes: there is nothing to seal.
    """

    descriptor_class = SealedAttribute
    empty_values = EmptyValues([None, "", b""])
    empty: ClassVar[Any] = None

    def __init__(
        self,
        *args: Any,
        subject: str | None,
        index: BlindIndex | None = None,
        sensitive: bool = False,
        place: str = "",
        **kwargs: Any,
    ) -> None:
        self.subject, self.index, self.sensitive, self.sealed_as = subject, index, sensitive, place
        kwargs.setdefault("editable", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Keep what decides about the stored bytes, so that migrations are stable."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs["subject"] = self.subject
        extra = {"index": self.index, "sensitive": self.sensitive, "place": self.sealed_as}
        kwargs |= {key: value for key, value in extra.items() if value}
        kwargs.pop("editable", None)
        if not self.editable:
            kwargs["editable"] = False
        return name, f"onvif_privacy.core.fields.{type(self).__name__}", args, kwargs

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        """Add the column of the blind index, where one is asked for."""
        super().contribute_to_class(cls, name, private_only)
        # Historical models of migrations ("__fake__") list that column themselves.
        if self.index and not cls._meta.abstract and cls.__module__ != "__fake__":
            IndexColumn().contribute_to_class(cls, self.index_name)

    def check(self, **kwargs: Any) -> Any:
        """E040 and E041 beside Django's own."""
        return [*super().check(**kwargs), *checking.problems(self)]

    @property
    def index_name(self) -> str:
        """Name of the column of the blind index."""
        return f"{self.name}_index"

    @property
    def declaration(self) -> PersonalField | None:
        """What `privacy.py` declares of this field."""
        label = self.model._meta.concrete_model._meta.label_lower  # type: ignore[union-attr]
        declared = personal_data.get(label).fields.get(self.name) if label in personal_data else None
        return declared if isinstance(declared, PersonalField) else None

    @property
    def use(self) -> str:
        """Which key seals: the record's own, or the subject's for kept or for ordinary data."""
        if not checking.owned_by_subject(self):
            return "record"
        declared = self.declaration
        return "kept" if declared and isinstance(declared.erase, Keep) else "data"

    # Where a value belongs

    def _names(self) -> tuple[str, str, str, str] | None:
        """Return the attributes that name row and owner (empty without one), table and column; None without a row id.

        Kept on the field, since every loaded row asks; what they follow from is kept beside them.
        """
        from_what = (self.model, self.subject, self.sealed_as)
        known = self.__dict__.get("_names_known")
        if known is None or known[0] != from_what:
            row_name = checking.row_field(self.model)
            owner_name = checking.owner_field(self).attname if self.subject else ""
            table, _, column = self.sealed_as.rpartition(".")
            place = (table or self.model._meta.db_table, column or str(self.column))
            known = (from_what, None if row_name is None else (row_name.attname, owner_name, *place))
            self.__dict__["_names_known"] = known
        found: tuple[str, str, str, str] | None = known[1]
        return found

    def place_of(self, instance: Any, *, loaded_only: bool = False) -> Place | None:
        """Return the place of this field on an instance; None if it is not known (yet)."""
        names = self._names()
        if names is None:
            return None
        row_name, owner_name, table, column = names
        loaded = instance.__dict__
        if loaded_only and not (row_name in loaded and (not owner_name or owner_name in loaded)):
            return None
        row = getattr(instance, row_name)
        owner = getattr(instance, owner_name) if owner_name else None
        if not isinstance(row, uuid.UUID) or (owner_name and not isinstance(owner, uuid.UUID)):
            return None
        return Place(table, column, row, owner)

    def place_at(self, row: uuid.UUID, subject: uuid.UUID | None) -> Place:
        """Return the place of a row whose ids are known."""
        table, _, column = self.sealed_as.rpartition(".")
        return Place(table or self.model._meta.db_table, column or str(self.column), row, subject)

    def placed(self, instance: Any, value: Sealed) -> Sealed:
        """Return a loaded value with its place."""
        if value.place is not None:
            return value
        place = self.place_of(instance)
        return value if place is None else value.at(place)

    # Writing

    def indexable(self, value: Any) -> str:
        """Return what the blind index and a search compare."""
        raise NotImplementedError

    def index_value(self, secret: LabelSecret, value: Any, plan: BlindIndex | None = None) -> int:
        """Return what the index column holds for a value under one generation of the index key."""
        plan = plan or self.index
        if plan is None:
            raise LookupRefused(f"{self.label} has no blind index.")
        column = self.sealed_as or f"{self.model._meta.db_table}.{self.column}"
        return plan.value(secret.derive(column), secret.generation, self.indexable(value))

    def index_values(self, value: Any) -> list[int]:
        """Return what the index column may hold for a value, the present generation and plan first."""
        if self.index is None:
            raise LookupRefused(f"{self.label} has no blind index.")
        return [self.index_value(one, value, plan) for plan in self.index.plans for one in label("index")]

    def seal(self, value: Any, place: Place) -> Sealed:
        """Seal a plaintext at its place."""
        block = SENSITIVE_BLOCK_BYTES if self.sensitive else BLOCK_BYTES
        return Sealed(self, seal_at(place, self.encode(value), use=self.use, block=block), place)

    def pre_save(self, model_instance: Any, add: bool) -> Any:
        """Seal what was assigned; the instance holds only the sealed value from then on."""
        value = model_instance.__dict__.get(self.attname)
        if isinstance(value, Sealed):
            checking.stays(self, model_instance, value)
            return value
        if hasattr(value, "resolve_expression"):
            raise RowRequired(f"{self.label} cannot be set by an expression: the database cannot seal.")
        place = None if self.is_empty(value) else self.place_of(model_instance)
        if self.is_empty(value):
            stored: Any = value
        elif place is None:
            raise RowRequired(f"{self.label} needs its row id and its {self.subject or 'row'} before it can be sealed.")
        else:
            stored = self.seal(value, place)
        if self.index:
            model_instance.__dict__[self.index_name] = self.index_values(value)[0] if place else None
        model_instance.__dict__[self.attname] = stored
        return stored

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Let only sealed and empty values through to the database."""
        if isinstance(value, Sealed):
            return super().get_db_prep_value(value.envelope, connection, prepared)
        if value is None:
            return None
        if self.is_empty(value):
            return super().get_db_prep_value(b"", connection, prepared)
        raise RowRequired(f"{self.label}: update() and bulk_update() cannot seal; assign to the instance and save().")

    def _placeholder(self, value: Any, compiler: Any) -> None:
        query = compiler.query
        if getattr(query, "on_conflict", None) == OnConflict.UPDATE and self in (query.update_fields or ()):
            raise RowRequired(f"{self.label}: an upsert would seal for another row than it changes.")
        # bulk_update() writes its values as Case; anything else would move ciphertext between rows
        if hasattr(value, "as_sql") and not isinstance(value, (Case, Cast, Value)):
            raise RowRequired(f"{self.label} cannot be set by an expression: the database cannot seal.")

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        """Refuse upserts and expressions (Django 5.2 and 6.0)."""
        self._placeholder(value, compiler)
        return str(connection.ops.binary_placeholder_sql(value))

    def get_placeholder_sql(self, value: Any, compiler: Any, connection: Any) -> Any:
        """Refuse upserts and expressions (Django 6.1 and later)."""
        self._placeholder(value, compiler)
        return super().get_placeholder_sql(value, compiler, connection)

    # Reading

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Seal whatever the database returns."""
        if value is None:
            return None
        raw = value.encode() if isinstance(value, str) else bytes(value)
        return Sealed(self, raw) if raw else self.empty

    def get_lookup(self, lookup_name: str) -> Any:
        """Allow ``isnull``; say what to call instead of any other."""
        if lookup_name == "isnull":
            return IsNull
        raise LookupRefused(f"{self.label} is encrypted and cannot be looked up. Call {checking.instead(self)}.")

    def get_transform(self, lookup_name: str) -> Any:
        """Refuse."""
        return self.get_lookup("transform")


def encrypted_fields(model: type[models.Model]) -> Iterable[EncryptedField]:
    """Return the encrypted fields of a model, inherited ones included."""
    return [field for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]
