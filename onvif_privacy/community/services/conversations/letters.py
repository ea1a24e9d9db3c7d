"""Mails that say that something waits to be read: one constant sentence and a link, and nothing of who or what."""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from django.core.mail import EmailMessage
from django.db.models import Max
from django.template import loader
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.community.models import ConversationLetter
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.core import contacts
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.outbox import Mailing, Refusal

PAUSE: Final = timedelta(minutes=15)
PURPOSE: Final = "own_access"
State = ConversationLetter.State


def write(people: Iterable[Subject]) -> None:
    """Have people told, in the transaction of a message; who is being told already, or was this quarter, is not."""
    found = list(people)
    waits = ConversationLetter.objects.using(using()).filter(subject__in=found, state=State.WAITING)
    told = set(waits.values_list("subject", flat=True))
    slot = int(time.time() // PAUSE.total_seconds())
    rows = [
        ConversationLetter(subject=one, purpose=PURPOSE, once=f"{one.pk.hex}-{slot}")
        for one in found
        if one.pk not in told
    ]
    if house.BASE_URL and rows:
        ConversationLetter.objects.using(using()).bulk_create(rows, ignore_conflicts=True)


def address() -> str:
    """Return the address of the list of conversations; empty where this site has no page for it."""
    try:
        return house.BASE_URL.rstrip("/") + reverse("onvif_privacy_community:conversations")
    except NoReverseMatch:
        return ""


def compose(letter: ConversationLetter) -> EmailMessage | None:
    """Write the one letter there is; None where the person has no address, or the site no page."""
    link, to = address(), contacts.email(letter.subject, PURPOSE)
    if not link or to is None:
        return None
    words = {"link": link, "organisation": house.ORGANISATION, "contact": house.CONTACT}
    text = loader.render_to_string("onvif_privacy/community/mail/message.txt", words)
    return EmailMessage(_("A private message waits for you"), text.strip() + "\n", to=[to])


class Notifications(Mailing[ConversationLetter]):
    """Sends at most one in 15 minutes to anybody, whenever they were written."""

    def refusals(
        self, letters: Sequence[ConversationLetter], allowed: Collection[uuid.UUID]
    ) -> Mapping[uuid.UUID, Refusal]:
        """Put off who had one lately; in the transaction of the wave, with the people's rows locked."""
        found = dict(super().refusals(letters, allowed))
        rows = ConversationLetter.objects.using(using()).filter(subject__in=[one.subject_id for one in letters])
        others = rows.exclude(pk__in=[one.pk for one in letters]).filter(sending_at__isnull=False)
        last = dict(others.values("subject").annotate(at=Max("sending_at")).values_list("subject", "at"))
        for one in letters:
            at = last.get(one.subject_id) if one.subject_id else None
            if at is not None and at + PAUSE > timezone.now():
                found.setdefault(one.pk, Refusal("soon", at + PAUSE))
        return found

    def compose(self, letter: ConversationLetter) -> EmailMessage | None:
        """Write it."""
        return compose(letter)
