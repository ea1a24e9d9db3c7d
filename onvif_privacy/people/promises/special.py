"""Sensitive values are refused by the database without consent, and end when it ends."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

from django.db import DatabaseError, router
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.gate.scope import Scope
from onvif_privacy.core.guards import create, drop
from onvif_privacy.core.models import Standing
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, by_hand, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import SensitiveValue
from onvif_privacy.people.promises.clauses import SENSITIVE
from onvif_privacy.people.services.sensitive import live

REFUSED = Promise("sensitive.refused", SENSITIVE, _("Nothing sensitive is stored without explicit consent."))
ONE_USE = Promise("sensitive.one_use", SENSITIVE, _("Consent to one use opens no other."))
ENDED = Promise("sensitive.ended", SENSITIVE, _("After a withdrawal sensitive values are deleted in time."))

declare(REFUSED, ONE_USE, ENDED)

PURPOSE = "special_religion_probe"
TABLE = SensitiveValue._meta.db_table


def _insert(using: str) -> None:
    by_hand(
        using,
        f"INSERT INTO {TABLE} (id, added_on, statement, subject_id, category, purpose, value, decision_id)"  # noqa: S608
        " VALUES (%s, '2026-01-01', '', %s, 'religion', %s, %s, %s)",
        uuid.uuid4(),
        uuid.uuid4(),
        PURPOSE,
        b"\1",
        uuid.uuid4(),
    )


@check(REFUSED, kind=Kind.REFUSAL)
def database_refuses_values_without_consent(look: Look) -> Iterable[Finding]:
    """Try to store a value of nobody, by SQL and in a transaction that is undone."""
    using = router.db_for_write(SensitiveValue)
    look.seen()
    try:
        with rolled_back(using):
            _insert(using)
    except DatabaseError as error:
        if "refuses a sensitive value" in str(error):
            return
    yield Finding(TABLE, "takes a value without consent")


@database_refuses_values_without_consent.saboteur
@contextmanager
def table_without_its_guard(plant: Plant) -> Iterator[str]:
    """Drop the guards, as somebody who owns the database could."""
    using = router.db_for_write(SensitiveValue)
    drop(using)
    try:
        yield f"{TABLE}: takes a value without consent"
    finally:
        create(using)


@check(ONE_USE, kind=Kind.REFUSAL)
def other_uses_are_refused(look: Look) -> Iterable[Finding]:
    """Ask the gate for a row of one use in the name of another."""
    for asked in ("special_religion_other", "special_health_probe", "operation"):
        look.seen()
        scope = SimpleNamespace(purpose=asked, is_release=False)
        if not Scope.why_not_row(scope, PURPOSE):  # type: ignore[arg-type] # all that the rule looks at
            yield Finding(f"scope {asked}", f"reads a row of {PURPOSE}")


@other_uses_are_refused.saboteur
@contextmanager
def gate_that_does_not_look_at_the_row(plant: Plant) -> Iterator[str]:
    """Let any granted purpose read any row."""
    with altered(Scope, "why_not_row", lambda scope, said: ""):
        yield f"scope operation: reads a row of {PURPOSE}"


@check(ENDED, kind=Kind.DATABASE, empty=True)
def withdrawn_values_are_gone(look: Look) -> Iterable[Finding]:
    """Look for values whose consent ended longer ago than promised."""
    rows = SensitiveValue.objects.using(router.db_for_read(SensitiveValue))
    look.seen(rows.count())
    dead = rows.exclude(pk__in=live(rows).values("pk")).values_list("subject", "purpose")[:1000]
    limit = look.now() - timedelta(hours=conf.SENSITIVE_HOURS)
    late = sum(
        not Standing.objects.filter(Q(decided_at__gte=limit), subject=subject, purpose=purpose).exists()
        for subject, purpose in dead
    )
    if late:
        yield Finding(TABLE, f"keeps {late} values longer than {conf.SENSITIVE_HOURS} hours after their consent ended")


@withdrawn_values_are_gone.saboteur
@contextmanager
def value_that_outlived_its_consent(plant: Plant) -> Iterator[str]:
    """Keep a value whose consent nobody gave."""
    using = router.db_for_write(SensitiveValue)
    with rolled_back(using, guards=False):
        _insert(using)
        yield "longer than"
