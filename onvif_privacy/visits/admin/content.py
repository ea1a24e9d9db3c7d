"""Customised content in the admin."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.admin.slots import Slotted, ValuesFilter
from onvif_privacy.visits.forms import ContentForm
from onvif_privacy.visits.models import CustomContent
from onvif_privacy.visits.services import contents
from onvif_privacy.visits.services.interests.rule import Profile

if TYPE_CHECKING:
    ContentBase = admin.ModelAdmin[CustomContent]
else:  # Django's class is generic for the type checker only
    ContentBase = admin.ModelAdmin


@admin.register(CustomContent)
class CustomContentAdmin(Slotted, ContentBase):
    """Content by slot and subject area; not there where interests are off."""

    switch = "INTERESTS"
    form = ContentForm
    list_display = ("slot", "area_shown", "first", "last", "begins")
    list_filter = ("slot", ("area", ValuesFilter))
    preview_template = "admin/onvif_privacy_visits/content_preview.html"

    @admin.display(description=_("content"))
    def begins(self, row: CustomContent) -> str:
        """The beginning of the text, or the template."""
        return Truncator(row.text or row.template).chars(60)

    def forget(self) -> None:
        """Read content again."""
        contents.forget()

    def seen(self, slot: str, whose: Profile, day: dt.date) -> CustomContent | None:
        """The one row that the slot shows."""
        return contents.choose(slot, lambda: whose, day)
