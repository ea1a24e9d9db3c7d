"""Looking: running checks, keeping what they found, and never calling kept what was not seen."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType

from django.db import router, transaction
from django.utils import timezone

from onvif_privacy.core.clock import DatabaseNow
from onvif_privacy.core.models import Heartbeat, Proof
from onvif_privacy.core.promises.looking import Look
from onvif_privacy.core.promises.shapes import Check, Finding, Kind
from onvif_privacy.core.promises.verdicts import Verdict
from onvif_privacy.core.signals import verdict_changed

logger = logging.getLogger(__name__)

MAX_FINDINGS = 50


class OutOfTime(Exception):
    """A check took longer than it may."""


@dataclass(frozen=True)
class Looked:
    """What one look gave. ``error`` is the class of the exception of a check that could not look."""

    check: Check
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    count: int = 0
    error: str = ""


@contextmanager
def _time_limit(seconds: int) -> Iterator[None]:
    """End the block after so many seconds. Only the main thread can be interrupted; elsewhere there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(number: int, frame: FrameType | None) -> None:
        raise OutOfTime(f"more than {seconds} s")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def look_at(check: Check, look: Look | None = None, *, seconds: int | None = None) -> Looked:
    """Run one check and judge it; stores nothing and never raises.

    Broken with the first finding; unproven when it raised, ran out of time, returned rubbish or looked at nothing.
    """
    look = look or Look()
    try:
        with _time_limit(seconds or check.seconds):
            findings = tuple(check.looker(look))
    except Exception as error:
        logger.exception("check %s could not look", check.name)
        return Looked(check, Verdict.UNPROVEN, count=look.count, error=type(error).__name__)
    if not all(isinstance(finding, Finding) for finding in findings):
        return Looked(check, Verdict.UNPROVEN, count=look.count, error="NotAFinding")
    if findings:
        return Looked(check, Verdict.BROKEN, findings, look.count)
    if look.count == 0 and not check.empty:
        return Looked(check, Verdict.UNPROVEN, count=0)
    return Looked(check, Verdict.KEPT, count=look.count)


def keep(looked: Looked) -> None:
    """Store what a look gave: always the heartbeat, and a proof where the verdict changed.

    Where nobody had looked for longer than the check's ``ttl``, a proof says from when on, and one that it was seen
    again: so the verdict of any past moment follows from the proofs.
    """
    using = router.db_for_write(Heartbeat)
    with transaction.atomic(using=using):
        name, promise = looked.check.name, looked.check.promise.slug
        before = Heartbeat.objects.using(using).filter(pk=name).first()
        values = {
            "promise": promise,
            "looked_at": DatabaseNow(),
            "count": looked.count,
            "verdict": looked.verdict.value,
        }
        Heartbeat.objects.using(using).update_or_create(check_name=name, defaults=values)
        unwatched = before is not None and _note_gap(looked.check, before, using)
        if before is not None and before.verdict == looked.verdict and not unwatched:
            return
        findings = [{"place": one.place[:200], "what": one.what[:500]} for one in looked.findings[:MAX_FINDINGS]]
        Proof(
            promise=promise, check_name=name, verdict=looked.verdict.value, findings=findings, at=timezone.now()
        ).save(using=using)
        old = Verdict(before.verdict) if before else None
        if old is looked.verdict:
            return
        send = partial(
            verdict_changed.send_robust, Check, promise=looked.check.promise, before=old, after=looked.verdict
        )
        transaction.on_commit(send, using=using)


def _note_gap(check: Check, before: Heartbeat, using: str) -> bool:
    """Note when the last look became too old to be believed; what was broken stays so without looking."""
    until = before.looked_at + check.ttl
    if before.verdict != Verdict.KEPT or timezone.now() <= until:
        return False
    stale = Proof(promise=check.promise.slug, check_name=check.name, verdict=Verdict.STALE.value, at=until)
    stale.save(using=using)
    return True


def run_checks(chosen: list[Check], *, base_url: str = "") -> Iterator[Looked]:
    """Run checks one after the other, keep each result, and yield it. Attestations are read, not run.

    ``base_url`` lets what asks for pages ask the site that runs there, over the network.
    """
    for check in chosen:
        if check.kind is not Kind.ATTESTATION:
            looked = look_at(check, Look(base_url=base_url))
            keep(looked)
            yield looked
