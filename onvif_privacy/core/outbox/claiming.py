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
from onvif_privacy.core.registry import purposes

M = TypeVar("M", bound=Outgoing)

LEASE = timedelta(minutes=10)
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 4, 16, 64, 256))
"""How long each further try waits; a letter is tried six times before staff are asked."""

State = Outgoing.State
NO_CONSENT = "no_consent"
UNREACHABLE = "unreachable"


def rows(model: type[M]) -> QuerySet[M]:
    """Return every letter, from the database that is written."""
    return model._default_manager.using(router.db_for_write(model))


def claim(model: type[M], number: int) -> list[M]:
    """Take letters that are due and that nobody holds, the longest waiting first; also those of a dead sender."""
    using, lease = router.db_for_write(model), uuid.uuid4()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=DatabaseNow())
    time_has_come = Q(not_before__isnull=True) | Q(not_before__lte=DatabaseNow())
    due = rows(model).filter(free, time_has_come, state__in=(State.WAITING, State.SENDING))
    with transaction.atomic(using=using):
        wanted = due.order_by("created_at")
        if connections[using].features.has_select_for_update_skip_locked:
            wanted = wanted.select_for_update(skip_locked=True)
        ids = list(wanted.values_list("pk", flat=True)[:number])
        # SQLite has no row locks: what another sender took since then is not free any more.
        due.filter(pk__in=ids).update(lease=lease, lease_until=later(LEASE))
    return list(rows(model).filter(lease=lease).select_related("subject").order_by("created_at"))


def _mine(letter: Outgoing) -> QuerySet[Outgoing]:
    return rows(type(letter)).filter(pk=letter.pk, lease=letter.lease)


def _end(letter: Outgoing, state: str, **changes: Any) -> None:
    _mine(letter).update(state=state, lease=None, lease_until=None, **changes)


def may_leave(letter: Outgoing) -> bool:
    """Decide, under the person's lock, whether the letter may leave now, and write down that it is about to.

    False: another sender has it by now, or the person does not want it (any more), which is recorded.
    """
    with transaction.atomic(using=router.db_for_write(type(letter))):
        if letter.subject is None:
            allowed = purposes.get(letter.purpose).default
        else:
            allowed = bool(consent.lock(subjects=[letter.subject], purpose=letter.purpose))
        mine = _mine(letter).filter(lease_until__gt=DatabaseNow())
        if not allowed:
            mine.update(state=State.SKIPPED, reason=NO_CONSENT, lease=None, lease_until=None)
            return False
        now, until = DatabaseNow(), later(LEASE)
        return bool(mine.update(state=State.SENDING, attempts=F("attempts") + 1, sending_at=now, lease_until=until))


def skip(letter: Outgoing, reason: str) -> None:
    """Record that there is nowhere to send it."""
    _end(letter, State.SKIPPED, reason=reason)


def sent(letter: Outgoing) -> None:
    """Record that the mail server has taken it."""
    _end(letter, State.SENT, reason="", sent_at=DatabaseNow())


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
