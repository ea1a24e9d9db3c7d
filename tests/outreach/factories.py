"""People who chose mails, and campaigns in each state."""

from __future__ import annotations

import secrets
import time
from typing import Any

from django.contrib.auth.models import Permission, User
from django.utils import timezone

from onvif_privacy.core import consent
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Party, Subject
from onvif_privacy.core.outbox import Sent
from onvif_privacy.outreach.models import Campaign, Question, Subscriber, Survey
from onvif_privacy.outreach.services import optin
from onvif_privacy.outreach.services.campaigns import acting, queueing, sending
from onvif_privacy.outreach.services.surveys import answering
from tests.core.factories import PartyFactory, UserFactory

TEXT = ("News of May", "Dear {name},\n\nread [our news](https://news.example.com/may/).")


def staff(*codenames: str) -> User:
    """Return somebody who may do what the permissions say."""
    user: User = UserFactory(is_staff=True, email=f"{secrets.token_hex(4)}@staff.example.com")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


def writer() -> User:
    """Return somebody who prepares campaigns."""
    return staff("add_campaign", "change_campaign", "run_survey", "view_campaign")


def approver() -> User:
    """Return somebody who approves them."""
    return staff("approve_campaign", "view_campaign")


def grant(person: Subject, purpose: str = "product_news") -> None:
    """Let somebody choose mails of a purpose."""
    shown = consent.notice(text=optin.words(purpose) or "Yes?", language="en", surface="test")
    consent.decide(
        subject=person,
        purpose=purpose,
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=secrets.token_hex(8),
        notice=shown,
    )


def subscriber(address: str = "", purpose: str = "product_news", **changes: Any) -> Subject:
    """Return somebody who chose mails and has proven an address."""
    person = Subject.objects.create()
    values = {"address": address or f"{person.pk.hex[:12]}@example.org", "proven_at": timezone.now(), "language": "en"}
    Subscriber.objects.create(subject=person, **(values | changes))
    grant(person, purpose)
    return person


def subscribers(number: int, purpose: str = "product_news") -> list[Subject]:
    """Return several."""
    return [subscriber(purpose=purpose) for _ in range(number)]


def partner(role: str = Party.Role.BUSINESS_PARTNER, **changes: Any) -> Party:
    """Return an organisation."""
    made: Party = PartyFactory(role=role, **({"name": "Quay Bank"} | changes))
    return made


def draft(**changes: Any) -> Campaign:
    """Return a campaign as its author left it."""
    texts = changes.pop("texts", {"en": TEXT})
    actor = changes.pop("actor", None) or writer()
    return acting.save(Campaign(**({"title": "May"} | changes)), texts, actor=actor)


def approved(**changes: Any) -> Campaign:
    """Return a campaign that two people let go."""
    made = draft(**changes)
    acting.submit(made, actor=writer())
    return acting.approve(made, actor=approver(), digest=made.text_digest)


def queued(**changes: Any) -> Campaign:
    """Return a campaign whose queue is full."""
    made = approved(**changes)
    acting.begin(made)
    queueing.queue(made, time.monotonic() + 60)
    made.refresh_from_db()
    return made


def send(campaign: Campaign, seconds: float = 60) -> Sent:
    """Send what is due of a campaign."""
    return sending.send(campaign, time.monotonic() + seconds)


def survey(questions: list[dict[str, Any]] | None = None, **changes: Any) -> Survey:
    """Return an open survey: a choice that others are compared by, one of several, and a scale."""
    made = answering.new(Survey(**({"title": "How are we doing?"} | changes)))
    made.save()
    shapes = questions or [
        {"kind": "single", "label": "Are you a member?", "choices": "Yes\nNo", "cross": True},
        {"kind": "multi", "label": "What do you use?", "choices": "Catalogue\nShop\nBoard"},
        {"kind": "scale", "label": "How do you like it?"},
    ]
    for position, shape in enumerate(shapes, 1):
        Question.objects.create(survey=made, position=position, **shape)
    answering.open_survey(made, actor=writer())
    return made
