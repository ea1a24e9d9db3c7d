"""What the keep rule says of rows that may have to end: for every role in them, by what its person agreed to."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import Model

from onvif_privacy.core import consent, gate
from onvif_privacy.core.consent import State
from onvif_privacy.core.fields import EncryptedField
from onvif_privacy.core.models import Outcome, Standing, Subject
from onvif_privacy.core.personal import Kept, kept
from onvif_privacy.core.personal.rows import path_end
from onvif_privacy.core.registry import After, Field, File, Json, PersonalData, While, purposes
from onvif_privacy.rights.models import Randomised
from onvif_privacy.rights.services import holdings
from onvif_privacy.rights.services.erasure import ending
from onvif_privacy.rights.services.erasure.ending import Judged
from onvif_privacy.rights.services.holdings.rows import main_role
from onvif_privacy.rights.services.retention.candidates import asks_only, claimable, parts_of, path_of, strategy_of


@dataclass
class People:
    """Who the rows of a batch are about, by role and key, and what these people agreed to."""

    by_role: dict[str, dict[Any, uuid.UUID]] = field(default_factory=dict)
    known: dict[uuid.UUID, Subject] = field(default_factory=dict)
    granted: set[tuple[uuid.UUID, str]] = field(default_factory=set)
    objected: set[tuple[uuid.UUID, str]] = field(default_factory=set)

    def of(self, row: Model) -> list[Subject]:
        """Return everybody a row is about."""
        found = [people[row.pk] for people in self.by_role.values() if row.pk in people]
        return [self.known[one] for one in dict.fromkeys(found) if one in self.known]

    def states(self, person: uuid.UUID | None) -> Mapping[str, State]:
        """Return what somebody grants; empty for nobody and for who was erased.

        On a device purpose the choice of that very browser counts; an objection of the account ends it, too.
        """
        me = self.known.get(person) if person is not None else None
        if me is None or me.erased_at is not None:
            return {}
        root = self._root(me)
        found: dict[str, State] = {}
        for slug, device in ((one.slug, one.device) for one in purposes.all() if one.basis.asks):
            mine = device and (me.pk, slug) in self.granted and (root, slug) not in self.objected
            if mine or (root, slug) in self.granted:
                found[slug] = State.GRANTED
        return found

    def _root(self, subject: Subject) -> uuid.UUID:
        while subject.merged_into_id is not None and subject.merged_into_id in self.known:
            subject = self.known[subject.merged_into_id]
        return subject.pk


def _subjects(wanted: set[uuid.UUID]) -> dict[uuid.UUID, Subject]:
    rows, found = Subject.objects.using(router.db_for_write(Subject)), dict[uuid.UUID, Subject]()
    while wanted:
        fresh = {one.pk: one for one in rows.filter(pk__in=wanted)}
        found |= fresh
        wanted = {one.merged_into_id for one in fresh.values() if one.merged_into_id} - set(found)
    return found


def _led_to(model: type[Model], path: str, keys: Sequence[Any]) -> dict[Any, uuid.UUID]:
    """Return the subject ids that a path leads to, by row; makes no subject for who has none."""
    using = router.db_for_write(model)
    end = "pk" if path == "self" else path
    found = dict(
        model._base_manager.using(using).filter(pk__in=keys, **{f"{end}__isnull": False}).values_list("pk", end)
    )
    if path != "self" and path_end(model, path) is not get_user_model():
        return found
    subjects = Subject.objects.using(router.db_for_write(Subject)).filter(user__in=set(found.values()))
    by_user: dict[Any, uuid.UUID] = dict(subjects.values_list("user_id", "pk"))
    return {key: by_user[user] for key, user in found.items() if user in by_user}


def people_of(declaration: PersonalData, rows: Sequence[Model], only: Subject | None = None) -> People:
    """Return who is in these rows and what they grant; five queries for one role. ``only`` answers for functions."""
    keys, found = [row.pk for row in rows], People()
    for role, path in declaration.subjects.items():
        if isinstance(path, str):
            found.by_role[role] = _led_to(holdings.model_of(declaration), path, keys)
        elif only is not None:
            found.by_role[role] = dict.fromkeys(keys, only.pk)
    wanted = {one for people in found.by_role.values() for one in people.values()}
    found.known = _subjects(wanted)
    decided = Standing.objects.using(router.db_for_write(Standing)).filter(subject__in=list(found.known))
    found.granted = set(consent.grants().filter(subject__in=list(found.known)).values_list("subject_id", "purpose"))
    found.objected = set(decided.filter(outcome=Outcome.OBJECTED).values_list("subject_id", "purpose"))
    return found


def _why(declaration: PersonalData, part: Field, row: Model, people: People, now: datetime) -> Kept | None:
    """Ask the keep rule about one field of one row for the person it is about."""
    if not part.purposes and not part.purpose_column:
        return Kept("", None)  # kept for nothing is a mistake of the declaration, and no reason to delete
    role = part.of or main_role(declaration)
    person = people.by_role.get(role, {}).get(row.pk)
    unknown = callable(path_of(declaration, part)) and role not in people.by_role
    nobody = person is None and not claimable(declaration, part)
    if asks_only(part) and (unknown or nobody):
        return Kept("", None)  # nobody is known who could have agreed: not somebody's
    if unknown:
        states: Mapping[str, State] = {one.slug: State.GRANTED for one in purposes.all()}
    else:
        states = people.states(person)
    return kept(declaration, part, row, states=states, now=now)


def judge(declaration: PersonalData, row: Model, people: People, *, now: datetime) -> Judged:
    """Return which fields of a row end and what keeps the others."""
    ends, keeps, spared = list[str](), dict[str, Kept](), dict[int, bool]()
    for name, declared in declaration.fields.items():
        found = {id(part): _why(declaration, part, row, people, now) for part in parts_of(declared)}
        stays = [why for why in found.values() if why is not None]
        if stays:
            keeps[name] = stays[0]
        if isinstance(declared, Json):
            spared |= {part: why is not None for part, why in found.items()}
        if len(stays) < len(found):
            ends.append(name)
    roles = {*declaration.subjects, *declaration.claims}
    return Judged(declaration, row, roles, ends, keeps, spared)


def goes(judged: Judged, *, back: bool) -> bool:
    """Whether the row itself goes: everything of it has ended, and nothing holds it back."""
    return judged.declaration.row is not None and not back and not judged.keeps


def settle(judged: Judged, *, back: bool) -> None:
    """Leave fields that can only go with their row until it goes."""
    if not goes(judged, back=back):
        fields = judged.declaration.fields
        judged.ends[:] = [name for name in judged.ends if all(strategy_of(part) for part in parts_of(fields[name]))]


def sealed_dates(declaration: PersonalData) -> bool:
    """Whether a term counts from a date that is sealed."""
    model = holdings.model_of(declaration)
    terms = (one for one in declaration.terms.values() if isinstance(one, After))
    return any(isinstance(model._meta.get_field(one.field), EncryptedField) for one in terms)


def reading(declaration: PersonalData) -> AbstractContextManager[Any]:
    """Let the dates be read that terms count from, where they are sealed."""
    return gate.scope("housekeeping") if sealed_dates(declaration) else nullcontext()


def tokens_of(declaration: PersonalData, rows: Iterable[Model]) -> set[str]:
    """Return the keys of rows that got a random value in place of a unique one. One query, if any field can."""
    parts = [part for declared in declaration.fields.values() for part in parts_of(declared)]
    if not any(getattr(strategy_of(part), "unique", False) for part in parts):
        return set()
    known = Randomised.objects.using(router.db_for_write(Randomised)).filter(model=declaration.model.lower())
    return set(known.filter(row__in=[str(row.pk) for row in rows]).values_list("row", flat=True))


@dataclass(frozen=True)
class Due:
    """A row of which something must end: what, whether the row itself is held back, and who it is about."""

    judged: Judged
    back: bool
    people: tuple[Subject, ...]

    @property
    def goes(self) -> bool:
        """Whether the row itself goes."""
        return goes(self.judged, back=self.back)


def due(declaration: PersonalData, rows: Sequence[Model], *, now: datetime, only: Subject | None = None) -> list[Due]:
    """Return those of the rows of which something must end."""
    if not rows:
        return []
    people, tokens = people_of(declaration, rows, only), tokens_of(declaration, rows)
    with reading(declaration):
        judged = [judge(declaration, row, people, now=now) for row in rows]
        back = held_back([one.row for one in judged if goes(one, back=False)])
        found = []
        for one in judged:
            settle(one, back=one.row.pk in back)
            if goes(one, back=one.row.pk in back) or ending.left(one, tokens):
                found.append(Due(one, one.row.pk in back, tuple(people.of(one.row))))
    return found


def held_back(rows: list[Model]) -> set[Any]:
    """Return the keys of rows that something else keeps: not children that last only as long as the row itself."""
    return ending.held_back(rows, besides=goes_along) if rows else set()


def goes_along(child: type[Model], link: str) -> bool:
    """Whether rows of a model are kept for nothing but as long as the row that ``link`` points at, and have no file."""
    declaration = next((one for one in holdings.declared() if holdings.model_of(one) is child), None)
    if declaration is None:
        return False
    parts = [part for declared in declaration.fields.values() for part in parts_of(declared)]
    files = any(isinstance(part, File) for part in parts)
    return not files and all(
        part.purposes and all(declaration.terms.get(one) == While(link) for one in part.purposes) for part in parts
    )


__all__ = ["Due", "People", "due", "goes", "goes_along", "held_back", "judge", "people_of", "reading", "settle"]
