"""Doing again what one line of the log tells of, if this database has forgotten it. Idempotent."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import router
from django.db.models import Model, QuerySet
from django.utils import timezone

from onvif_privacy.core import consent, gate
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.registry import Claim, PersonalData, purposes
from onvif_privacy.rights.models import REPLAYED, Channel, Kind, Request, State
from onvif_privacy.rights.services import erasure, holdings, requests
from onvif_privacy.rights.services.erasure import ending, walking
from onvif_privacy.rights.services.holdings.marks import claim_parts, marker, of_users
from onvif_privacy.rights.services.replay.log import Line
from onvif_privacy.rights.services.requests.states import locked, move

BATCH = 2_000


class NotErased(Exception):
    """An erasure that was done before the restore could not be done again; the gate stays closed."""


@dataclass(frozen=True)
class Guest:
    """A row without an account, by what could be claimed of it, and when it was written, if it says so."""

    declaration: PersonalData
    role: str
    key: Any
    parts: tuple[str, ...]
    at: datetime | None


@dataclass
class Strangers:
    """People of a restored database by their marks: accounts, and rows without one. Looked up once for each key."""

    users: dict[str, dict[str, Model]] = field(default_factory=dict)
    guests: list[Guest] | None = None
    by_mark: dict[str, dict[str, list[Guest]]] = field(default_factory=dict)

    def user(self, line: Line) -> Model | None:
        """Return the account that a line is about."""
        if line.key not in self.users:
            model = get_user_model()
            everybody = model._base_manager.using(router.db_for_write(model)).iterator(chunk_size=BATCH)
            self.users[line.key] = of_users(everybody, line.key) if line.marks else {}
        return next((self.users[line.key][one] for one in line.marks if one in self.users[line.key]), None)

    def claimable(self, line: Line) -> list[Guest]:
        """Return rows without an account that the person of a line had proven, older than the line."""
        if self.guests is None:
            self.guests = _all_guests()
        if line.key not in self.by_mark:
            mark = marker(line.key)
            found: dict[str, list[Guest]] = {}
            for one in self.guests:
                found.setdefault(mark(*one.parts), []).append(one)
            self.by_mark[line.key] = found
        rows = (one for name in line.marks for one in self.by_mark[line.key].get(name, []))
        return [one for one in rows if one.at is None or one.at < line.moment]


def _all_guests() -> list[Guest]:
    """Read the contacts of all rows without an account, for a person who is nobody and is forgotten at once."""
    with _nobody() as scope:
        return list(_guests(scope))


@contextmanager
def _nobody() -> Iterator[gate.Scope]:
    nobody = _people().create()
    try:
        with gate.scope("own_access", subject=nobody) as scope:
            yield scope
    finally:
        nobody.delete()


def _end_guest(guest: Guest) -> None:
    """End one row without an account, as the erasure of who had proven it did."""
    model = holdings.model_of(guest.declaration)
    row = model._base_manager.using(router.db_for_write(model)).get(pk=guest.key)
    with _nobody() as scope:
        scope.claim([row])
        judged = ending.judge(guest.declaration, row, {guest.role}, states={}, now=timezone.now())
        for name in judged.ends:
            if walking.is_file(guest.declaration, name):
                walking.delete(row, name, guest.declaration)
        ending.end(judged, None, back=bool(ending.held_back([row])))
    ending.forget_in_admin_log(model, [guest.key])


def _guests(scope: gate.Scope) -> Iterator[Guest]:
    for declaration in holdings.declared():
        for role, claim in declaration.claims.items():
            for row in _rows_of_nobody(declaration, role).iterator(chunk_size=BATCH):
                value = holdings.claimed_value(row, claim, scope)
                if isinstance(value, str) and value:
                    parts = claim_parts(claim.kind, value, _fact(row, claim))
                    yield Guest(declaration, role, row.pk, parts, _written_at(row, declaration))


def _rows_of_nobody(declaration: PersonalData, role: str) -> QuerySet[Any]:
    model = holdings.model_of(declaration)
    rows = model._base_manager.using(router.db_for_write(model))
    path = declaration.subjects.get(role)
    somebodys = isinstance(path, str) and path != "self"
    return rows.filter(**{f"{path}__isnull": True}) if somebodys else rows.all()


def _fact(row: Model, claim: Claim) -> str:
    return str(getattr(row, claim.also)) if claim.also else ""


def _written_at(row: Model, declaration: PersonalData) -> Any:
    found = getattr(row, declaration.time_field) if declaration.time_field else None
    return found if isinstance(found, datetime) and timezone.is_aware(found) else None


def _people() -> QuerySet[Subject]:
    return Subject.objects.using(router.db_for_write(Subject))


def _found(line: Line, strangers: Strangers) -> list[Subject]:
    """Return who of a line is in this database, whoever was merged last; an account without a subject gets it back."""
    wanted = [uuid.UUID(one) for one in line.subjects]
    known = {one.pk: one for one in _people().filter(pk__in=wanted)}
    if wanted[0] not in known and (user := strangers.user(line)) is not None:
        mine = _people().get_or_create(user_id=user.pk, defaults={"pk": wanted[0]})[0]
        return [mine, *known.values()]
    return [known[one] for one in wanted if one in known]


def apply(line: Line, strangers: Strangers) -> bool:
    """Do again what a line tells of; returns whether anything had to be done. Raises NotErased."""
    return _erase(line, strangers) if line.kind == "erased" else _decide(line, strangers)


def _decide(line: Line, strangers: Strangers) -> bool:
    subject = next(iter(_found(line, strangers)), None)
    if subject is None or subject.erased_at is not None or line.purpose not in purposes:
        return False
    later = Decision.objects.using(router.db_for_write(Decision)).filter(subject=subject, purpose=line.purpose)
    if later.filter(decided_at__gte=line.moment).exists():
        return False  # it was decided again since, or is known
    consent.decide(
        subject=subject,
        purpose=line.purpose,
        outcome=Outcome(line.kind),
        method=Method.IMPORTED,
        key=f"{REPLAYED}{line.number}",
        surface="rights",
    )
    return True


def _erase(line: Line, strangers: Strangers) -> bool:
    rows = strangers.claimable(line) if line.marks else []
    for one in rows:
        _end_guest(one)
    done = bool(rows)
    for subject in _found(line, strangers):
        subject.refresh_from_db()  # it may have gone with the one before
        if subject.erased_at is not None or subject.merged_into_id is not None:
            continue
        request = _request(line, subject)
        while erasure.step(request=request) is not None:
            pass
        request.refresh_from_db()
        if request.state != State.DONE:
            raise NotErased(f"erasure {request.reference} is {request.state}")
        done = True
    return done


def _request(line: Line, subject: Subject) -> Request:
    """Return the erasure that is done again: the one the backup still has open, or a new one; both begin at once."""
    key = f"{REPLAYED}{line.number}-{subject.pk.hex}"
    found = requests.open(kind=Kind.ERASE, channel=Channel.SITE, key=key, subject=subject)
    if found.state in (State.CONFIRMED, State.COOLING, State.REVIEW):
        with locked(found) as held:
            move(held, State.WORKING)
    return found
