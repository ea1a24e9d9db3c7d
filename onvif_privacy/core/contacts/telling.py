"""Messages that a person does get: mail, then a banner when they sign in, then a letter that staff write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import router, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from onvif_privacy.core import gate, ledger, outbox
from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.contacts.reading import emails
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.core.registry import purposes, require

BANNER_DAYS: Final = 14
TITLE_LENGTH: Final = 200
STAFF_PURPOSE: Final = "legal_duty"
"""What staff read a message for; it holds for restricted people, too, and each reading is an entry."""

Channel, State = Telling.Channel, Telling.State


@dataclass(frozen=True)
class Message:
    """What somebody is told, in their language: one line, and plain text."""

    title: str
    text: str

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.text.strip():
            raise ValueError("A message has a title and a text.")
        if len(self.title) > TITLE_LENGTH or len(self.title.splitlines()) > 1:
            raise ValueError(f"The title of a message is one line of {TITLE_LENGTH} characters at most.")

    def __repr__(self) -> str:
        return "<Message>"


def _rows() -> QuerySet[Telling]:
    return Telling.objects.using(router.db_for_write(Telling))


def tell(subject: Subject, message: Message, *, purpose: str = "own_access") -> Telling:
    """Have a person told something about their data, in the transaction of what is told.

    Job ``tell`` sends a mail; who cannot be reached by mail sees a banner at the next sign-in, and who does not read
    that within 14 days, or has no account, gets a letter that staff find under "waiting for me". ``purpose`` is what
    their address is read for; the default also holds for people whose processing is restricted. Whoever was merged
    into another account is told there. Raises NotDeclared where no `Needs` switched this on.
    """
    require("tell")
    purposes.get(purpose)
    while subject.merged_into is not None:
        subject = subject.merged_into
    return _rows().create(subject=subject, purpose=purpose, title=message.title, text=message.text)


def compose(telling: Telling) -> EmailMessage | None:
    """Write a message as a mail; None where the person has no address for its purpose."""
    person = telling.subject
    assert person is not None  # noqa: S101 - `tell` takes nobody else
    with gate.scope(telling.purpose, subject=person) as scope:
        address = emails(scope, [person]).get(person.pk)
    if address is None:
        return None
    with gate.scope("own_access", subject=person):
        title, text = str(telling.title), str(telling.text)
    words = {"text": text, "organisation": conf.ORGANISATION, "contact": conf.CONTACT}
    return EmailMessage(title, render_to_string("onvif_privacy/telling.txt", words), to=[address])


def go_on() -> int:
    """Give messages that mail did not bring another way; returns how many. Call it in a transaction.

    Who decided against their purpose, or is erased, is told by none.
    """
    stuck = _rows().filter(state__in=(State.SKIPPED, State.FAILED)).exclude(reason=outbox.NO_CONSENT)
    by_mail = stuck.filter(channel=Channel.MAIL)
    moved = by_mail.filter(subject__user__isnull=False).update(
        channel=Channel.BANNER, banner_until=later(timedelta(days=BANNER_DAYS))
    )
    unread = stuck.filter(channel=Channel.BANNER, seen_at__isnull=True)
    moved += unread.filter(banner_until__lt=DatabaseNow()).update(channel=Channel.LETTER)
    moved += unread.filter(subject__user__isnull=True).update(channel=Channel.LETTER)  # the account went meanwhile
    return moved + by_mail.filter(subject__user__isnull=True).update(channel=Channel.LETTER)


def unseen(subject: Subject) -> QuerySet[Telling]:
    """Return the messages that wait for a person to sign in and read them."""
    return _rows().filter(subject=subject, channel=Channel.BANNER, seen_at__isnull=True)


def seen(telling: Telling) -> None:
    """Record that the person has read a banner; the first time counts."""
    _rows().filter(pk=telling.pk, seen_at__isnull=True).update(seen_at=DatabaseNow())


def to_post() -> QuerySet[Telling]:
    """Return the messages that staff still have to write as a letter."""
    return _rows().filter(channel=Channel.LETTER).exclude(state=State.SENT)


def read_letter(telling: Telling, *, actor: AbstractBaseUser) -> Message:
    """Give a member of staff the words of a letter to write; the reading is an entry.

    Raises PurposeRequired where the person was erased meanwhile.
    """
    assert telling.subject is not None  # noqa: S101 - `tell` takes nobody else
    with gate.scope(STAFF_PURPOSE, subject=telling.subject, actor=actor):
        return Message(str(telling.title), str(telling.text))


def posted(telling: Telling, *, actor: AbstractBaseUser) -> bool:
    """Record that a letter is in the post; False if somebody said so before."""
    with transaction.atomic(using=router.db_for_write(Telling)):
        done = to_post().filter(pk=telling.pk).update(state=State.SENT, reason="", sent_at=DatabaseNow())
        if done:
            payload = {"telling": str(telling.pk)}
            ledger.record("contacts.posted", subject=telling.subject, payload=payload, actor=actor)
    return bool(done)
