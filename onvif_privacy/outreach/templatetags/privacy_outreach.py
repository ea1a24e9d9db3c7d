"""Tags of this room: ``{% load privacy_outreach %}``."""

from __future__ import annotations

from typing import Any

from django import template

from onvif_privacy.outreach.models import Survey
from onvif_privacy.outreach.services import optin, purposes
from onvif_privacy.outreach.services.surveys import releasing

register = template.Library()


@register.inclusion_tag("onvif_privacy/outreach/subscribe.html")
def subscribe_form(purpose: str = "product_news") -> dict[str, Any]:
    """Print a form by which anybody asks for mails of a purpose; works without JavaScript and without cookies."""
    declared = purposes.asked_for(purpose)
    return {"purpose": declared if optin.offered() else None, "words": optin.words(purpose) if declared else ""}


@register.inclusion_tag("onvif_privacy/outreach/releases.html")
def survey_results(ref: str) -> dict[str, Any]:
    """Print the published results of a survey, each question as a chart with its table."""
    survey = Survey.objects.filter(ref=ref).first()
    return {"survey": survey, "releases": releasing.shown(survey) if survey else ()}
