"""What was upheld is put right with evidence, another person looked, and whom it is about did nothing in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.keys import KeyDestroyed, SealBroken
from onvif_privacy.core.models import Entry, EntrySecret
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.enquiries.models import Concern, Enquiry, Remedy, Transition
from onvif_privacy.enquiries.promises.clauses import CONTACT
from onvif_privacy.enquiries.promises.planted import one_complaint, somebody
from onvif_privacy.enquiries.services.states import using

PUT_RIGHT = Promise(
    "contact.put_right",
    CONTACT,
    _("What was upheld ends only with evidence that another person looked at."),
)
INDEPENDENT = Promise("contact.independent", CONTACT, _("Whom a complaint is about decides and does nothing in it."))

declare(PUT_RIGHT, INDEPENDENT)

LATELY = timedelta(days=400)
AT_MOST = 1000
ROLES = ("handler", "determined_by", "remedied_by", "verified_by")


def _in_ledger(look: Look) -> set[str]:
    """Return the digests of evidence that the ledger knows of."""
    rows = Entry.objects.using(using()).filter(kind="enquiries.remedy", at__gt=look.now() - LATELY)
    found = set[str]()
    for entry in rows.select_related("secret").order_by("-at")[: 5 * AT_MOST]:
        try:
            found.add(str(ledger.opened(entry).get("evidence")))
        except (KeyDestroyed, SealBroken, EntrySecret.DoesNotExist):  # what has ended says nothing
            continue
    return found


@check(PUT_RIGHT, kind=Kind.LEDGER, empty=True)
def nothing_upheld_was_closed_without_evidence(look: Look) -> Iterable[Finding]:
    """Look at each complaint that was upheld and closed lately: its evidence, in table and ledger, and who looked."""
    rows = Enquiry.objects.using(using()).filter(state="closed", outcome__in=["upheld", "partly"])
    known = _in_ledger(look)
    for one in rows.filter(closed_at__gt=look.now() - LATELY).order_by("-closed_at")[:AT_MOST]:
        look.seen()
        digests = (
            Remedy.objects.using(using()).filter(enquiry=one, turn=one.turn).values_list("evidence_digest", flat=True)
        )
        if not [digest for digest in digests if digest]:
            yield Finding(f"enquiry {one.ref}", "was closed without a remedy")
        elif not set(digests) <= known:
            yield Finding(f"enquiry {one.ref}", "has evidence that the ledger does not know")
        if not one.verified_by or one.verified_by == one.remedied_by:
            yield Finding(f"enquiry {one.ref}", "was looked at by nobody else")


@nothing_upheld_was_closed_without_evidence.saboteur
@contextmanager
def closed_by_an_update(plant: Plant) -> Iterator[str]:
    """Close an upheld complaint by one UPDATE, as somebody would who wants the queue empty."""
    now, clerk, other = timezone.now(), somebody(), somebody()
    acted: dict[str, Any] = {"determined_by": clerk, "remedied_by": clerk, "verified_by": other}
    times: dict[str, Any] = {"determined_at": now, "remedied_at": now, "verified_at": now, "closed_at": now}
    with one_complaint(state="closed", outcome="upheld", **times, **acted) as made:
        yield f"enquiry {made.ref}: was closed without a remedy"


@nothing_upheld_was_closed_without_evidence.saboteur
@contextmanager
def evidence_from_nowhere(plant: Plant) -> Iterator[str]:
    """Add the evidence afterwards, past the service."""
    now, clerk, other = timezone.now(), somebody(), somebody()
    acted: dict[str, Any] = {"determined_by": clerk, "remedied_by": clerk, "verified_by": other}
    times: dict[str, Any] = {"determined_at": now, "remedied_at": now, "verified_at": now, "closed_at": now}
    with one_complaint(state="closed", outcome="upheld", **times, **acted) as made:
        Remedy(
            enquiry=made, turn=0, kind="other", evidence="T-1", evidence_digest="0" * 64, done_by=clerk, at=now
        ).save(using=using())
        yield f"enquiry {made.ref}: has evidence that the ledger does not know"


def _acted_after(one: Concern) -> bool:
    """Whether somebody acted in a case after it was said that it is about them."""
    moves = Transition.objects.using(using()).filter(enquiry=one.enquiry, actor=one.person, at__gt=one.at)
    done = Remedy.objects.using(using()).filter(enquiry=one.enquiry, done_by=one.person, at__gt=one.at)
    return moves.exists() or done.exists()


@check(INDEPENDENT, kind=Kind.DATABASE, empty=True)
def who_it_is_about_did_nothing(look: Look) -> Iterable[Finding]:
    """Look for people who handle, decide or have moved a case that is about them, or looked at their own work."""
    rows = Concern.objects.using(using()).select_related("enquiry")
    for one in rows.order_by("-at")[:AT_MOST]:
        look.seen()
        if one.person in [getattr(one.enquiry, role) for role in ROLES] or _acted_after(one):
            yield Finding(f"enquiry {one.enquiry.ref}", "somebody it is about acts in it")
    own = Enquiry.objects.using(using()).filter(~Q(verified_by=""), verified_by=F("remedied_by"))
    for ref in own.values_list("ref", flat=True)[:20]:
        yield Finding(f"enquiry {ref}", "somebody looked at their own work")


@who_it_is_about_did_nothing.saboteur
@contextmanager
def handler_set_by_hand(plant: Plant) -> Iterator[str]:
    """Give a case to the person it is about."""
    with one_complaint() as made:
        person = somebody()
        Concern(enquiry=made, person=person, noted_by="", at=timezone.now()).save(using=using())
        Enquiry.objects.using(using()).filter(pk=made.pk).update(handler=person)
        yield f"enquiry {made.ref}: somebody it is about acts in it"
