"""Template library ``privacy_enquiries``: where to write, and what was published."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from onvif_privacy.enquiries.services import publishing

register = template.Library()


@register.simple_tag
def enquiry_link() -> str:
    """Give the address of the form for comments and complaints; empty where the site does not mount the room."""
    try:
        return reverse("onvif_privacy_enquiries:contact")
    except NoReverseMatch:
        return ""


@register.inclusion_tag("onvif_privacy/enquiries/figures_tag.html")
def enquiry_figures() -> dict[str, Any]:
    """Print the figures of the newest published quarter; nothing before the first. One query."""
    return {"quarters": publishing.shown()[:1]}
