"""Telling the participants of a conversation that messages of it were read."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from onvif_privacy.community.models import Opening, Participant
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.core import contacts, ledger
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject

AT_ONCE = 50


def _message() -> contacts.Message:
    words = {"organisation": house.ORGANISATION, "contact": house.CONTACT}
    with override(settings.LANGUAGE_CODE):
        text = render_to_string("onvif_privacy/community/mail/opened.txt", words)
        return contacts.Message(_("Private messages were read after a report"), text.strip())


def _tell(opening: Opening) -> None:
    with transaction.atomic(using=using()):
        rows = Opening.objects.using(using()).filter(pk=opening.pk, notified_at__isnull=True)
        if not rows.update(notified_at=timezone.now()):
            return
        parts = Participant.objects.using(using()).filter(conversation=opening.conversation_id)
        people = Subject.objects.using(using()).filter(pk__in=parts.values("subject"), erased_at__isnull=True)
        for one in people.order_by("pk"):
            contacts.tell(one, _message())
        ledger.record("community.opening_told", payload={"opening": opening.pk.hex, "people": len(people)})


def tell_participants() -> int:
    """Tell the people of every conversation of which something was read, once it is time; returns how many openings."""
    due = Opening.objects.using(using()).filter(
        notified_at__isnull=True, notify_at__lte=timezone.now(), uses__isnull=False
    )
    found = list(due.distinct().order_by("notify_at")[:AT_ONCE])
    for one in found:
        _tell(one)
    return len(found)
