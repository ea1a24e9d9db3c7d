"""Tags of this room: ``{% load privacy_people %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.doors import page_settings
from onvif_privacy.people.services import devices, preferences, prefill

register = template.Library()


@register.simple_tag(takes_context=True)
def people_preference(context: template.Context, page: str) -> str:
    """Give how a page looks on this remembered device: ``{% people_preference "standards" as look %}``."""
    request = context.get("request")
    return preferences.preference(request, page) if request is not None else ""


@register.inclusion_tag("onvif_privacy/people/preference.html", takes_context=True)
def people_preference_choice(context: template.Context, page: str, values: str = "", label: str = "") -> dict[str, Any]:
    """Print the buttons by which a remembered device keeps how a page looks; nothing on other devices.

    For a page that code declares as a `PageSetting`, or with ``values="grid list"`` for one that this template knows.
    """
    request = context.get("request")
    if request is None or devices.device_of(request) is None:
        return {"choices": ()}
    declared = page_settings.get(page) if page in page_settings else None
    offered = dict(declared.values) if declared else {one: one for one in values.split()}
    prefill.personal(request)
    return {
        "label": label or (declared.label if declared else _("How this page looks")),
        "page": page,
        "choices": list(offered.items()),
        "present": preferences.preference(request, page),
        "vouched": "" if declared else preferences.signed(page, offered),
        "next": request.get_full_path(),
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
