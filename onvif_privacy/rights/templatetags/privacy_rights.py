"""Template library ``privacy_rights``: links to what people can ask for."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse

from onvif_privacy.rights.conf import conf

register = template.Library()


@register.simple_tag
def privacy_rights_url() -> str:
    """Give the address of "my privacy"; empty where the site does not mount the room."""
    try:
        return reverse("onvif_privacy_rights:me")
    except NoReverseMatch:
        return ""


@register.simple_tag
def privacy_rights_cooling_hours() -> int:
    """Give the hours in which an erasure can be cancelled."""
    return conf.COOLING_HOURS
