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
from onvif_privacy.core.registry import releases

AT_ONCE = 50


def _message(opening: Opening) -> contacts.Message:
    by_case = opening.basis == Opening.Basis.TICKET
    words = {"organisation": house.ORGANISATION, "contact": house.CONTACT, "by_case": by_case}
    with override(settings.LANGUAGE_CODE):
        text = render_to_string("onvif_privacy/community/mail/opened.txt", words)
        title = (
            _("Private messages were handed over by law") if by_case else _("Private messages were read after a report")
        )
        return contacts.Message(title, text.strip())


def _ask_cases() -> None:
    """Date the openings of legal cases whose people may know of them now; the room of the case says since when."""
    rows = Opening.objects.using(using()).filter(basis=Opening.Basis.TICKET, notify_at__isnull=True)
    for one in rows.order_by("requested_at")[:AT_ONCE]:
        told = [at for release in releases.all() if (at := release.told_at(one.reference)) is not None]
        if told:
            rows.filter(pk=one.pk).update(notify_at=min(told))


def _tell(opening: Opening) -> None:
    with transaction.atomic(using=using()):
        rows = Opening.objects.using(using()).filter(pk=opening.pk, notified_at__isnull=True)
        if not rows.update(notified_at=timezone.now()):
            return
        parts = Participant.objects.using(using()).filter(conversation=opening.conversation_id)
        people = Subject.objects.using(using()).filter(pk__in=parts.values("subject"), erased_at__isnull=True)
        for one in people.order_by("pk"):
            contacts.tell(one, _message(opening))
        ledger.record("community.opening_told", payload={"opening": opening.pk.hex, "people": len(people)})


def tell_participants() -> int:
    """Tell the people of every conversation of which something was read, once it is time; returns how many openings."""
    _ask_cases()
    due = Opening.objects.using(using()).filter(
        notified_at__isnull=True, notify_at__lte=timezone.now(), uses__isnull=False
    )
    found = list(due.distinct().order_by("notify_at")[:AT_ONCE])
    for one in found:
        _tell(one)
    return len(found)
