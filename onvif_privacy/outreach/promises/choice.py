"""Mails leave on a choice that holds at that moment, and not too often."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from django.db.models import Count, Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.models import Message, SendBatch, Suppression
from onvif_privacy.outreach.promises import planted
from onvif_privacy.outreach.promises.clauses import NEWS
from onvif_privacy.outreach.services import suppression
from onvif_privacy.outreach.services.campaigns import acting, sending

BY_CHOICE = Promise("product_news.by_choice", NEWS, _("Each mail leaves on a choice that holds when it leaves."))
SUPPRESSED = Promise(
    "product_news.suppressed", NEWS, _("Who ended our mails gets none, also if a list brings the address back.")
)

declare(BY_CHOICE, SUPPRESSED)

NEWEST: Final = 5000
AT_MOST: Final = 20
# SQLite keeps milliseconds of a statement's moment
TICK: Final = timedelta(milliseconds=5)


@check(BY_CHOICE, kind=Kind.LEDGER, empty=True)
def each_mail_has_its_decision(look: Look) -> Iterable[Finding]:
    """Fold the decisions of each recipient up to the moment their mail left, for the newest mails."""
    rows = Message.objects.using(acting.using()).filter(state="sent", canary__isnull=True)
    since = look.now() - timedelta(days=7)
    newest = rows.filter(sent_at__gt=since).select_related("campaign").order_by("-sent_at")[:NEWEST]
    mails = list(newest)
    look.seen(len(mails))
    history: dict[object, list[Decision]] = {}
    wanted = Decision.objects.using(acting.using()).filter(subject__in={one.subject_id for one in mails})
    for decision in wanted.order_by("sequence"):
        history.setdefault((decision.subject_id, decision.purpose), []).append(decision)
    for one in mails:
        mine = [
            each
            for each in history.get((one.subject_id, one.purpose), [])
            if one.sending_at is not None and each.decided_at <= one.sending_at - TICK
        ]
        if not mine or mine[-1].outcome != "granted" or mine[-1].pk != one.decision:
            yield Finding(f"mail {one.pk} of {one.campaign.ref}", "left on no choice that held then")


@each_mail_has_its_decision.saboteur
@contextmanager
def withdrawn_before_it_left(plant: Plant) -> Iterator[str]:
    """Let a mail leave after its recipient withdrew, as if nobody had asked again."""
    with rolled_back(acting.using()):
        person = Subject.objects.using(acting.using()).create()
        first = planted.decided(person, "granted")
        planted.decided(person, "withdrawn")
        yield f"mail {planted.sent(person, planted.campaign(), first.pk).pk}"


@check(BY_CHOICE, kind=Kind.LEDGER, empty=True)
def nobody_gets_too_many(look: Look) -> Iterable[Finding]:
    """Count what each person got in the time that the cap names."""
    most, days = conf.CAP
    since = look.now() - timedelta(days=days)
    rows = Message.objects.using(acting.using()).filter(state="sent", canary__isnull=True, sending_at__gt=since)
    look.seen(rows.count())
    many = rows.order_by().values("subject").annotate(number=Count("pk")).filter(number__gt=most)
    for row in many[:AT_MOST]:
        yield Finding(f"subject {row['subject']}", f"got more than {most} mails in {days} days")


@nobody_gets_too_many.saboteur
@contextmanager
def one_mail_too_many(plant: Plant) -> Iterator[str]:
    """Let somebody get one mail more than the cap."""
    with rolled_back(acting.using()):
        person = Subject.objects.using(acting.using()).create()
        decision, now = planted.decided(person, "granted"), timezone.now()
        for _each in range(conf.CAP[0] + 1):
            planted.sent(person, planted.campaign(), decision.pk, now)
        yield f"subject {person.pk}"


@check(BY_CHOICE, kind=Kind.LEDGER, empty=True)
def batches_are_as_recorded(look: Look) -> Iterable[Finding]:
    """Compute the digest of each batch of the last week again."""
    since = look.now() - timedelta(days=7)
    rows = SendBatch.objects.using(acting.using()).filter(closed_at__gt=since).select_related("campaign")
    for batch in rows.order_by("-closed_at")[:500]:
        look.seen()
        if sending.digest_of(batch.campaign.approved_digest, sending.sent_in(batch)) != batch.digest:
            yield Finding(f"batch {batch.pk}", "does not hold the mails that its entry names")


@batches_are_as_recorded.saboteur
@contextmanager
def a_mail_slipped_in(plant: Plant) -> Iterator[str]:
    """Add a mail to a batch that was closed."""
    with rolled_back(acting.using()):
        person, which = Subject.objects.using(acting.using()).create(), planted.campaign()
        batch = SendBatch.objects.using(acting.using()).create(campaign=which)
        sending.close(batch)
        planted.sent(person, which, planted.decided(person, "granted").pk, batch=batch)
        yield f"batch {batch.pk}"


@check(SUPPRESSED, kind=Kind.DATABASE, empty=True)
def nothing_went_to_who_ended_it(look: Look) -> Iterable[Finding]:
    """Look for mails that left to an address after it was suppressed."""
    ended = Suppression.objects.using(acting.using()).filter(
        address_hash=OuterRef("address_hash"), until__isnull=True, created_at__lt=OuterRef("sending_at")
    )
    either = Exists(ended.filter(scope=OuterRef("purpose"))) | Exists(ended.filter(scope=Suppression.ALL))
    rows = Message.objects.using(acting.using()).filter(state="sent").exclude(address_hash="")
    look.seen(Suppression.objects.using(acting.using()).count())
    for one in rows.filter(either)[:AT_MOST]:
        yield Finding(f"mail {one.pk}", "went to an address that gets no such mail")


@nothing_went_to_who_ended_it.saboteur
@contextmanager
def written_to_again(plant: Plant) -> Iterator[str]:
    """Send a mail to a suppressed address that came back with another person."""
    with rolled_back(acting.using()):
        suppression.suppress(address="planted@example.invalid", scope="product_news", reason="unsubscribe")
        mark = Suppression.objects.using(acting.using()).latest("created_at").address_hash
        person = Subject.objects.using(acting.using()).create()
        decision = planted.decided(person, "granted")
        yield f"mail {planted.sent(person, planted.campaign(), decision.pk, address_hash=mark).pk}"


@check(SUPPRESSED, kind=Kind.STATIC)
def suppression_names_nobody(look: Look) -> Iterable[Finding]:
    """Look at the columns: nothing leads to a person, so nothing goes with one; and letters of any case are one."""
    for field in Suppression._meta.get_fields():
        look.seen()
        if field.is_relation:
            yield Finding(f"Suppression.{field.name}", "leads to another row, which an erasure could take along")
    with rolled_back(acting.using()):
        suppression.suppress(address="probe@example.invalid", scope="product_news", reason="staff")
        if not suppression.suppressed("PROBE@Example.INVALID", "product_news"):
            yield Finding("suppression", "does not know the same address in capital letters")


@suppression_names_nobody.saboteur
@contextmanager
def case_matters(plant: Plant) -> Iterator[str]:
    """Compare addresses letter by letter."""
    from onvif_privacy.core.promises.planting import altered
    from onvif_privacy.outreach.services import addresses

    with altered(addresses, "normal", lambda address: address):
        yield "in capital letters"
