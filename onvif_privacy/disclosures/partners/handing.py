"""The one function by which data of people reaches a partner. Whatever does not hold refuses it, before a byte."""

from __future__ import annotations

import base64
import hashlib
import secrets
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from onvif_privacy.core import canaries, gate, keys
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.doors import HandOver
from onvif_privacy.core.gate.people import owner_path
from onvif_privacy.core.models import Canary, Subject
from onvif_privacy.core.personal.rows import rows_owned
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import Agreement, PartnerHandOver, PartnerHolding, Service
from onvif_privacy.disclosures.partners import registering, terms
from onvif_privacy.disclosures.partners.guarding import Plan, Refused, allowed, caps, using
from onvif_privacy.disclosures.partners.keeping import storage
from onvif_privacy.disclosures.services import sealing
from onvif_privacy.disclosures.services.packages import Column, Facts, Schema, Table, Writer, line
from onvif_privacy.disclosures.services.packages.kinds import kind_of

BATCH_ROWS: Final = 10
EXIT: Final = "partner"


def pseudonyms(agreement: Agreement) -> Callable[[uuid.UUID], str]:
    """Return what gives the name under which a partner knows a person: 26 letters, of this agreement only.

    HMAC-SHA-256 under a key of the agreement, which is fetched once; raises KeyDestroyed once that has ended.
    """
    key = keys.subject_key(agreement.pk, "record").secret
    return lambda subject_id: base64.b32encode(keys.mac(key, b"pseudonym" + subject_id.bytes)).decode().lower()[:26]


def pseudonym(agreement: Agreement, subject_id: uuid.UUID) -> str:
    """Return the name under which a partner knows one person."""
    return pseudonyms(agreement)(subject_id)


def hand_over(asked: HandOver, *, now: datetime | None = None) -> str:
    """Hand data of people to a partner and return the reference of the hand-over.

    The same key again gives the same reference and hands over nothing. Raises `Refused` with the rule that stands
    against it, recorded in the ledger first; cannot run inside a transaction, which could take the evidence back.
    """
    agreement = (
        Agreement.objects.using(using()).select_related("party", "recipient_key").filter(ref=asked.agreement).first()
    )
    if agreement is None:
        raise Refused("no_agreement")
    known = PartnerHandOver.objects.using(using()).filter(agreement=agreement, key=asked.key).first()
    if known is not None:
        return known.reference
    moment = (now or timezone.now()).astimezone(UTC)
    try:
        plan = allowed(agreement, asked, moment)
        return _handed(plan, moment)
    except Refused as refusal:
        with transaction.atomic(using=using()):
            registering.record(f"refused.{refusal.rule}", agreement, actor=asked.actor, people=len(asked.subjects))
        raise


def _schema(plan: Plan) -> Schema:
    return Schema(
        *(
            Table(
                model,
                tuple(
                    Column(
                        name,
                        terms.declared(f"{model}.{name}").data_class,
                        kind_of(apps.get_model(model)._meta.get_field(name)),
                    )
                    for name in names
                ),
            )
            for model, names in plan.by_model.items()
        )
    )


def _rows(plan: Plan, scope: gate.Scope) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield model, pseudonym and values of every row, read through the gate."""
    named = pseudonyms(plan.agreement)
    for model, names in plan.by_model.items():
        found = apps.get_model(model)
        path = owner_path(found, names[0])
        groups: Iterable[Sequence[Subject]] = (
            [[one] for one in plan.people.values()] if callable(path) else [list(plan.people.values())]
        )
        for people in groups:
            for row in scope.read(rows_owned(found, path, people), names):
                if row.person is not None:
                    yield model, named(row.person), row.values


def _canary_rows(plan: Plan, canary: Canary) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield rows of the contact that is nobody's, one for each model, alike those of people."""
    name = pseudonym(plan.agreement, canary.pk)
    for model, names in plan.by_model.items():
        values: dict[str, Any] = {}
        for field in names:
            found = terms.declared(f"{model}.{field}")
            values[field] = canary.address if found.reach else canary.name if found.data_class == "identity" else None
        yield model, name, values


def _handed(plan: Plan, now: datetime) -> str:
    """Read, pack, encrypt, record, and only then keep the file."""
    agreement, asked = plan.agreement, plan.asked
    reference = secrets.token_urlsafe(16)
    with gate.scope(
        plan.purpose, actor=asked.actor, party=agreement.party.slug, exit=EXIT, ticket=plan.ticket, durable=True
    ) as scope:
        rows = list(_rows(plan, scope))
        if scope.counts.skipped:
            raise Refused("objection")
        canary = _canary(plan, len(rows))
        if canary is not None:
            rows += _canary_rows(plan, canary)
        rows.sort(key=lambda row: (row[0], row[1]))  # by pseudonym: neither age nor place of a row tells of it
        lines = (
            line(model=model, subject=name, key=number, values=values)
            for number, (model, name, values) in enumerate(rows, 1)
        )
        writer = Writer(_facts(plan, now), sealing.signatures)
        assert agreement.recipient_key is not None  # noqa: S101 - a guard asked
        file = b"".join(sealing.encrypted(writer.stream(lines), agreement.recipient_key.public))
        stored = _recorded(plan, reference, writer, file, canary, now)
        scope.meter(file, rows=len(rows))
    return stored


def _facts(plan: Plan, now: datetime) -> Facts:
    number = PartnerHandOver.objects.using(using()).filter(agreement=plan.agreement).count() + 1
    return Facts(f"{plan.agreement.ref}-{number}", house.ORGANISATION, plan.agreement.ref, now, _schema(plan))


def _canary(plan: Plan, rows: int) -> Canary | None:
    """Mint a contact of its own for a feed of many; raises Refused where the site has no domain for it."""
    if rows <= BATCH_ROWS or plan.agreement.service not in (Service.MESSAGES, Service.STATISTICS):
        return None
    if not house.CANARY_DOMAIN:
        raise Refused("canary")
    return canaries.mint(plan.purpose, plan.agreement.ref.lower(), plan.agreement.senders)


def _recorded(plan: Plan, reference: str, writer: Writer, file: bytes, canary: Canary | None, now: datetime) -> str:
    """Store the hand-over, what each person's own list says of it, its entry, and the file."""
    classes = sorted({terms.declared(label).data_class for label in plan.fields})
    named = pseudonyms(plan.agreement)
    name = storage().save(f"{secrets.token_hex(16)}.age", ContentFile(file))
    try:
        with transaction.atomic(using=using()):
            # One hand-over of an agreement at a time, so that caps are counted with what is handed over beside it.
            locked = Agreement.objects.using(using()).select_for_update().get(pk=plan.agreement.pk)
            if (
                locked.state != Agreement.State.APPROVED
                or locked.suspended_at
                or locked.digest != plan.agreement.digest
            ):
                raise Refused("not_approved")
            if not plan.over_cap:
                caps(locked, len(plan.people), now)
            made = PartnerHandOver.objects.using(using()).create(
                agreement=plan.agreement,
                key=plan.asked.key,
                reference=reference,
                purpose=plan.agreement.service,
                actor_id=plan.asked.actor.pk if plan.asked.actor else None,
                at=now,
                day=plan.today,
                people=len(plan.people),
                over_cap=plan.over_cap,
                manifest_digest=writer.digest,
                file_digest=hashlib.sha256(file).hexdigest(),
                storage_name=name,
                size=len(file),
                canary=canary.pk if canary else None,
                purge_on=plan.today + timedelta(days=conf.PARTNER_PURGE_DAYS),
            )
            PartnerHolding.objects.using(using()).bulk_create(
                PartnerHolding(
                    hand_over=made,
                    agreement=plan.agreement,
                    subject=subject,
                    pseudonym=named(subject.pk),
                    data_classes=classes,
                    day=plan.today,
                )
                for subject in plan.people.values()
            )
            registering.record(
                "partner_handover",
                plan.agreement,
                actor=plan.asked.actor,
                thing=reference,
                digest=writer.digest,
                people=len(plan.people),
                rows=writer.rows,
            )
    except BaseException:
        storage().delete(name)
        raise
    return reference
