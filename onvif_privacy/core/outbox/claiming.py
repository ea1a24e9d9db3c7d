"""Who sends a letter now: leases by the database's clock, and how a try ends."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connections, router, transaction
from django.db.models import F, Q, QuerySet

from onvif_privacy.core import consent
from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.models import Outgoing
from onvif_privacy.core.outbox.mailing import Mailing, Refusal

M = TypeVar("M", bound=Outgoing)

LEASE = timedelta(minutes=10)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 4, 16, 64, 256))
"""How long each further try waits; a letter is tried six times before staff are asked."""

State = Outgoing.State
UNREACHABLE = "unreachable"


def rows(model: type[M]) -> QuerySet[M]:
    """Return every letter, from the database that is written."""
    return model._default_manager.using(router.db_for_write(model))


def claim(model: type[M], number: int, *, which: Q | None = None, order: Sequence[str] = ("created_at",)) -> list[M]:
    """Take letters that are due and that nobody holds, in ``order``; also those of a dead sender."""
    using, lease = router.db_for_write(model), uuid.uuid4()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=DatabaseNow())
    time_has_come = Q(not_before__isnull=True) | Q(not_before__lte=DatabaseNow())
    due = rows(model).filter(which or Q(), free, time_has_come, state__in=(State.WAITING, State.SENDING))
    with transaction.atomic(using=using):
        wanted = due.order_by(*order)
        if connections[using].features.has_select_for_update_skip_locked:
            wanted = wanted.select_for_update(skip_locked=True)
        ids = list(wanted.values_list("pk", flat=True)[:number])
        # SQLite has no row locks: what another sender took since then is not free any more.
        due.filter(pk__in=ids).update(lease=lease, lease_until=later(LEASE))
    return list(rows(model).filter(pk__in=ids, lease=lease).select_related("subject").order_by(*order))


def _mine(letter: Outgoing) -> QuerySet[Outgoing]:
    return rows(type(letter)).filter(pk=letter.pk, lease=letter.lease)


def _end(letter: Outgoing, state: str, **changes: Any) -> None:
    _mine(letter).update(state=state, lease=None, lease_until=None, **changes)


def may_leave(letter: Outgoing) -> bool:
    """Decide about one letter, as `may_all_leave` does about several."""
    return bool(may_all_leave([letter], Mailing(type(letter))))


def may_all_leave(letters: Sequence[M], mailing: Mailing[M]) -> list[M]:
    """Decide, under the people's locks, which letters may leave now, and write down that they are about to.

    Left out are letters that another sender has by now, and those that are refused, which is recorded.
    """
    model, lease = type(letters[0]), letters[0].lease
    with transaction.atomic(using=router.db_for_write(model)):
        allowed = _allowed(letters)
        held = rows(model).filter(pk__in=[one.pk for one in letters], lease=lease)
        ours = letters
        # the rows are ours until commit, or not ours at all
        if held.filter(lease_until__gt=DatabaseNow()).update(lease_until=later(LEASE)) < len(letters):
            kept = set(held.filter(lease_until__gt=DatabaseNow()).values_list("pk", flat=True))
            ours = [one for one in letters if one.pk in kept]
        refusals = mailing.refusals(ours, allowed) if ours else {}
        for one in ours:
            if one.pk in refusals:
                _refuse(one, refusals[one.pk])
        going = [one for one in ours if one.pk not in refusals]
        if going:
            rows(model).filter(pk__in=[one.pk for one in going]).update(
                state=State.SENDING, attempts=F("attempts") + 1, sending_at=DatabaseNow()
            )
            mailing.leaving(going)
    return going


def _allowed(letters: Sequence[Outgoing]) -> set[uuid.UUID]:
    """Lock the people of letters, and return the ids of the letters whose person may be written to."""
    allowed = set[uuid.UUID]()
    for purpose in sorted({one.purpose for one in letters}):
        people = {one.pk: one.subject for one in letters if one.purpose == purpose and one.subject is not None}
        may = consent.lock(subjects=people.values(), purpose=purpose) if people else frozenset()
        allowed |= {pk for pk, person in people.items() if person.pk in may}
    return allowed


def _refuse(letter: Outgoing, refusal: Refusal) -> None:
    if refusal.until is None:
        _end(letter, State.SKIPPED, reason=refusal.reason)
    else:
        _end(letter, State.WAITING, reason=refusal.reason, not_before=refusal.until)


def skip(letter: Outgoing, reason: str) -> None:
    """Record that there is nowhere to send it."""
    _end(letter, State.SKIPPED, reason=reason)


def sent(*letters: Outgoing) -> None:
    """Record that the mail server has taken letters of one batch."""
    for first in letters[:1]:
        mine = rows(type(first)).filter(pk__in=[one.pk for one in letters], lease=first.lease)
        mine.update(state=State.SENT, reason="", sent_at=DatabaseNow(), lease=None, lease_until=None)


def refused(letter: Outgoing, reason: str) -> None:
    """Record that the mail server will never take it."""
    _end(letter, State.FAILED, reason=reason[:64])


def missed(letter: Outgoing, reason: str) -> None:
    """Record a try that failed: the next one waits, and after the last staff are asked."""
    tries = letter.attempts + 1  # the row was read before this try
    if tries > len(WAITS):
        refused(letter, reason)
    else:
        _end(letter, State.WAITING, reason=reason[:64], not_before=later(WAITS[tries - 1]))


def give_back(letters: Sequence[Outgoing]) -> None:
    """Let go of what was claimed and not begun; a letter that was begun and has no end keeps its lease."""
    for letter in letters[:1]:
        ids = [one.pk for one in letters]
        rows(type(letter)).filter(pk__in=ids, lease=letter.lease, state=State.WAITING).update(
            lease=None, lease_until=None
        )


def failed(model: type[M]) -> QuerySet[M]:
    """Return the letters that no further try is made of, for staff."""
    return rows(model).filter(state=State.FAILED)


def retry(letters: QuerySet[M]) -> int:
    """Let failed letters be tried again, from the first wait on; returns how many."""
    fresh = {"state": State.WAITING, "attempts": 0, "reason": "", "not_before": None}
    return letters.filter(state=State.FAILED).update(**fresh)
