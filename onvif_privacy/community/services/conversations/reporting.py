"""Reporting messages: the site copies them itself, so that nobody can invent words."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.models import ConversationMessage, Report, ReportedMessage
from onvif_privacy.community.models.bodies import plain_of
from onvif_privacy.community.models.openings import MOST_REPORTED
from onvif_privacy.community.services.conversations.common import Refused, lock, part_of, readable, using
from onvif_privacy.community.services.conversations.reading import words_of
from onvif_privacy.core import ledger
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.keys import OpeningKeys
from onvif_privacy.core.models import Subject

MOST_WORDS = 2_000


def digest_of(message: ConversationMessage) -> str:
    """Return the SHA-256 (hex) of a body as it is stored: no one can guess short words from it."""
    stored = message.__dict__["body"]
    return hashlib.sha256(stored.envelope if isinstance(stored, Sealed) else b"").hexdigest()


@sensitive_variables("words", "text", "key")
def report(
    *, subject: Subject, conversation: uuid.UUID, messages: Iterable[uuid.UUID], kind: Report.Kind, words: str
) -> Report:
    """Report 1 to 20 messages that somebody can read; returns the report. Staff see that it is there, not what it says.

    Raises NotThere, and Refused for a message that they cannot read (of elsewhere, from before they joined, ended).
    """
    wanted = set(messages)
    if not 1 <= len(wanted) <= MOST_REPORTED:
        raise Refused(_("Choose one to %(most)d messages.") % {"most": MOST_REPORTED})
    if len(words) > MOST_WORDS:
        raise Refused(_("At most %(most)d characters, please.") % {"most": MOST_WORDS})
    with transaction.atomic(using=using()):
        lock(conversation)
        mine = part_of(subject, conversation)
        rows = list(readable(subject, conversation).filter(pk__in=wanted).order_by("number"))
        if len(rows) != len(wanted):
            raise Refused(_("One of these messages is not yours to report."))
        made = Report(conversation_id=conversation, reporter=subject, kind=kind, words=words.strip())
        made.save(using=using())
        keys = OpeningKeys()
        key = plain_of(mine, "sealed_key", keys)
        for one in rows:
            _state, text = words_of(one, key, keys)
            if text is None:
                raise Refused(_("One of these messages cannot be read any more."))
            ReportedMessage(report=made, message=one, author_id=one.author_id, copy=text, digest=digest_of(one)).save(
                using=using()
            )
        payload = {"report": made.pk.hex, "kind": str(kind), "messages": len(rows)}
        ledger.record("community.reported", subject=subject, payload=payload)
    return made
