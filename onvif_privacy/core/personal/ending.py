"""Ending fields of one row as their declaration says: columns, files with their variants, JSON leaves, the row."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.cache import cache
from django.core.files.storage import Storage
from django.db import router, transaction
from django.db.models import FileField, ManyToManyField, Model

from onvif_privacy.core import holds
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal.rows import Place, leaves
from onvif_privacy.core.registry import Field, File, Json, PersonalData, personal_data
from onvif_privacy.core.registry.strategies import CannotEnd, of_leaf

Spared = Callable[[Field], bool]


@dataclass(frozen=True)
class Ended:
    """What was done to a row: the fields that ended, and whether the row itself is gone.

    ``waits``: nothing was done, because a hold asks to leave the row to the next run.
    """

    fields: tuple[str, ...]
    deleted: bool
    waits: bool = False


def delete_file(storage: Storage, names: Iterable[str]) -> None:
    """Delete files and make sure that the storage no longer has them; raises OSError after three tries."""
    for name in names:
        for _attempt in range(3):
            storage.delete(name)
            if not storage.exists(name):
                break
        else:
            raise OSError(f"The storage still holds a file that was deleted: {name}")


def _end_file(row: Model, name: str, declared: Field) -> None:
    file = getattr(row, name)
    if file:
        variants = list(declared.variants(row)) if isinstance(declared, File) and declared.variants else []
        # After commit: a file cannot be rolled back.
        transaction.on_commit(partial(delete_file, file.storage, [file.name, *variants]), using=row._state.db)
    setattr(row, name, "")


def _without(value: Any, place: Place) -> None:
    *parents, last = place
    for step in parents:
        value = value[step]
    if isinstance(value, list):
        value[int(last)] = None  # positions of the others stay
    else:
        del value[last]


def _end_json(row: Model, name: str, declared: Json, spared: Spared) -> None:
    value = copy.deepcopy(getattr(row, name))
    column = row._meta.get_field(name)
    for place, leaf, field in list(leaves(declared, value)):
        if spared(field):
            continue
        how = of_leaf(field.erase)
        if how is None:
            _without(value, place)
        else:
            *parents, last = place
            target = value
            for step in parents:
                target = target[step]
            target[last] = how.end(column, leaf)  # type: ignore[arg-type]
    setattr(row, name, value)


def _end_field(row: Model, name: str, declared: Field | Json, spared: Spared) -> None:
    column = row._meta.get_field(name)
    if isinstance(declared, Json):
        _end_json(row, name, declared, spared)
    elif isinstance(column, ManyToManyField):
        getattr(row, name).clear()
    elif isinstance(column, FileField):
        _end_file(row, name, declared)
    elif declared.erase is None:
        raise CannotEnd(f"{row._meta.label}.{name} declares no way to end.")
    else:
        setattr(row, name, declared.erase.end(column, getattr(row, name)))  # type: ignore[arg-type]


def _spares(declared: Field | Json, spared: Spared) -> bool:
    parts = (*declared.leaves.values(), declared.rest) if isinstance(declared, Json) else ()
    return any(isinstance(part, Field) and spared(part) for part in parts)


def _columns(row: Model, names: Iterable[str]) -> Iterator[str]:
    """Yield the columns to be written: those of the fields, and the blind index beside an encrypted one."""
    for name in names:
        column = row._meta.get_field(name)
        if not isinstance(column, ManyToManyField):
            yield name
        if isinstance(column, EncryptedField) and column.index:
            yield column.index_name


def _none(field: Field) -> bool:
    return False


def _ends_apart(row: Model) -> bool:
    """Whether a model that this one inherits from is declared itself: its rows end by what is said of them there."""
    return any(parent._meta.label_lower in personal_data for parent in row._meta.get_parent_list())


def end_row(
    declaration: PersonalData,
    row: Model,
    names: Iterable[str],
    *,
    subject: Subject | None = None,
    spared: Spared = _none,
) -> Ended:
    """End the named fields of a row in one transaction; delete the row where the declaration says so.

    Leaves of JSON whose declaration is ``spared`` stay, and the row with them.

    ``row=delete()`` goes whole; ``row=delete(when="empty")`` goes once every personal field has ended. ``subject`` is
    the person whose fields they are: where a hold asks to wait for its copy, the row stays as it is for this run.
    Raises CannotEnd for a field without a fitting strategy, and nothing is changed then.
    """
    chosen = tuple(names)
    if subject is not None and holds.waits(subject, declaration.model, chosen):
        return Ended((), deleted=False, waits=True)
    using = row._state.db or router.db_for_write(type(row), instance=row)
    whole = set(chosen) >= set(declaration.fields) and not any(
        _spares(declaration.fields[name], spared) for name in chosen
    )
    gone = declaration.row is not None and whole
    with transaction.atomic(using=using):
        for name in chosen:
            if not gone or isinstance(row._meta.get_field(name), FileField):
                _end_field(row, name, declaration.fields[name], spared)
        if gone:
            pk = row.pk
            row.delete(keep_parents=_ends_apart(row))
        else:
            pk = row.pk
            columns = [*_columns(row, chosen)]
            row.save(update_fields=columns, using=using) if columns else None
        if declaration.caches:
            transaction.on_commit(partial(cache.delete_many, list(declaration.caches(pk))), using=using)
    return Ended(chosen, gone)
