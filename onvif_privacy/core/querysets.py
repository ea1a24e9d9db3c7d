"""The vocabulary of look-ups, and the refusal to change evidence through the ORM."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

if TYPE_CHECKING:
    from onvif_privacy.core.models import Subject

M = TypeVar("M", bound=models.Model)


class AppendOnly(Exception):
    """Evidence is written once. Raised by every ORM path that would change or remove it."""

    def __init__(self, table: str) -> None:
        super().__init__(f"{table} is append-only.")


class AppendOnlyQuerySet(models.QuerySet[M]):
    """Refuses update, delete and every upsert: evidence is only ever added."""

    def _refuse(self) -> NoReturn:
        raise AppendOnly(self.model._meta.db_table)

    def update(self, **kwargs: Any) -> NoReturn:
        self._refuse()

    def delete(self) -> NoReturn:
        self._refuse()

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> NoReturn:
        self._refuse()

    def update_or_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        self._refuse()

    def bulk_create(
        self,
        objs: Iterable[M],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        update_fields: Collection[str] | None = None,
        unique_fields: Collection[str] | None = None,
    ) -> list[M]:
        if update_conflicts:
            self._refuse()
        return super().bulk_create(objs, batch_size, ignore_conflicts)

    def fill(self, **values: Any) -> int:
        """Set columns that are still NULL; the only change a ``fill_once`` guard lets through. Returns how many."""
        empty = {f"{name}__isnull": True for name in values}
        return super().filter(**empty)._fill(values)

    def _fill(self, values: dict[str, Any]) -> int:
        return super().update(**values)

    def release(self) -> int:
        """Delete the rows; the database refuses those that no `Release` names. Returns how many went."""
        return int(self._raw_delete(self.db) or 0)  # None where there can be no row


class AppendOnlyManager(models.Manager[M]):
    """Manager of evidence tables."""

    def get_queryset(self) -> AppendOnlyQuerySet[M]:
        return AppendOnlyQuerySet(self.model, using=self._db)


class SubjectQuerySet(models.QuerySet["Subject"]):
    """Look-ups of subjects."""

    def by_reference(self, reference: str) -> Subject | None:
        """Return the subject of a 22-character reference; None where it is unknown or malformed."""
        try:
            raw = base64.b64decode(reference.encode("ascii") + b"==", altchars=b"-_", validate=True)
            # The last character carries spare bits: without this, sixteen spellings would name one person.
            if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != reference:
                return None
            return self.filter(pk=uuid.UUID(bytes=raw)).first()
        except (binascii.Error, ValueError):
            return None

    def for_user(self, user: AbstractBaseUser) -> Subject:
        """Return the subject of a user of the site, made on first need."""
        return self.get_or_create(user_id=user.pk)[0]

    def alive(self) -> SubjectQuerySet:
        """Return subjects that were neither erased nor merged into another."""
        return self.filter(erased_at__isnull=True, merged_into__isnull=True)
