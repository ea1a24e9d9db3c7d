"""Words that leave in a legal case: its ticket, which two people stand for, is recorded as the opening."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import ConversationMessage, Opening, OpeningKey
from onvif_privacy.community.models.bodies import Inner, open_words
from onvif_privacy.community.models.openings import MOST_HOURS
from onvif_privacy.community.services.conversations.common import Refused, using
from onvif_privacy.community.services.openings.common import apart, in_database
from onvif_privacy.community.services.openings.reading import recorded
from onvif_privacy.core import gate, ledger
from onvif_privacy.core.fields import PurposeRequired
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import releases

FIELD = "onvif_privacy_community.ConversationMessage.body"


@sensitive_variables()
def open_released(scope: gate.Scope, inner: Inner) -> str:
    """Return the words of a message for a release; the opening and this reading of it are committed before.

    Raises PurposeRequired for a ticket that nobody gave, that is over, or that is for other words, and where one of its
    two people, or who compiles, takes part in the conversation. Nothing is opened then.
    """
    conversation, message = inner.names
    row = ConversationMessage.objects.using(using()).select_related("author").defer("body").get(pk=message)
    ticket, actor = scope.evidence.ticket, scope.evidence.actor
    if ticket is None or actor is None or not _covers(scope.evidence.exit, ticket, row):
        raise PurposeRequired(_("No approved release covers this private message."))
    reader = Subject.objects.for_user(actor)
    try:
        apart(reader, conversation)
        opening = in_database(lambda: _opening(ticket, row))
    except Refused as error:
        raise PurposeRequired(str(error)) from None
    with recorded(opening, reader, actor, row.author, message, ticket):
        kept: Any = OpeningKey.objects.using(using()).get(conversation=conversation)
        return open_words(inner, key=bytes(kept.sealed_key), conversation=conversation, message=message)


def _covers(exit: str, ticket: gate.Ticket, row: ConversationMessage) -> bool:
    """Whether the room that gives tickets for this exit knows this one, and means these words by it."""
    return exit in releases and releases.get(exit).covers(ticket, row.author_id, FIELD, row.sent_at)


def _opening(ticket: gate.Ticket, row: ConversationMessage) -> Opening:
    """Return the opening of a conversation that a ticket stands for; made at its first message."""
    rows, now = Opening.objects.using(using()), timezone.now()
    first, second = (Subject.objects.for_user(one) for one in ticket.approvers)
    known = {"basis": Opening.Basis.TICKET, "conversation": row.conversation_id, "digest": ticket.digest}
    found = rows.filter(**known, reference=ticket.reference, expires_at__gte=now).first()
    if found is not None:
        return found
    made = Opening(
        basis=Opening.Basis.TICKET,
        conversation_id=row.conversation_id,
        reference=ticket.reference,
        digest=ticket.digest,
        reason=_("Approved in a legal case."),
        requested_by=first,
        requested_at=now,
    )
    made.save(force_insert=True, using=using())
    made.approved_by, made.approved_at, made.expires_at = second, now, now + timedelta(hours=MOST_HOURS)
    made.save(using=using(), update_fields=["approved_by", "approved_at", "expires_at"])
    payload = {"opening": made.pk.hex, "digest": made.digest}
    ledger.record("community.opening_approved", payload=payload, actor=ticket.approvers[1])
    return made
