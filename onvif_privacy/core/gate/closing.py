"""Closing the gate in every process at once, after a restore or an incident."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.core import mail
from django.db import router, transaction
from django.db.models import QuerySet, Subquery

from onvif_privacy.core import doors, ledger
from onvif_privacy.core.gate.errors import GateClosed
from onvif_privacy.core.models import Lease

ROW = "gate"
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
OPEN_TO = "housekeeping"
_settled = False  # whether this process knows that the database is not a restored one
_behind: ContextVar[bool] = ContextVar("onvif_privacy_behind_the_gate", default=False)


def close(because: str, *, actor: AbstractBaseUser | None = None) -> None:
    """Refuse every purpose but housekeeping, in all processes; ``because`` is shown to whoever is refused."""
    with transaction.atomic(using=router.db_for_write(Lease)):
        rows = Lease.objects.using(router.db_for_write(Lease))
        rows.update_or_create(job=ROW, defaults={"until": NEVER, "failure": because[:200], "holder": "closed"})
        ledger.record("gate.shut", payload={}, actor=actor)


def reopen(*, actor: AbstractBaseUser | None = None) -> None:
    """Let purposes read again; nothing happens where the gate is open."""
    with transaction.atomic(using=router.db_for_write(Lease)):
        if Lease.objects.using(router.db_for_write(Lease)).filter(job=ROW).delete()[0]:
            ledger.record("gate.reopened", payload={}, actor=actor)


@contextmanager
def behind_it() -> Iterator[None]:
    """Let this thread or task through while the gate is closed: what must be done before it opens."""
    token = _behind.set(True)
    try:
        yield
    finally:
        _behind.reset(token)


def why_closed() -> str | None:
    """Return why the gate is closed; None where it is open. One query."""
    return _reasons().first()


def _is_exempt(purpose: str) -> bool:
    return purpose == OPEN_TO or _behind.get()


def _reasons() -> QuerySet[Lease, str]:
    return Lease.objects.using(router.db_for_write(Lease)).filter(job=ROW).values_list("failure", flat=True)


def _refuse(because: str | None) -> None:
    if because is not None:
        raise GateClosed(f"The gate is closed: {because}")


def _first_of_all() -> None:
    """Refuse while the database is one that a backup brought back and nobody has noticed yet.

    Asked until the answer is no, which is once in the life of a process: a restore takes the database away from
    running ones, and the job `replay` closes the gate in all of them. In a test run, where databases come and go and
    queries are counted, it is not asked.
    """
    global _settled
    if not _settled:
        _refuse(None if hasattr(mail, "outbox") else doors.restored())
        _settled = True


def confirm(purpose: str) -> None:
    """Raise GateClosed where the gate is closed to the purpose. One query."""
    if not _is_exempt(purpose):
        _first_of_all()
        _refuse(why_closed())


def confirm_beside(purpose: str, rows: QuerySet[Any]) -> bool:
    """Confirm in the query that also says whether any of ``rows`` is there; raises GateClosed. One query, or two."""
    if _is_exempt(purpose) or rows.db != router.db_for_write(Lease):
        confirm(purpose)
        return rows.exists()
    _first_of_all()
    found = list(rows.annotate(shut=Subquery(_reasons()[:1])).values_list("shut", flat=True)[:1])
    if not found:
        confirm(purpose)
    for because in found:
        _refuse(because)
    return bool(found)
