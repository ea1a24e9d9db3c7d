"""A letter comes in: a reference, its digest, its clock, and who handles it."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.disclosures.models import Authority, Case, Document, Regime, Requester, State
from onvif_privacy.disclosures.services import files, histories
from onvif_privacy.disclosures.services.acting import WORK, allowed, locked, record, step, take_side, using
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.reading import opened

TRIES = 20


def _reference(year: int) -> str:
    """Return the next reference of a year: ``D-2026-0007``."""
    last = Case.objects.using(using()).filter(ref__startswith=f"D-{year}-").order_by("-ref").first()
    return f"D-{year}-{(int(last.ref.rpartition('-')[2]) if last else 0) + 1:04d}"


def _made(**values: Any) -> Case:
    """Insert a case under the next free reference; several at once each get their own."""
    for _try in range(TRIES):
        case = Case(ref=_reference(values["received_at"].year), **values)
        try:
            with transaction.atomic(using=using()):
                case.save(force_insert=True, using=using())
        except IntegrityError as error:
            if "ref" not in str(error):
                raise
            continue
        return case
    raise Refused(_("Too many letters at once. Try again."))


def receive(
    *,
    actor: Any,
    authority: Authority,
    regime: Regime,
    channel: str,
    file_number: str = "",
    requester: Requester | None = None,
    issued_at: datetime | None = None,
    answer_by: datetime | None = None,
    follows: Case | None = None,
    is_drill: bool = False,
) -> Case:
    """Enter a demand. The time of receipt is this server's, and cannot be changed afterwards."""
    from onvif_privacy.disclosures.legal.services import deadlines

    allowed(actor, WORK)
    if requester is not None and requester.authority_id != authority.pk:
        raise Refused(_("This person writes for another authority."))
    now = timezone.now()
    with transaction.atomic(using=using()):
        case = _made(
            authority=authority,
            requester=requester,
            file_number=file_number.strip() or None,
            channel=channel,
            received_at=now,
            issued_at=issued_at,
            answer_by=answer_by,
            regime=regime,
            handler=actor,
            follows=follows,
            is_drill=is_drill,
        )
        take_side(case, actor, "work")
        _first(case, actor)
        deadlines.store(case)
    return case


def _first(case: Case, actor: Any) -> None:
    """Write the receipt itself as the first step of the history."""
    from onvif_privacy.disclosures.models import Part, Step

    made = Step(
        case=case,
        number=1,
        action="receive",
        kind=Part.WORK,
        actor=actor,
        from_state="",
        to_state=State.RECEIVED,
        at=case.received_at,
    )
    made.save(using=using())
    Case.objects.using(using()).filter(pk=case.pk).update(version=1)
    case.version = 1
    record("received", case, actor=actor, step=1, row=histories.bound(made))


def attach(
    *,
    case: Case,
    actor: Any,
    kind: str,
    name: str,
    parts: Iterable[bytes],
    supersedes: Document | None = None,
) -> Document:
    """Store a file with its digest, sealed; it is never opened, unpacked or shown here."""
    allowed(actor, WORK)
    if not case.is_open:
        raise Refused(_("The case is closed."))
    stored = files.save(parts, kind="document", owner=case.pk)
    try:
        if not stored.size:
            raise Refused(_("The file is empty."))
        with locked(case) as found:
            made = Document(
                id=uuid.uuid4(),
                case=found,
                kind=kind,
                name=name.replace("\0", "")[:200] or secrets.token_hex(4),
                sha256=stored.sha256,
                size=stored.size,
                storage_name=stored.name,
                supersedes=supersedes,
                added_by=actor,
                at=timezone.now(),
            )
            made.save(using=using())
            step(found, "note", actor=actor, digest=stored.sha256)
            return made
    except BaseException:
        files.remove(stored.name)
        raise


def duplicates(case: Case) -> list[str]:
    """Return the references of other cases with the same file, or the same file number of the same authority."""
    digests = Document.objects.using(using()).filter(case=case).values("sha256")
    same = set(Document.objects.using(using()).filter(sha256__in=digests).values_list("case__ref", flat=True))
    with opened():
        number = Case.objects.using(using()).get(pk=case.pk).file_number
        if number:
            same |= {one.ref for one in _by_number(case.authority, str(number))}
    return sorted(same - {case.ref})


def _by_number(authority: Authority, number: str) -> list[Case]:
    """Return the cases of an authority with exactly this file number; inside a scope that may read them."""
    from onvif_privacy.core import gate

    return list(gate.find(Case.objects.using(using()).filter(authority=authority), file_number=number))


def missing(case: Case, present: Iterable[str]) -> list[str]:
    """Return what the regime asks of a letter and this one does not hold."""
    have = set(present)
    return [str(one) for one in case.regime.required_items if str(one) not in have]
