"""The steps of an erasure: each is repeatable, saves where it stands with what it did, and is done once."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.contrib.auth import get_user_model
from django.db import router, transaction
from django.utils import timezone
from django.utils.translation import override

from onvif_privacy.core import contacts, incidents, keys, ledger
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import traces as declared_traces
from onvif_privacy.core.signals import subject_erased
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import REPLAYED, Channel, Kind, Letter, Request, State, Step
from onvif_privacy.rights.services import export, holdings, letters, requests
from onvif_privacy.rights.services.erasure import receipts, sessions, walking
from onvif_privacy.rights.services.erasure.planning import plan
from onvif_privacy.rights.services.erasure.walking import Walk
from onvif_privacy.rights.services.holdings.marks import marks_of
from onvif_privacy.rights.services.requests import tokens
from onvif_privacy.rights.services.requests.states import digest, locked, move, using

logger = logging.getLogger(__name__)

LABELS = ("planned", "told", "files", "rows", "traces", "verified", "shredded")
ROUNDS = 5


class NotVerified(Exception):
    """After five walks something is still being written about a person who is erased; staff must look."""


def planned(walk: Walk) -> bool:
    """Store what is going to be done; an undeclared cascade stops here, before anything is changed."""
    found = plan(subject=walk.who.subject)
    request = walk.request
    request.plan, request.plan_digest = found.as_json, found.digest
    columns = ["plan", "plan_digest"]
    key = keys.ring().active("data").id
    walk.cursor["marks"] = {"key": key, "of": marks_of(walk.who, key)}  # for the log, while they can still be made
    silent = bool(request.address) or request.key.startswith(REPLAYED)
    if not silent and (address := contacts.email(walk.who.subject, "own_access")):
        # The receipt is sent there when nothing else of the person is left.
        request.address = address
        columns += ["address", "address_index"]
    request.save(update_fields=columns, using=using())
    payload = {"request": walk.request.reference, "plan": found.digest}
    ledger.record("rights.planned", subject=walk.who.subject, payload=payload)
    return True


def told(walk: Walk) -> bool:
    """Tell whoever else knows the person, while they can still be named; end exports and other open requests."""
    for trace in declared_traces.all():
        if trace.slug not in walk.cursor.setdefault("told", []):
            for subject in walk.who.subjects:
                trace.erase(subject)
            walk.cursor["told"].append(trace.slug)
    export.give_up(walk.who.subjects)
    for other in (
        Request.objects.using(using()).open().filter(subject__in=walk.who.subjects).exclude(pk=walk.request.pk)
    ):
        with locked(other) as found:
            move(found, State.WITHDRAWN)
    letters.drop(walk.who.subjects, but=walk.request)
    return True


def traced(walk: Walk) -> bool:
    """End sessions: one pass for everybody who waits for it."""
    walk.count("sessions", deleted=sessions.end(walk.request))
    return True


def verified(walk: Walk) -> bool:
    """Walk again; done only after a walk that found nothing. Raises NotVerified after five that did."""
    found = walking.again(walk)
    if not found:
        return True
    walk.cursor["rounds"] = int(walk.cursor.get("rounds", 0)) + 1
    if walk.cursor["rounds"] >= ROUNDS:
        incidents.alarm("rights.erasure", reference=f"{walk.request.reference}-verified", details={"rows": found})
    return False


def shredded(walk: Walk) -> bool:
    """Destroy the keys, unlink the user, sign the receipt: in one transaction the person is gone."""
    request, subject = walk.request, walk.who.subject
    with override(request.language or None):
        made = receipts.written(request)
    request.receipt = made.as_json
    tokens.end(request, tokens.RECEIPT, days=tokens.RECEIPT_DAYS)
    if address := letters.address_of(request):
        hours = 24 * tokens.RECEIPT_DAYS
        letters.write(request, Letter.What.RECEIPT, address, act=tokens.RECEIPT, hours=hours)
    for one in walk.who.subjects:
        keys.destroy(one.pk, "data")
    _unlink(walk)
    payload = {
        "request": request.reference,
        "receipt": digest(request.receipt),
        "kept": len(made.body["kept"]),
        "whole": not made.body["kept"],
    }
    ledger.record("rights.erased", subject=subject, payload=payload)
    move(request, State.DONE, receipt=request.receipt, address=None, address_index=None, wish=None)
    send = partial(subject_erased.send_robust, Subject, subject=subject, receipt=made.body)
    transaction.on_commit(send, using=using())
    return True


def _unlink(walk: Walk) -> None:
    users = [one.user_id for one in walk.who.subjects if one.user_id is not None]
    model = get_user_model()
    if users and any(one.name == "is_active" for one in model._meta.concrete_fields):
        model._base_manager.filter(pk__in=users).update(is_active=False)
    people = Subject.objects.using(router.db_for_write(Subject)).filter(pk__in=[one.pk for one in walk.who.subjects])
    people.update(user=None, erased_at=timezone.now(), restricted_at=None)


Act = Callable[[Walk], bool]
INSIDE: dict[str, Act] = {"planned": planned, "rows": walking.rows, "verified": verified, "shredded": shredded}
OUTSIDE: dict[str, Act] = {"told": told, "files": walking.files, "traces": traced}


def eraser(subject_id: uuid.UUID, reason: str) -> str:
    """Begin to erase everything about a subject; the answer of the door `eraser`. Asked again, the same request."""
    subject = Subject.objects.using(router.db_for_write(Subject)).get(pk=subject_id)
    made = requests.open(kind=Kind.ERASE, channel=Channel.SITE, key=f"{reason[:31]}-{subject.pk.hex}", subject=subject)
    return made.reference


def _begun(request: Request) -> bool:
    """Whether the steps exist; makes them once the time to cancel has passed."""
    with locked(request, State.COOLING, State.WORKING) as found:
        if found.state == State.COOLING:
            if timezone.now() < found.state_at + timedelta(hours=conf.COOLING_HOURS):
                return False
            move(found, State.WORKING)
        rows = [Step(request=found, position=number, label=label) for number, label in enumerate(LABELS, 1)]
        if not found.steps.exists():
            Step.objects.using(using()).bulk_create(rows)
    return True


def step(*, request: Request) -> Step | None:
    """Do the next bounded piece of an erasure and return the step it belongs to; None when nothing is to be done now.

    What it did, its cursor and, at the end, ``done_at`` are one transaction; calls to storages and other systems stand
    before it and bear being repeated. An exception leaves the step as it was, with the class of the error.
    """
    if request.state not in (State.COOLING, State.WORKING) or not _begun(request):
        return None
    current = Step.objects.using(using()).filter(request=request, done_at__isnull=True).order_by("position").first()
    if current is None:
        return None
    try:
        _do(request, current)
    except Exception as error:
        name = type(error).__name__
        Step.objects.using(using()).filter(pk=current.pk, done_at__isnull=True).update(failure=name)
        incidents.alarm("rights.erasure", reference=f"{request.reference}-{current.label}", details={"error": name})
        raise
    request.refresh_from_db(using=using())
    return current


def _do(request: Request, current: Step) -> None:
    assert request.subject is not None  # noqa: S101 - an erasure is of somebody
    with holdings.opened(request.subject) as (scope, who):
        walk = Walk(request, current, scope, who, timezone.now(), conf.STEP_ROWS)
        if current.label in OUTSIDE:
            finished = OUTSIDE[current.label](walk)
            with transaction.atomic(using=using()):
                _save(walk, finished)
            return
        with transaction.atomic(using=using()), locked(request, State.WORKING) as found:
            # Another machine may have done it meanwhile: then its cursor is the one that counts.
            fresh = Step.objects.using(using()).select_for_update().get(pk=current.pk)
            if fresh.done_at is not None:
                return
            current.cursor, current.counts = fresh.cursor, fresh.counts
            walk.request = found
            _save(walk, INSIDE[current.label](walk))


def _save(walk: Walk, finished: bool) -> None:
    step = walk.step
    step.failure = ""
    if finished:
        step.done_at = timezone.now()
    open_row = Step.objects.using(using()).filter(pk=step.pk, done_at__isnull=True)
    done = open_row.update(cursor=step.cursor, counts=step.counts, failure="", done_at=step.done_at)
    if finished and done:
        numbers = [one for one in step.counts.values() if isinstance(one, dict)]
        payload = {
            "request": walk.request.reference,
            "step": step.label,
            "rows": sum(one.get("deleted", 0) + one.get("ended", 0) for one in numbers),
            "files": sum(one.get("files", 0) for one in numbers),
        }
        ledger.record("rights.step", subject=walk.who.subject, payload=payload)
