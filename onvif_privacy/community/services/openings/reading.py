"""Reading under an opening: one thing at a time, recorded and committed before its bytes are opened."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import (
    ConversationMessage,
    Opening,
    OpeningKey,
    OpeningUse,
    Report,
    ReportedMessage,
)
from onvif_privacy.community.models.bodies import has_ended, plain_of
from onvif_privacy.community.models.openings import MOST_OPENED
from onvif_privacy.community.services.conversations.common import Refused, using
from onvif_privacy.community.services.conversations.reading import Words, words_of
from onvif_privacy.community.services.openings.common import APPROVE, EXIT, PURPOSE, REQUEST, allowed, apart, digest_of
from onvif_privacy.core import gate, ledger
from onvif_privacy.core.keys import KeyDestroyed, SealBroken
from onvif_privacy.core.models import Subject


@dataclass(frozen=True)
class Opened:
    """What was read; ``text`` is None unless it is shown."""

    words: Words
    text: str | None

    def __repr__(self) -> str:
        return f"<Opened {self.words}>"


def covered(opening: Opening) -> QuerySet[ConversationMessage]:
    """Return the messages that an opening is for, without opening one."""
    rows = ConversationMessage.objects.using(using()).filter(conversation=opening.conversation_id)
    if opening.period_from is not None:
        rows = rows.filter(sent_at__gte=opening.period_from, sent_at__lte=opening.period_to)
    else:
        copies = ReportedMessage.objects.using(using()).filter(report=opening.report_id)
        rows = rows.filter(pk__in=copies.values("message"))
    read = Count("pk", filter=Q(pk__in=OpeningUse.objects.using(using()).filter(opening=opening).values("message")))
    return rows.defer("body").annotate(was_read=read).order_by("number")


def why_not(opening: Opening, person: Subject) -> str:
    """Say why somebody reads nothing under an opening now; empty where they may."""
    now = timezone.now()
    if opening.basis != Opening.Basis.REPORT:
        return _("What a legal case opened is read in that case only.")
    if opening.approved_at is None or opening.expires_at is None:
        return _("Nobody has approved this.")
    if not opening.approved_at <= now <= opening.expires_at:
        return _("The time of this opening is over.")
    if person.pk not in (opening.requested_by_id, opening.approved_by_id):
        return _("Only the two who asked and approved read this.")
    if digest_of(opening) != opening.digest:
        return _("This is not what was approved.")
    if OpeningUse.objects.using(using()).filter(opening=opening).count() >= MOST_OPENED:
        return _("No more than %(most)d messages are read under one opening.") % {"most": MOST_OPENED}
    return ""


def _reader(opening: Opening, actor: AbstractBaseUser) -> tuple[Opening, Subject]:
    """Return the opening as it stands in the database, and who reads; raises Refused."""
    person = allowed(actor, REQUEST if actor.has_perm(REQUEST) else APPROVE)  # type: ignore[attr-defined]
    fresh = Opening.objects.using(using()).get(pk=opening.pk)
    apart(person, fresh.conversation_id)
    if reason := why_not(fresh, person):
        raise Refused(reason)
    return fresh, person


@contextmanager
def recorded(
    opening: Opening,
    person: Subject,
    actor: AbstractBaseUser,
    author: Subject,
    message: uuid.UUID | None,
    ticket: gate.Ticket | None = None,
) -> Iterator[gate.Scope]:
    """Open the scope and commit the entry of this one reading; what fails before the block shows nothing."""
    with gate.scope(PURPOSE, actor=actor, exit=EXIT, durable=True, ticket=ticket) as scope:
        with transaction.atomic(using=using(), durable=True):
            payload: dict[str, Any] = {"opening": opening.pk.hex, "scope": scope.evidence.reference}
            payload |= {"message": message.hex} if message else {}
            entry = ledger.record("community.opened", subject=author, payload=payload, actor=actor)
            OpeningUse(
                opening=opening, message_id=message, reader=person, scope_ref=scope.evidence.reference, entry=entry
            ).save(using=using())
        yield scope


def _plain(row: Any, name: str, scope: gate.Scope) -> Opened:
    if has_ended(row, name):
        return Opened(Words.ERASED, None)
    try:
        return Opened(Words.SHOWN, plain_of(row, name, scope.keys).decode())
    except KeyDestroyed:
        return Opened(Words.ERASED, None)
    except SealBroken:
        return Opened(Words.BROKEN, None)


@sensitive_variables()
def open_message(*, opening: Opening, message: uuid.UUID, actor: AbstractBaseUser) -> Opened:
    """Read one message that an opening covers; the reading is committed to the ledger first.

    Reported messages are read from the copy. Raises Refused, NotDurable inside a transaction, and what the ledger and
    the database raise; nothing is opened then.
    """
    fresh, person = _reader(opening, actor)
    found = covered(fresh).filter(pk=message).select_related("author").first()
    if found is None:
        raise Refused(_("This opening is not for this message."))
    copies = ReportedMessage.objects.using(using()).filter(report=fresh.report_id, message=message)
    with recorded(fresh, person, actor, found.author, message) as scope:
        if fresh.period_from is None:
            return _plain(copies.get(), "copy", scope)
        key = OpeningKey.objects.using(using()).get(conversation=fresh.conversation_id)
        whole = ConversationMessage.objects.using(using()).get(pk=message)
        secret: Any = key.sealed_key
        return Opened(*words_of(whole, secret, scope.keys))


@sensitive_variables()
def open_report(*, opening: Opening, actor: AbstractBaseUser) -> Opened:
    """Read why something was reported; recorded and raised as `open_message` does."""
    fresh, person = _reader(opening, actor)
    row = Report.objects.using(using()).select_related("reporter").get(openings=fresh)
    with recorded(fresh, person, actor, row.reporter, None) as scope:
        return _plain(row, "words", scope)
