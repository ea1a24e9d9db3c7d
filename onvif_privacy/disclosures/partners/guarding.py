"""Every guard that a hand-over to a partner goes through, in its order, before anything is read."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db import router
from django.db.models import Sum

from onvif_privacy.core import consent, gate
from onvif_privacy.core.doors import HandOver
from onvif_privacy.core.models import Subject
from onvif_privacy.disclosures.models import Agreement, AgreementApproval, PartnerHandOver
from onvif_privacy.disclosures.partners import registering, terms

NOTICE: Final = timedelta(days=14)


class Refused(Exception):
    """Nothing was handed over. ``rule`` names what stood against it."""

    def __init__(self, rule: str) -> None:
        super().__init__(f"The hand-over is refused: {rule}.")
        self.rule = rule


def using() -> str:
    """Return the database of hand-overs."""
    return router.db_for_write(PartnerHandOver)


@dataclass(frozen=True)
class Plan:
    """What one hand-over is about, after every guard has let it through."""

    agreement: Agreement
    asked: HandOver
    fields: tuple[str, ...]
    people: Mapping[uuid.UUID, Subject]
    over_cap: str
    ticket: gate.Ticket | None
    today: date

    @property
    def purpose(self) -> str:
        return terms.purpose_of(self.agreement.service)

    @property
    def by_model(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for label in sorted(self.fields):
            model, name = terms.split(label)
            found.setdefault(model, []).append(name)
        return found


def allowed(agreement: Agreement, asked: HandOver, now: datetime) -> Plan:
    """Go through every guard in its order; raises Refused at the first that does not hold."""
    today = now.date()
    if agreement.state != Agreement.State.APPROVED or terms.digest(agreement) != agreement.digest:
        raise Refused("not_approved")
    if not terms.is_due(agreement, today):
        raise Refused("not_valid")
    if agreement.suspended_at is not None:
        raise Refused("suspended")
    if agreement.public_since is None or today - agreement.public_since < NOTICE:
        raise Refused("not_public")
    fields = tuple(agreement.fields if asked.fields is None else asked.fields)
    if not fields or not set(fields) <= set(agreement.fields):
        raise Refused("field")
    if asked.purpose not in (agreement.service, terms.purpose_of(agreement.service)):
        raise Refused("purpose")
    try:
        terms.check_fields(agreement.service, fields)
    except terms.TermsRefused as error:
        raise Refused("field") from error
    wanted = set(asked.subjects)
    if not wanted:
        raise Refused("nobody")
    over_cap, ticket = caps(agreement, len(wanted), now)
    people = {one.pk: one for one in Subject.objects.using(router.db_for_write(Subject)).filter(pk__in=wanted)}
    willing = consent.audience(terms.purpose_of(agreement.service)).filter(pk__in=wanted)
    if set(willing.values_list("pk", flat=True)) != wanted or set(people) != wanted:
        raise Refused("objection")
    key = agreement.recipient_key
    if key is None or key.revoked_at is not None:
        raise Refused("key")
    return Plan(agreement, asked, fields, people, over_cap, ticket, today)


def caps(agreement: Agreement, people: int, now: datetime) -> tuple[str, gate.Ticket | None]:
    """Return what two people approved where a cap is passed; raises Refused where nobody did."""
    rows = PartnerHandOver.objects.using(using()).filter(agreement=agreement)

    def before(**window: Any) -> int:
        return int(rows.filter(**window).aggregate(sum=Sum("people"))["sum"] or 0)

    # The day as the database counts it, and 24 hours: whichever holds more.
    day = max(before(at__gt=now - timedelta(hours=24)), before(day=now.date()))
    month = before(day__gt=now.date() - timedelta(days=30))
    passed = [
        rule
        for rule, number, cap in (
            ("cap_each", people, agreement.cap_each),
            ("cap_day", day + people, agreement.cap_day),
            ("cap_month", month + people, agreement.cap_month),
        )
        if number > cap
    ]
    if not passed:
        return "", None
    used = rows.exclude(over_cap="").values_list("over_cap", flat=True)
    votes = (
        AgreementApproval.objects.using(using()).filter(agreement=agreement, people__gte=people).exclude(over_cap="")
    )
    for digest in votes.exclude(digest__in=list(used)).values_list("digest", flat=True).distinct():
        found = list(votes.filter(digest=digest).select_related("actor"))
        current = registering.over_cap_digest(agreement, found[0].over_cap, found[0].people)
        if len(found) >= 2 and digest == current:
            return digest, gate.Ticket(agreement.ref, digest, (found[0].actor, found[1].actor))
    raise Refused(passed[0])
