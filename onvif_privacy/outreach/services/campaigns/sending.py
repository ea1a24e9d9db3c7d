"""Sending: 200 taken at once, decided in waves of ten under the people's locks, their addresses in memory only."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from onvif_privacy.core import contacts, gate, ledger, outbox, subjects
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.ledger.canonical import canonical
from onvif_privacy.core.models import Standing
from onvif_privacy.core.outbox import Mailing, MailUnreachable, Refusal, Sent
from onvif_privacy.outreach.conf import conf
from onvif_privacy.outreach.models import Campaign, Message, SendBatch, Subscriber, Suppression
from onvif_privacy.outreach.services import suppression
from onvif_privacy.outreach.services.addresses import Hasher
from onvif_privacy.outreach.services.campaigns import acting, capping, names, progress, rendering
from onvif_privacy.outreach.services.purposes import EXIT
from onvif_privacy.outreach.services.surveys import tokens
from onvif_privacy.outreach.services.unsubscribing import Linker

logger = logging.getLogger(__name__)

BATCH: Final = 200
NO_SUCH_MAILBOX: Final = " 5.1."
NOT_ENCRYPTED: Final = ("SSLCertVerificationError", "SSLError", "SMTPNotSupportedError")
STALE: Final = timedelta(hours=1)
State = Message.State


def ticket(campaign: Campaign) -> gate.Ticket | None:
    """Return what two people approved; None where one was enough."""
    pair = [_user(reference) for reference in (campaign.submitted_by, campaign.approved_by)]
    first, second = pair
    if first is None or second is None or first.pk == second.pk:
        return None
    return gate.Ticket(campaign.ref, campaign.approved_digest, (first, second))


def _user(reference: str) -> AbstractBaseUser | None:
    found = subjects.by_reference(reference) if reference else None
    return found.user if found else None


@dataclass
class Held:
    """What is known of the recipients in hand; gone when the batch ends."""

    addresses: Mapping[uuid.UUID, str] = field(default_factory=dict)
    hashes: dict[uuid.UUID, list[str]] = field(default_factory=dict)
    names: Mapping[uuid.UUID, str] = field(default_factory=dict)
    languages: Mapping[uuid.UUID, str] = field(default_factory=dict)


def _key(message: Message) -> uuid.UUID:
    return message.subject_id or message.canary_id or message.pk


class Post(Mailing[Message]):
    """The mails of one campaign."""

    batch = BATCH
    order = ()  # any: sorting a million for each batch would be most of the work

    def __init__(self, campaign: Campaign) -> None:
        super().__init__(Message)
        self.campaign = campaign
        self.wave = conf.WAVE
        self.texts = {one.language: one for one in campaign.texts.using(acting.using())}
        self.linker = Linker.load()
        self.hasher = Hasher.load()
        self.ticket = ticket(campaign)
        self.held = Held()
        self.row: SendBatch | None = None
        self.scope: gate.Scope | None = None

    def due(self) -> Q:
        """Only this campaign's, while it is being sent."""
        still = acting.rows().filter(pk=self.campaign.pk, state=Campaign.State.SENDING)
        return Q(campaign__in=still.values("pk"))

    @contextmanager
    def opened(self, letters: Sequence[Message]) -> Iterator[None]:
        """Open the gate before the first address is read, and close the batch with its entry."""
        self.row = SendBatch.objects.using(acting.using()).create(campaign=self.campaign)
        try:
            with gate.scope(self.campaign.purpose, exit=EXIT, durable=True, ticket=self.ticket) as self.scope:
                self.held = self._read(self.scope, letters)
                yield
        finally:
            self.held, self.scope = Held(), None
            close(self.row)

    def _read(self, scope: gate.Scope, letters: Sequence[Message]) -> Held:
        people = [one.subject for one in letters if one.subject is not None]
        found = dict(contacts.emails(scope, people))
        found |= {one.canary_id: one.canary.address for one in self._canaries(letters)}
        wanted = [one for one in people if one.pk in found]
        rows = Subscriber.objects.using(acting.using()).filter(subject__in=wanted)
        return Held(
            addresses=found,
            hashes={pk: self.hasher.every(address) for pk, address in found.items()},
            names=names.read(scope, wanted) if self._names_them() else {},
            languages=dict(rows.values_list("subject", "language")),
        )

    @staticmethod
    def _canaries(letters: Sequence[Message]) -> list[Any]:
        ids = [one.pk for one in letters if one.canary_id]
        return list(Message.objects.using(acting.using()).filter(pk__in=ids).select_related("canary")) if ids else []

    def _names_them(self) -> bool:
        return any(rendering.NAME in one.subject + one.markdown for one in self.texts.values())

    def refusals(self, letters: Sequence[Message], allowed: Collection[uuid.UUID]) -> dict[uuid.UUID, Refusal]:
        """Ask again what held when it was queued: campaign, choice, address, suppression, how often, until when."""
        now = timezone.now()
        state = acting.rows().filter(pk=self.campaign.pk).values_list("state", flat=True).first()
        if state != Campaign.State.SENDING:
            return {one.pk: _paused(state, now) for one in letters}
        free = capped(letters, self.campaign, now)
        blocked = suppression.among(
            {str(_key(one)): self.held.hashes[_key(one)] for one in letters if _key(one) in self.held.hashes},
            self.campaign.purpose,
        )
        found = {}
        for one in letters:
            if one.canary_id is None and one.pk not in allowed:
                found[one.pk] = Refusal(outbox.NO_CONSENT)
            elif self.campaign.send_until and now > self.campaign.send_until:
                found[one.pk] = Refusal("expired")
            elif _key(one) not in self.held.addresses:
                found[one.pk] = Refusal(outbox.UNREACHABLE)
            elif str(_key(one)) in blocked:
                found[one.pk] = Refusal("suppressed")
            elif one.subject_id in free:
                found[one.pk] = self._later(free[one.subject_id])
        return found

    def _later(self, moment: datetime) -> Refusal:
        until = self.campaign.send_until
        return Refusal("cap") if until and moment > until else Refusal("cap", moment)

    def leaving(self, letters: Sequence[Message]) -> None:
        """Write down on which decision each mail leaves, and the hash of where it goes."""
        people = [one.subject_id for one in letters if one.subject_id]
        standings = Standing.objects.using(acting.using()).filter(subject__in=people, purpose=self.campaign.purpose)
        decisions = dict(standings.values_list("subject", "decision"))
        for one in letters:
            one.decision = decisions.get(one.subject_id) if one.subject_id else None
            one.address_hash = self.held.hashes[_key(one)][0]
            one.batch = self.row
        Message.objects.using(acting.using()).bulk_update(letters, ["decision", "address_hash", "batch"])

    def compose(self, letter: Message) -> EmailMessage | None:
        """Write one mail: the approved words, the name, the link that ends it."""
        address = self.held.addresses.get(_key(letter))
        if address is None:
            return None
        made = written(self.campaign, self._text(letter), to=address, values=self._values(letter))
        if self.scope is not None:
            self.scope.meter(len(made.body) + len(str(made.alternatives[0][0])))
        return made

    def _text(self, letter: Message) -> Any:
        wanted = (self.held.languages.get(_key(letter)) or settings.LANGUAGE_CODE).partition("-")[0]
        return self.texts.get(wanted) or next(iter(self.texts.values()))

    def _values(self, letter: Message) -> dict[str, str]:
        with override(self._text(letter).language):
            name = self.held.names.get(_key(letter)) or _("reader")
        survey = self.campaign.survey
        return {
            rendering.NAME: rendering.name_shown(name),
            rendering.UNSUBSCRIBE: self.linker.link(self.campaign.purpose, letter.address_hash),
            # made while the mail is written, and stored nowhere
            rendering.SURVEY: tokens.link(survey) if survey else "",
        }

    def refused(self, letter: Message, code: str) -> None:
        """A mailbox that does not exist gets nothing more."""
        if NO_SUCH_MAILBOX in code and letter.address_hash:
            suppression.suppress_hash(letter.address_hash, scope=Suppression.ALL, reason=Suppression.Reason.BOUNCE)


def _paused(state: str | None, now: datetime) -> Refusal:
    if state == Campaign.State.CANCELLED:
        return Refusal("cancelled")
    return Refusal("paused", now)


def capped(letters: Sequence[Message], campaign: Campaign, now: datetime) -> dict[uuid.UUID, datetime]:
    """Return who has had as many mails as they may, and when the next one may leave. One query, two for a survey."""
    people = [one.subject_id for one in letters if one.subject_id]
    caps = [(conf.CAP, Q())]
    if campaign.kind == Campaign.Kind.SURVEY:
        caps.append((conf.SURVEY_CAP, Q(campaign__kind=Campaign.Kind.SURVEY)))
    found = dict[uuid.UUID, datetime]()
    mine = {one.pk for one in letters}
    for (most, days), which in caps:
        sent = Message.objects.using(acting.using()).filter(
            which,
            subject__in=people,
            sending_at__gt=now - timedelta(days=days),
            state__in=(State.SENDING, State.SENT),
        )
        times: dict[uuid.UUID, list[datetime]] = defaultdict(list)
        for pk, person, at in sent.values_list("pk", "subject", "sending_at"):
            if at is not None and pk not in mine:  # a mail that is tried again does not stand in its own way
                times[person].append(at)
        for person, several in times.items():
            moment = capping.next_free(several, now, most=most, days=days)
            if moment is not None:
                found[person] = max(moment, found.get(person, moment))
    return found


def written(campaign: Campaign, text: Any, *, to: str, values: dict[str, str]) -> EmailMultiAlternatives:
    """Return the mail: both parts, and the headers by which mail programs offer to end it (RFC 8058)."""
    host = urlsplit(house.BASE_URL).hostname or "localhost"
    link = values[rendering.UNSUBSCRIBE]
    message = EmailMultiAlternatives(
        subject=rendering.filled(text.subject, values, html=False),
        body=rendering.filled(text.text, values, html=False),
        from_email=conf.FROM,
        to=[to],
        reply_to=[house.CONTACT],
        headers={
            "List-Id": f"<{campaign.purpose.replace('_', '-')}.{host}>",
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    message.attach_alternative(rendering.filled(text.html, values, html=True), "text/html")
    return message


def close(batch: SendBatch) -> None:
    """Close a batch with one entry: counts, and the digest of every mail that was sent and the decision behind it."""
    with transaction.atomic(using=acting.using()):
        listed = sent_in(batch)
        others = batch.messages.using(acting.using()).exclude(state=State.SENT).count()
        digest, sent = digest_of(batch.campaign.approved_digest, listed), len(listed)
        payload = {
            "batch": str(batch.pk),
            "campaign": batch.campaign.ref,
            "sent": sent,
            "others": others,
            "digest": digest,
        }
        entry = ledger.record("outreach.batch", payload=payload)
        still_open = SendBatch.objects.using(acting.using()).filter(pk=batch.pk, closed_at__isnull=True)
        done = still_open.update(sent=sent, others=others, digest=digest, closed_at=timezone.now(), entry=entry)
        if not done:
            transaction.set_rollback(True, using=acting.using())  # it was closed before: one entry is enough


def sent_in(batch: SendBatch) -> list[list[str]]:
    """Return each mail that a batch has sent, with its decision; these do not change any more."""
    rows = batch.messages.using(acting.using()).filter(state=State.SENT).order_by("pk")
    return [[str(pk), str(decision or "")] for pk, decision in rows.values_list("pk", "decision")]


def digest_of(text_digest: str, listed: list[list[str]]) -> str:
    """Return the SHA-256 (hex) of what a batch has sent: the approved text, and mail by mail its decision."""
    return hashlib.sha256(canonical({"text": text_digest, "mails": listed})).hexdigest()


def close_stale() -> int:
    """Close the batches of senders that died; returns how many."""
    old = SendBatch.objects.using(acting.using()).filter(closed_at__isnull=True, opened_at__lt=timezone.now() - STALE)
    rows = list(old.select_related("campaign")[:100])
    for row in rows:
        close(row)
    return len(rows)


def send(campaign: Campaign, deadline: float) -> Sent:
    """Send what is due of a campaign until the time (of `time.monotonic`) is up; ends it when nothing waits any more.

    A mail server that cannot encrypt as the site asks pauses the campaign. Raises MailUnreachable for other trouble.
    Call it outside a transaction.
    """
    campaign.refresh_from_db(using=acting.using())
    if campaign.state != Campaign.State.SENDING:
        return Sent()
    try:
        done = outbox.drain(Message, deadline, mailing=Post(campaign))
    except MailUnreachable as error:
        if str(error) in NOT_ENCRYPTED:
            acting.pause(campaign, because=str(error))
        raise
    if not campaign.messages.using(acting.using()).filter(state__in=(State.WAITING, State.SENDING)).exists():
        try:
            acting.finish(campaign)
        except acting.NotNow:
            logger.info("campaign %s was ended by somebody else", campaign.ref)
    return done


def forget() -> int:
    """Forget whom campaigns went to once their time is over; the counts stay. Returns how many mails were forgotten."""
    old = acting.rows().filter(
        state__in=acting.ENDED, done_at__lt=timezone.now() - timedelta(days=conf.KEEP_DAYS), counts={}
    )
    total = 0
    for campaign in old[:20]:
        with transaction.atomic(using=acting.using()):
            counts = progress.of(campaign).counts
            acting.rows().filter(pk=campaign.pk).update(counts=counts or {"none": 0})
            total += Message.objects.using(acting.using()).filter(campaign=campaign)._raw_delete(acting.using()) or 0
    return total
