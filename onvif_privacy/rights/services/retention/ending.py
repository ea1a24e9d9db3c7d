"""Ending what is due: files first, then rows, a batch in one transaction, and nobody's row keeps another's waiting."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.core.cache import cache
from django.db import router, transaction
from django.db.models import Model

from onvif_privacy.core import gate, holds, ledger
from onvif_privacy.core.fields import EncryptedField, Sealed
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Json, PersonalData
from onvif_privacy.core.registry.strategies import Blank, Generalise
from onvif_privacy.core.subjects import merged
from onvif_privacy.rights.models import Randomised
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.erasure import ending, walking
from onvif_privacy.rights.services.erasure.ending import Judged
from onvif_privacy.rights.services.holdings import Person
from onvif_privacy.rights.services.retention.candidates import batch, candidates, parts_of, strategy_of
from onvif_privacy.rights.services.retention.judging import Due, due

logger = logging.getLogger(__name__)


@dataclass
class Turn:
    """One batch of one model: what must end, the key of the last row looked at, and whether there may be more."""

    declaration: PersonalData
    rows: list[Model] = field(default_factory=list)
    last: Any = None
    full: bool = False
    only: Subject | None = None
    failed: set[Any] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)


def found(declaration: PersonalData, *, after: Any, size: int, now: datetime, of: Subject | None = None) -> Turn:
    """Return the next rows of a model of which something must end, of one person only where one is named."""
    rows = candidates(declaration, at=now) if of is None else holdings.rows(declaration, Person(of, merged(of)))
    if rows is None:
        return Turn(declaration)
    looked_at = batch(rows, after=after, size=size)
    ending_now = [one.judged.row for one in due(declaration, looked_at, now=now, only=of)]
    return Turn(declaration, ending_now, looked_at[-1].pk if looked_at else None, len(looked_at) >= size, of)


def delete_files(turn: Turn, *, now: datetime) -> None:
    """Delete the files of what ends, before its rows and outside of any transaction; a row whose file stays, stays."""
    names = [name for name in turn.declaration.fields if walking.is_file(turn.declaration, name)]
    if not names:
        return
    for one in due(turn.declaration, turn.rows, now=now, only=turn.only):
        if _waits(one):
            continue
        for name in set(names) & set(one.judged.ends):
            try:
                turn.counts["files"] += walking.delete(one.judged.row, name, turn.declaration)
            except OSError:
                logger.exception("%s %s keeps a file that must end", turn.declaration.model, one.judged.row.pk)
                turn.failed.add(one.judged.row.pk)


def end(turn: Turn, *, now: datetime) -> Counter[str]:
    """End what is due in the rows of a turn, in the caller's transaction, and record how much it was."""
    keys = [row.pk for row in turn.rows if row.pk not in turn.failed]
    if not keys:
        return turn.counts
    model = holdings.model_of(turn.declaration)
    using = router.db_for_write(model)
    with transaction.atomic(using=using):
        locked = list(model._base_manager.using(using).select_for_update().filter(pk__in=keys).order_by("pk"))
        now_due = due(turn.declaration, locked, now=now, only=turn.only)
        keys = [one.judged.row.pk for one in now_due]
        for one in now_due:
            _end_one(turn, one, using)
        turn.counts["log"] += ending.forget_in_admin_log(model, keys) if keys else 0
    if any(turn.counts[name] for name in NUMBERS):
        payload = {"model": turn.declaration.model.lower(), **{name: turn.counts[name] for name in NUMBERS}}
        ledger.record("rights.ended", payload=payload)
    return turn.counts


NUMBERS = ("deleted", "ended", "files", "log")


def _end_one(turn: Turn, one: Due, using: str) -> None:
    judged, key = one.judged, one.judged.row.pk
    if _waits(one):
        turn.counts["waiting"] += 1
        return
    # a sealed value that becomes less exact is read by the link to its person, which stays, then
    who = Person(one.people[0], one.people) if one.people and not _stays_sealed(judged) else None
    try:
        with transaction.atomic(using=using), _opened(turn.declaration, judged.row, one.people):
            _empty_unopened(judged)
            done = ending.end(judged, who, back=one.back)
            if done.token:
                known = Randomised.objects.using(router.db_for_write(Randomised))
                known.get_or_create(model=turn.declaration.model.lower(), row=str(key))
    except Exception:  # whatever a field or a signal of the site raises: the other rows go on
        logger.exception("%s %s cannot end", turn.declaration.model, key)
        turn.failed.add(key)
        return
    turn.counts["deleted" if done.deleted else "ended"] += 1
    if turn.declaration.caches:
        transaction.on_commit(partial(cache.delete_many, list(turn.declaration.caches(key))), using=using)


def _waits(one: Due) -> bool:
    """Whether a copy of the row is being taken, so that it is left to the next run."""
    return any(holds.waits(person, one.judged.declaration.model, one.judged.ends) for person in one.people)


def _needs_opening(declaration: PersonalData) -> bool:
    """Whether a sealed value must be read to be ended: a part of it stays."""
    model = holdings.model_of(declaration)
    return any(
        isinstance(model._meta.get_field(name), EncryptedField)
        and (isinstance(one, Json) or any(isinstance(strategy_of(part), Generalise) for part in parts_of(one)))
        for name, one in declaration.fields.items()
    )


def _stays_sealed(judged: Judged) -> bool:
    found = ((judged.row._meta.get_field(name), judged.declaration.fields[name]) for name in judged.ends)
    return any(
        isinstance(column, EncryptedField) and any(isinstance(strategy_of(part), Generalise) for part in parts_of(one))
        for column, one in found
    )


def _opened(declaration: PersonalData, row: Model, people: Sequence[Subject]) -> AbstractContextManager[Any]:
    if not people or not _needs_opening(declaration):
        return nullcontext()
    return _Claimed(people[0], row)


class _Claimed:
    """One row, readable for its person's own access: nobody else is shown anything of it."""

    def __init__(self, subject: Subject, row: Model) -> None:
        self._scope = gate.scope("own_access", subject=subject)
        self._row = row

    def __enter__(self) -> None:
        self._scope.__enter__().claim([self._row])

    def __exit__(self, *error: Any) -> None:
        self._scope.__exit__(*error)


def _empty_unopened(judged: Judged) -> None:
    """Empty what cannot be opened any more, so that no part of it could be kept."""
    for name in judged.ends if _needs_opening(judged.declaration) else ():
        column = judged.row._meta.get_field(name)
        if isinstance(column, EncryptedField) and isinstance(getattr(judged.row, name), Sealed):
            setattr(judged.row, name, Blank().end(column, None))
