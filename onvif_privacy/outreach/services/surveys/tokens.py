"""The token of an invitation: signed, made while the mail is written, and stored nowhere before it is answered with."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Final
from urllib.parse import urljoin

from django.core import signing
from django.urls import reverse

from onvif_privacy.core.conf import conf as house
from onvif_privacy.outreach.models import Survey

_BYTES: Final = 16
_SALT: Final = "onvif_privacy.outreach.survey"


def _signer(survey: Survey) -> signing.Signer:
    # no time stamp: it would say when the mail was written
    return signing.Signer(salt=f"{_SALT}:{survey.pk.hex}", sep="~")


def mint(survey: Survey) -> str:
    """Return a fresh token; nothing is written down."""
    value = base64.urlsafe_b64encode(secrets.token_bytes(_BYTES)).rstrip(b"=").decode()
    return f"{survey.ref}~{_signer(survey).sign(value)}"


def link(survey: Survey) -> str:
    """Return the address under which one person answers."""
    return urljoin(house.BASE_URL, reverse("onvif_privacy_outreach:survey", args=[mint(survey)]))


def survey_of(token: str) -> Survey | None:
    """Return the survey that a token is good for; None for words that are none."""
    ref, _sep, signed = token.partition("~")
    survey = Survey.objects.filter(ref=ref[:11]).first()
    if survey is None:
        return None
    try:
        _signer(survey).unsign(signed)
    except signing.BadSignature:
        return None
    return survey


def digest(token: str) -> str:
    """Return what is kept of a token once it was answered with."""
    return hashlib.sha256(token.encode()).hexdigest()
