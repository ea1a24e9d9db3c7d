"""Requests are answered in time, erasures are done when they say so, and files of exports do not stay."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import router
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.rights.models import Channel, ExportFile, Request, State, Step
from onvif_privacy.rights.models import Kind as Wish
from onvif_privacy.rights.promises.clauses import RIGHTS
from onvif_privacy.rights.services import signing
from onvif_privacy.rights.services.erasure import receipt
from onvif_privacy.rights.services.export import building

IN_TIME = Promise("rights.in_time", RIGHTS, _("Requests are answered by their due date."))
FINISHED = Promise("rights.finished", RIGHTS, _("An erasure is called done when every step is, with a signed receipt."))
NO_FILE = Promise("rights.no_file", RIGHTS, _("Files of exports are gone when they expire or their person is erased."))

declare(IN_TIME, FINISHED, NO_FILE)

LATELY = timedelta(days=90)
GRACE = timedelta(hours=24)
AT_MOST = 20


def _using() -> str:
    return router.db_for_write(Request)


def _planted(kind: str, state: str, **changes: Any) -> Request:
    now = timezone.now()
    values = {
        "kind": kind,
        "channel": Channel.ACCOUNT,
        "subject": Subject.objects.using(_using()).create(),
        "state": state,
        "received_at": now,
        "state_at": now,
        "due_on": timezone.localdate(),
        "slot": secrets.token_hex(16),
        "key": secrets.token_hex(16),
        **changes,
    }
    return Request.objects.using(_using()).create(**values)


@check(IN_TIME, kind=Kind.DATABASE, empty=True)
def nothing_is_overdue(look: Look) -> Iterable[Finding]:
    """Look for open requests whose last day has passed."""
    today = timezone.localdate(look.now())
    rows = Request.objects.using(_using()).running()
    look.seen(rows.count())
    late = rows.filter(Q(extended_to__isnull=True, due_on__lt=today) | Q(extended_to__lt=today))
    for reference in late.values_list("reference", flat=True)[:AT_MOST]:
        yield Finding(f"request {reference}", "is overdue")


@nothing_is_overdue.saboteur
@contextmanager
def a_request_that_nobody_answers(plant: Plant) -> Iterator[str]:
    """Leave a request open past its day."""
    with rolled_back(_using()):
        made = _planted(Wish.EXPORT, State.WORKING, due_on=timezone.localdate() - timedelta(days=2))
        yield f"request {made.reference}: is overdue"


@check(FINISHED, kind=Kind.LEDGER, empty=True)
def done_is_done(look: Look) -> Iterable[Finding]:
    """Look at each erasure called done lately: its steps, its receipt and the signature."""
    done = Request.objects.using(_using()).filter(kind=Wish.ERASE, state=State.DONE, subject__isnull=False)
    for one in done.filter(state_at__gt=look.now() - LATELY).select_related("subject").order_by("-state_at")[:1000]:
        look.seen()
        if not one.steps.exists() or one.steps.filter(done_at__isnull=True).exists():
            yield Finding(f"request {one.reference}", "is done with steps that are not")
        found = receipt(request=one)
        if found is None or not signing.is_signed({"body": found.body, "jws": found.jws}):
            yield Finding(f"request {one.reference}", "has no receipt that this site signed")


@done_is_done.saboteur
@contextmanager
def done_while_half_done(plant: Plant) -> Iterator[str]:
    """Call an erasure done whose rows were never ended."""
    with rolled_back(_using(), guards=False):
        made = _planted(Wish.ERASE, State.DONE)
        Step.objects.using(_using()).create(request=made, position=1, label="rows")
        yield f"request {made.reference}: is done with steps that are not"


@done_is_done.saboteur
@contextmanager
def receipt_of_somebody_else(plant: Plant) -> Iterator[str]:
    """Put words into a receipt that nobody signed."""
    with rolled_back(_using(), guards=False):
        words = '{"body": {"kept": []}, "jws": {"protected": "e30", "signature": "AAAA"}}'
        made = _planted(Wish.ERASE, State.DONE, receipt=words)
        yield f"request {made.reference}: has no receipt that this site signed"


@check(NO_FILE, kind=Kind.DATABASE, empty=True)
def files_do_not_stay(look: Look) -> Iterable[Finding]:
    """Look in the storage for exports that have expired or whose person was erased."""
    over = Q(expires_at__lt=look.now() - GRACE) | Q(subject__erased_at__lt=look.now() - GRACE)
    for one in ExportFile.objects.using(_using()).filter(over).exclude(storage_name="").order_by("-started_at")[:1000]:
        look.seen()
        if one.deleted_at is None or building.storage().exists(one.storage_name):
            yield Finding(f"export {one.pk}", "is still there")


@files_do_not_stay.saboteur
@contextmanager
def a_file_left_on_disk(plant: Plant) -> Iterator[str]:
    """Say that an export was deleted and leave its file."""
    name = building.storage().save(f"{secrets.token_hex(16)}.sealed", ContentFile(b"left"))
    old = timezone.now() - timedelta(days=9)
    try:
        with rolled_back(_using()):
            somebody = Subject.objects.using(_using()).create()
            made = _planted(Wish.EXPORT, State.DONE, subject=somebody)
            row = ExportFile.objects.using(_using()).create(
                request=made,
                subject=somebody,
                storage_name=name,
                started_at=old,
                expires_at=old,
                deleted_at=old,
                slot=secrets.token_hex(16),
            )
            yield f"export {row.pk}: is still there"
    finally:
        building.storage().delete(name)
