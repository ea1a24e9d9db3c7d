"""What the public status says is what the checks saw: signed, fresh, and no clause hidden from the sum."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import router
from django.test import override_settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Heartbeat, Proof
from onvif_privacy.core.promises import Check, Finding, Kind, Look, Plant, Promise, Verdict, check, jws
from onvif_privacy.core.promises.planting import altered, by_hand
from onvif_privacy.core.promises.running import Looked, keep
from onvif_privacy.core.promises.shapes import checks
from onvif_privacy.core.promises.verdicts import worst
from onvif_privacy.core.registry import declare
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.models import StatusRelease
from onvif_privacy.statement.promises.coverage import COMMITMENT
from onvif_privacy.statement.promises.planted import published
from onvif_privacy.statement.promises.truth import version_in_force
from onvif_privacy.statement.services import standing, status
from onvif_privacy.statement.services.bindings import NEVER_A_FACT

SIGNED = Promise(
    "commitment.status",
    COMMITMENT,
    _("Verdicts are what the checks saw; where the status is public, it is signed and fresh."),
)

declare(SIGNED)


def _of_proofs() -> Iterator[Finding]:
    """Compare the verdict of each check with the proof that was kept when it last changed."""
    using = router.db_for_write(Proof)
    last = {row.check_name: row.verdict for row in Proof.objects.using(using).order_by("at", "pk")}
    for beat in Heartbeat.objects.using(using):
        if last.get(beat.check_name) != beat.verdict:
            yield Finding(beat.check_name, "has another verdict than its last proof")


def _of_clauses(payload: dict[str, Any]) -> Iterator[Finding]:
    verdicts = {clause["slug"]: Verdict(clause["verdict"]) for clause in payload["clauses"]}
    if NEVER_A_FACT in verdicts and verdicts[NEVER_A_FACT] is not worst(verdicts.values()):
        yield Finding(f"status {payload['serial']}", "hides a clause from the sum")


@check(SIGNED, kind=Kind.STATIC)
def status_is_what_was_seen(look: Look) -> Iterable[Finding]:
    """Compare verdicts with proofs; where the status is public, verify the newest one, its end and its sum."""
    if version_in_force(look) is None:
        return
    look.seen()
    yield from _of_proofs()
    row = status.newest() if conf.PUBLIC else None
    if row is None:
        return
    look.seen()
    place = f"status {row.serial}"
    if look.now() >= row.valid_until:
        yield Finding(place, "is too old")
    try:
        payload = jws.verify(row.jws, ledger.public_keys())
    except jws.BadSignature as error:
        yield Finding(place, f"is not what was signed: {error}")
        return
    yield from _of_clauses(payload)
    if row.previous_digest != _digest_before(row):
        yield Finding(place, "does not follow the status before it")


def _digest_before(row: StatusRelease) -> str:
    rows = StatusRelease.objects.using(router.db_for_write(StatusRelease)).filter(serial=row.serial - 1)
    before = rows.first()
    return hashlib.sha256(before.jws.encode()).hexdigest() if before else ""


@contextmanager
def _signed(moment: timedelta = timedelta(0)) -> Iterator[str]:
    """Publish a statement, look once, and sign where it stands."""
    with override_settings(ONVIF_PRIVACY_STATEMENT_PUBLIC=True), published(guards=False) as using:
        keep(Looked(_some_check(), Verdict.KEPT, count=1))
        status.release(timezone.now() + moment)
        yield using


def _some_check() -> Check:
    return next(one for one in checks.all() if one.kind is Kind.DATABASE)


@status_is_what_was_seen.saboteur
@contextmanager
def verdict_edited(plant: Plant) -> Iterator[str]:
    """Write another verdict into the table by SQL."""
    with _signed() as using:
        table = Heartbeat._meta.db_table
        by_hand(using, f"UPDATE {table} SET verdict = 'broken' WHERE check_name = %s", _some_check().name)  # noqa: S608
        yield "has another verdict than its last proof"


@status_is_what_was_seen.saboteur
@contextmanager
def status_edited(plant: Plant) -> Iterator[str]:
    """Put the payload of another moment under the signature by SQL."""
    with _signed() as using:
        jws_before = status.newest()
        spoiled = jws_before.jws.replace('"payload":"e', '"payload":"f') if jws_before else ""
        by_hand(using, "UPDATE onvif_privacy_statement_statusrelease SET jws = %s", spoiled)
        yield "is not what was signed"


@status_is_what_was_seen.saboteur
@contextmanager
def status_taken_out(plant: Plant) -> Iterator[str]:
    """Remove a status between two others by SQL, as somebody would who wants a bad day forgotten."""
    with _signed() as using:
        keep(Looked(_some_check(), Verdict.BROKEN, count=1))
        status.release(timezone.now() + timedelta(hours=25))
        by_hand(using, "DELETE FROM onvif_privacy_statement_statusrelease WHERE serial = 1")
        yield "does not follow the status before it"


@status_is_what_was_seen.saboteur
@contextmanager
def status_two_days_old(plant: Plant) -> Iterator[str]:
    """Let the job that signs stand still for 49 hours."""
    with _signed(timedelta(hours=-49)):
        yield "is too old"


@status_is_what_was_seen.saboteur
@contextmanager
def clause_hidden(plant: Plant) -> Iterator[str]:
    """Leave a clause that is not proven out of the sum."""

    def flattering(found: Iterable[standing.ClauseStanding], is_whole: bool) -> Verdict:
        return Verdict.KEPT

    with altered(standing, "worst_of_all", flattering), _signed():
        yield "hides a clause from the sum"
