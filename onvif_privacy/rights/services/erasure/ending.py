"""Ending one row of a person: their own fields, but what a duty keeps; then the row, or its link to them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import (
    CASCADE,
    PROTECT,
    RESTRICT,
    FileField,
    ForeignKey,
    ManyToManyField,
    Model,
    UUIDField,
)

from onvif_privacy.core.consent import State
from onvif_privacy.core.fields import EncryptedField, Sealed
from onvif_privacy.core.models import Subject
from onvif_privacy.core.personal import Kept, end_row, kept, leaves
from onvif_privacy.core.registry import Field, Json, PersonalData, personal_data
from onvif_privacy.core.registry.strategies import Anonymise, Blank, Delete, Generalise, Keep, Strategy
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.holdings import Person
from onvif_privacy.rights.services.holdings.rows import belongs

HOLDING_BACK = (CASCADE, PROTECT, RESTRICT)
EMPTY: tuple[Any, ...] = (None, "", b"", [], {})


@dataclass(frozen=True)
class Judged:
    """What the keep rule says of one row for one person: which fields end, which a duty keeps."""

    declaration: PersonalData
    row: Model
    roles: set[str]
    ends: list[str]
    keeps: dict[str, Kept]
    spared: Mapping[int, bool]

    def spares(self, field: Field) -> bool:
        """Whether a leaf of a JSON field stays."""
        return self.spared.get(id(field), False)


def judge(
    declaration: PersonalData, row: Model, roles: set[str], *, states: Mapping[str, State], now: datetime
) -> Judged:
    """Ask the keep rule about every field of the person in a row."""
    ends, keeps, spared = list[str](), dict[str, Kept](), dict[int, bool]()
    for name in holdings.fields_of(declaration, roles):
        one = declaration.fields[name]
        if isinstance(one, Field):
            why = kept(declaration, one, row, states=states, now=now, erasing=True)
            if why is None:
                ends.append(name)
            else:
                keeps[name] = why
            continue
        for part in (*one.leaves.values(), one.rest):
            if isinstance(part, Field):
                why = kept(declaration, part, row, states=states, now=now, erasing=True)
                spared[id(part)] = why is not None or not belongs(declaration, part, roles)
                if why is not None and belongs(declaration, part, roles):
                    keeps[name] = why
        ends.append(name)
    return Judged(declaration, row, roles, ends, keeps, spared)


def _strategy(field: Field) -> Strategy | None:
    return field.erase.then if isinstance(field.erase, Keep) else field.erase


def _has_ended(row: Model, name: str, field: Field, tokens: Iterable[str]) -> bool:
    """Whether a value is what its strategy leaves behind; a random token is known by the rows that got one."""
    column, strategy = row._meta.get_field(name), _strategy(field)
    if isinstance(column, ManyToManyField):
        return not getattr(row, name).exists()
    value = row.__dict__.get(column.attname) if isinstance(column, EncryptedField) else getattr(row, name)
    if isinstance(column, EncryptedField) and value is None:
        return True
    if isinstance(column, FileField):
        return not value
    if isinstance(column, EncryptedField) and not isinstance(value, (str, bytes)):
        return False  # something is sealed there
    if isinstance(strategy, Anonymise) and strategy.unique:
        return str(row.pk) in set(tokens)
    if isinstance(strategy, Blank):
        return value in EMPTY
    if isinstance(strategy, (Anonymise, Generalise)):
        return bool(strategy.end(column, value) == value)  # type: ignore[arg-type]
    return False


def _json_has_ended(judged: Judged, name: str, declared: Json) -> bool:
    column, value = judged.row._meta.get_field(name), getattr(judged.row, name)
    if isinstance(value, Sealed):
        return False
    if not isinstance(value, (dict, list)):
        return value in EMPTY or judged.spares(declared.rest)
    for _place, leaf, field in leaves(declared, value):
        if judged.spares(field):
            continue
        strategy = _strategy(field)
        if strategy is None or isinstance(strategy, Delete):
            if leaf is not None:
                return False
        elif strategy.end(column, leaf) != leaf:  # type: ignore[arg-type]
            return False
    return True


def _end_scalars(judged: Judged) -> None:
    """Empty JSON that is one plain value: it has no leaf that could end by itself."""
    for name in judged.ends:
        one, column = judged.declaration.fields[name], judged.row._meta.get_field(name)
        if not isinstance(one, Json) or judged.spares(one.rest):
            continue
        value = getattr(judged.row, name)
        if value is not None and not isinstance(value, (dict, list)):
            setattr(judged.row, name, Blank().end(column, value))  # type: ignore[arg-type]


def left(judged: Judged, tokens: Iterable[str] = ()) -> list[str]:
    """Return the fields that should have ended and have not; all of them where the row should be gone."""
    found = []
    for name in judged.ends:
        one = judged.declaration.fields[name]
        if isinstance(one, Json):
            done = _json_has_ended(judged, name, one)
        else:
            done = _has_ended(judged.row, name, one, tokens)
        if not done:
            found.append(name)
    return found


def _nothing(child: type[Model], link: str) -> bool:
    return False


def held_back(rows: list[Model], *, besides: Callable[[type[Model], str], bool] = _nothing) -> set[Any]:
    """Return the keys of rows whose deletion would take along, or is refused because of, rows of another kind.

    Children of the person went first: what still points here is somebody else's, or kept by a duty. One query for
    each relation. ``besides`` names kinds of rows, and the link by which they point here, that hold nothing back.
    """
    found: set[Any] = set()
    if not rows:
        return found
    keys = [row.pk for row in rows]
    for target, link in holdings.pointing_at(type(rows[0])):
        on_delete = link.remote_field.on_delete
        if on_delete not in HOLDING_BACK or target._meta.auto_created:
            continue
        if on_delete is CASCADE and besides(target, link.name):
            continue
        pointing = target._base_manager.filter(**{f"{link.name}__in": keys})
        if target is type(rows[0]):
            pointing = pointing.exclude(pk__in=keys)
        found |= set(pointing.values_list(link.name, flat=True))
    return found


def _is_anothers(column: Any, row: Model) -> bool:
    """Whether a link is inherited from a model that is declared itself, which still finds its rows by it."""
    return column.model is not type(row) and column.model._meta.label_lower in personal_data


def _unlinked(judged: Judged, who: Person) -> list[str]:
    """Cut the links of a row to its person where they can be empty; returns the columns that changed."""
    people = {one.pk for one in who.subjects}
    users = {one.user_id for one in who.subjects if one.user_id is not None}
    changed = []
    for role, path in judged.declaration.subjects.items():
        if role not in judged.roles or not isinstance(path, str) or path == "self" or "__" in path:
            continue
        column = judged.row._meta.get_field(path)
        if not getattr(column, "null", False) or path in judged.declaration.fields or _is_anothers(column, judged.row):
            continue
        if isinstance(column, ForeignKey):
            mine = people if column.related_model is Subject else users
            if getattr(judged.row, column.attname) in mine:
                setattr(judged.row, column.attname, None)
                changed.append(path)
        elif isinstance(column, UUIDField) and getattr(judged.row, path) in people:
            setattr(judged.row, path, None)
            changed.append(path)
    return changed


@dataclass(frozen=True)
class Done:
    """What became of one row."""

    deleted: bool = False
    waits: bool = False
    fields: tuple[str, ...] = ()
    token: bool = False


def _gets_token(judged: Judged) -> bool:
    for name in judged.ends:
        one = judged.declaration.fields[name]
        if isinstance(one, Field) and isinstance(strategy := _strategy(one), Anonymise) and strategy.unique:
            return True
    return False


def end(judged: Judged, who: Person | None, *, back: bool) -> Done:
    """End what must end in one row, in the caller's transaction. ``back`` says that the row itself cannot go.

    ``who`` is None for a row of nobody who is known.

    Raises CannotEnd where a field has no fitting way to end; nothing of the row is changed then.
    """
    declaration = replace(judged.declaration, row=None) if back else judged.declaration
    _end_scalars(judged)
    done = end_row(declaration, judged.row, judged.ends, subject=who.subject if who else None, spared=judged.spares)
    if done.waits or done.deleted:
        return Done(deleted=done.deleted, waits=done.waits, fields=done.fields)
    columns = _unlinked(judged, who) if who and not judged.keeps else []
    if columns:
        judged.row.save(update_fields=columns)
    return Done(fields=done.fields, token=_gets_token(judged))


def forget_in_admin_log(model: type[Model], keys: list[Any]) -> int:
    """Empty what the admin's log says of these rows: it repeats names. Returns how many lines there were."""
    if not apps.is_installed("django.contrib.admin"):
        return 0
    from django.contrib.admin.models import LogEntry
    from django.contrib.contenttypes.models import ContentType

    kind = ContentType.objects.get_for_model(model)
    lines = LogEntry.objects.filter(content_type=kind, object_id__in=[str(key) for key in keys])
    return int(lines.update(object_repr="–", change_message=""))
