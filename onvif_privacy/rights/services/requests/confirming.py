"""Requests of somebody who is not signed in: asked for by the form, confirmed by the link in a letter."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from onvif_privacy.core import limits
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import Channel, Kind, Letter, Proof, Request, RequestToken, State
from onvif_privacy.rights.services import holdings, letters
from onvif_privacy.rights.services.holdings.claiming import digest
from onvif_privacy.rights.services.requests import tokens
from onvif_privacy.rights.services.requests.answering import begin
from onvif_privacy.rights.services.requests.finding import person_of
from onvif_privacy.rights.services.requests.opening import open
from onvif_privacy.rights.services.requests.states import locked, move, using

DAY, HOUR = 86_400, 3_600
ASKED_AN_HOUR = 20  # for one network
UNCONFIRMED_DAYS = 30
OVER_THE_LIMIT = "limit"


def ask(*, address: str, kind: Kind, network: str) -> Request:
    """Take a wish from anybody: one request and one letter, the same work whatever is held under the address.

    Nothing is looked up here. Over the limits the letter is stored as one that is not to be sent.
    """
    within = limits.allow("rights.ask", network, limit=ASKED_AN_HOUR, seconds=HOUR)
    within &= limits.allow("rights.address", digest("limit", address), limit=conf.MAILS_A_DAY, seconds=DAY)
    with transaction.atomic(using=using()):
        request = open(kind=kind, channel=Channel.FORM, key=secrets.token_hex(16), address=address)
        letter = letters.write(request, Letter.What.LINK, address, act=tokens.CONFIRM)
        reason, state = ("", Letter.State.WAITING) if within else (OVER_THE_LIMIT, Letter.State.SKIPPED)
        Letter.objects.using(using()).filter(pk=letter.pk).update(state=state, reason=reason)
    return request


def confirm(*, token: RequestToken, facts: Iterable[str] = (), words: str = "") -> Request | None:
    """Confirm a request by its link; None where nothing is held under the address. Used twice, the same request.

    ``facts`` are second facts that declarations ask for, ``words`` what somebody wants to have corrected.
    """
    with transaction.atomic(using=using()), locked(token.request) as request:
        if not tokens.use(token):
            return request
        address = letters.address_of(request)
        subject = person_of(address) if address and request.state == State.RECEIVED else None
        if subject is None or address is None:
            if request.state == State.RECEIVED:
                move(request, State.DONE)
            return None
        for fact in ("", *facts):
            holdings.claim(subject, kind="email", value=address, fact=fact)
        same = Request.objects.using(using()).running().filter(kind=request.kind, subject=subject).first()
        if same is not None and request.kind != Kind.CORRECT:
            move(request, State.WITHDRAWN)
            return same
        changes: dict[str, Any] = {
            "subject": subject,
            "proof": Proof.LINK,
            "proven_on": timezone.localdate(),
            "wish": {"words": words} if words else None,
        }
        move(request, State.CONFIRMED, **changes)
        begin(request)
    return request


def expire() -> int:
    """Delete requests that were never confirmed, 30 days after they came; returns how many."""
    old = Request.objects.using(using()).unconfirmed_since(timezone.now() - timedelta(days=UNCONFIRMED_DAYS))
    return int(old.delete()[0])
