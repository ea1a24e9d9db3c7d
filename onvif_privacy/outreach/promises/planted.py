"""What the saboteurs of this room plant: a campaign that was sent, and a site that nags."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone

from onvif_privacy.core import consent
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.models import Party, Subject
from onvif_privacy.outreach.models import Campaign, Message, Survey
from onvif_privacy.outreach.services import references
from onvif_privacy.outreach.services.campaigns import acting


def campaign(**changes: Any) -> Campaign:
    """Store a campaign that two people approved and that is being sent."""
    values = {
        "ref": references.make("OC"),
        "purpose": "product_news",
        "state": Campaign.State.SENDING,
        "text_digest": "0" * 64,
        "approved_digest": "0" * 64,
        "submitted_by": "one",
        "approved_by": "two",
        "began_at": timezone.now(),
    }
    made = Campaign(**(values | changes))
    made.save(using=acting.using())
    return made


def offer(**changes: Any) -> Campaign:
    """Store an offer of an invented partner."""
    slug = f"planted-{secrets.token_hex(4)}"
    party = Party.objects.using(acting.using()).create(slug=slug, role=Party.Role.BUSINESS_PARTNER, name="Planted")
    return campaign(kind=Campaign.Kind.OFFER, purpose="partner_offers", party=party, needs_second=True, **changes)


def decided(person: Subject, outcome: str, *, purpose: str = "product_news") -> Any:
    """Let somebody decide."""
    shown = consent.notice(text="planted", language="en", surface="planted")
    return consent.decide(
        subject=person,
        purpose=purpose,
        outcome=Outcome(outcome),
        method=Method.FORM,
        key=secrets.token_hex(8),
        notice=shown if outcome == Outcome.GRANTED else None,
    )


def sent(to: Subject, which: Campaign, decision: uuid.UUID, at: datetime | None = None, **changes: Any) -> Message:
    """Store a mail as if it had left."""
    at = at or timezone.now() + timedelta(seconds=5)
    values = {"state": "sent", "sending_at": at, "sent_at": at, "decision": decision, "purpose": which.purpose}
    return Message.objects.using(acting.using()).create(campaign=which, subject=to, **(values | changes))


def survey(**changes: Any) -> Survey:
    """Store a survey."""
    made = Survey(**({"ref": references.make("SV"), "title": "Planted"} | changes))
    made.save(using=acting.using())
    return made


class Nagging:
    """A middleware as no site should have: it sends everybody to a survey first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return HttpResponseRedirect("/privacy/survey/first/")
