"""Walking through every row of a person, a bounded number at a time, with the place kept in the step's cursor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import FileField, Model

from onvif_privacy.core import consent, gate
from onvif_privacy.core.personal.ending import delete_file
from onvif_privacy.core.registry import Field, File, PersonalData
from onvif_privacy.rights.models import Request, Step
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.erasure import ending
from onvif_privacy.rights.services.erasure.ending import Judged
from onvif_privacy.rights.services.erasure.planning import ordered
from onvif_privacy.rights.services.holdings import Person

BATCH = 500
SESSIONS = "sessions.session"  # one pass for everybody, in the step `traces`


@dataclass(frozen=True)
class Batch:
    """Some rows of one model, the key of the last, and whether there may be more."""

    judged: list[Judged]
    last: Any = None
    full: bool = False


@dataclass
class Walk:
    """One turn of a step: what it works on, and how many rows it may still touch."""

    request: Request
    step: Step
    scope: gate.Scope
    who: Person
    now: datetime
    rows: int
    states: dict[str, consent.State] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.states = dict(consent.state(self.who.subject))

    @property
    def cursor(self) -> dict[str, Any]:
        """Where the step stands; saved with what it did."""
        found: dict[str, Any] = self.step.cursor
        return found

    def models(self) -> list[PersonalData]:
        """Return what is walked through, in order."""
        return [one for one in ordered() if one.model.lower() != SESSIONS]

    def batch(self, declaration: PersonalData, after: Any, size: int) -> Batch:
        """Return the next rows of a model with what the keep rule says of them."""
        found = next(islice(holdings.batches(declaration, self.who, size=size, after=after), 1), [])
        roles = holdings.roles_of(declaration, self.who, found)
        # The request that is being carried out keeps its address until its receipt has been written.
        spared = {self.request.pk} if declaration.model == "onvif_privacy_rights.Request" else set()
        judged = [
            ending.judge(declaration, row, roles[row.pk], states=self.states, now=self.now)
            for row in found
            if row.pk not in spared
        ]
        self.rows -= len(found)
        return Batch(judged, found[-1].pk if found else None, len(found) >= size)

    def count(self, model: str, **numbers: Any) -> None:
        """Add to what the step has done so far."""
        counts = self.step.counts.setdefault(model, {})
        for name, number in numbers.items():
            if isinstance(number, int):
                counts[name] = counts.get(name, 0) + number

    def keep(self, judged: Judged) -> None:
        """Note what stays of a row, for which purpose and until when, for the receipt."""
        kept = self.step.counts.setdefault(judged.declaration.model, {}).setdefault("kept", {})
        for name, why in judged.keeps.items():
            noted = kept.setdefault(why.purpose, {"fields": [], "rows": 0, "until": ""})
            if name not in noted["fields"]:
                noted["fields"] = sorted([*noted["fields"], name])
            until = why.until.isoformat() if why.until else None
            noted["until"] = None if noted["until"] is None or until is None else max(noted["until"], until)
        for purpose in {why.purpose for why in judged.keeps.values()}:
            kept[purpose]["rows"] += 1


def _next(walk: Walk) -> tuple[PersonalData, Any] | None:
    """Return the model the cursor stands at and the key of the last row done; None at the end."""
    models, at = walk.models(), int(walk.cursor.get("model", 0))
    return (models[at], walk.cursor.get("after")) if at < len(models) else None


def _advance(walk: Walk, batch: Batch) -> None:
    if batch.full:
        walk.cursor["after"] = batch.last if isinstance(batch.last, int) else str(batch.last)
    else:
        walk.cursor["model"] = int(walk.cursor.get("model", 0)) + 1
        walk.cursor.pop("after", None)


def files(walk: Walk) -> bool:
    """Delete the files, with their variants, of every field that ends; True at the end.

    Before the rows, which name them, and outside of any transaction. Raises OSError where a storage keeps one.
    """
    while walk.rows > 0:
        at = _next(walk)
        if at is None:
            return True
        declaration, after = at
        names = [name for name in declaration.fields if is_file(declaration, name)]
        batch = walk.batch(declaration, after, min(BATCH, walk.rows)) if names else Batch([])
        for one in batch.judged:
            for name in set(names) & set(one.ends):
                walk.count(declaration.model, files=delete(one.row, name, declaration))
        _advance(walk, batch)
    return False


def is_file(declaration: PersonalData, name: str) -> bool:
    """Whether a declared field holds a file."""
    return isinstance(holdings.model_of(declaration)._meta.get_field(name), FileField)


def delete(row: Model, name: str, declaration: PersonalData) -> int:
    """Delete the file of a field with its variants; returns how many there were. Raises OSError where one stays."""
    file, declared = getattr(row, name), declaration.fields[name]
    if not file:
        return 0
    variants = list(declared.variants(row)) if isinstance(declared, File) and declared.variants else []
    delete_file(file.storage, [file.name, *variants])
    return 1 + len(variants)


def rows(walk: Walk) -> bool:
    """End rows, at most so many as the walk allows, in the caller's transaction; True at the end.

    Rows that a hold asks to leave are met again in the next run, from the start.
    """
    _drop_again(walk)
    while walk.rows > 0:
        at = _next(walk)
        if at is None:
            if walk.cursor.pop("waits", False):
                walk.cursor["model"] = 0
                return False
            return True
        declaration, after = at
        batch = walk.batch(declaration, after, min(BATCH, walk.rows))
        if batch.judged:
            end_all(walk, declaration, batch.judged)
        _advance(walk, batch)
    return False


def end_all(walk: Walk, declaration: PersonalData, judged: list[Judged]) -> int:
    """End a batch of rows; returns how many were changed."""
    walk.scope.claim([one.row for one in judged])
    tokens = walk.cursor.setdefault("tokens", {})
    keys = [one.row.pk for one in judged]
    back = ending.held_back([one.row for one in judged]) if declaration.row is not None else set()
    log = ending.forget_in_admin_log(type(judged[0].row), keys)
    changed = 0
    known = set(tokens.get(declaration.model, ())) | set(_tokens(walk.request).get(declaration.model, ()))
    for one, key in zip(judged, keys, strict=True):
        goes = declaration.row is not None and not one.keeps and key not in back
        if not one.ends or not (goes or ending.left(one, known)):
            continue  # nothing to do, or done in an earlier turn and not counted twice
        done = ending.end(one, walk.who, back=key in back)
        walk.count(
            declaration.model,
            deleted=int(done.deleted),
            ended=int(not done.deleted and not done.waits),
            waiting=int(done.waits),
        )
        changed += int(not done.waits)
        if done.waits:
            walk.cursor["waits"] = True
        if done.token:
            tokens.setdefault(declaration.model, []).append(str(key))
    walk.count(declaration.model, log=log)
    walk.scope.disclaim([one.row for one in judged])
    if declaration.caches:
        walk.cursor["caches"] = list({name for key in keys for name in declaration.caches(key)})
        transaction.on_commit(partial(cache.delete_many, walk.cursor["caches"]))
    return changed


def _drop_again(walk: Walk) -> None:
    """Drop the cache keys of the last turn once more: its process may have died before it could."""
    if names := walk.cursor.pop("caches", None):
        cache.delete_many(names)


def again(walk: Walk) -> int:
    """Walk through everything once more, end what is left, and note what stays; returns how many rows were changed.

    In the caller's transaction.
    """
    found = 0
    tokens = _tokens(walk.request)
    for counts in walk.step.counts.values():
        counts.pop("kept", None)  # the last walk says what stays
    for declaration in walk.models():
        batch = Batch([], None, full=True)
        while batch.full:
            batch = walk.batch(declaration, batch.last, BATCH)
            done = set(tokens.get(declaration.model, ()))
            for one in batch.judged:
                walk.keep(one)
            late = [one for one in batch.judged if ending.left(one, done) or _should_be_gone(declaration, one)]
            if late:
                found += end_all(walk, declaration, late)
    return found


def _should_be_gone(declaration: PersonalData, judged: Judged) -> bool:
    """Whether the row itself could go now: nothing of it is kept and nothing points at it any more."""
    if declaration.row is None or judged.keeps or set(judged.ends) < set(declaration.fields):
        return False
    if any(judged.spares(part) for part in _leaves(declaration)):
        return False
    return not ending.held_back([judged.row])


def _leaves(declaration: PersonalData) -> list[Field]:
    found = []
    for one in declaration.fields.values():
        if not isinstance(one, Field):
            found += [part for part in (*one.leaves.values(), one.rest) if isinstance(part, Field)]
    return found


def _tokens(request: Request) -> dict[str, list[str]]:
    """Return the rows that got a random value, by model, in whatever step they got it."""
    found: dict[str, list[str]] = {}
    for step in request.steps.all():
        for model, keys in step.cursor.get("tokens", {}).items():
            found.setdefault(model, []).extend(keys)
    return found
