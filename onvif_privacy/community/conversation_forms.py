"""Forms of private conversations."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import Report
from onvif_privacy.community.models.conversations import MOST_PARTICIPANTS
from onvif_privacy.community.services.conversations import MOST_CHARACTERS, Line
from onvif_privacy.community.services.conversations.reporting import MOST_WORDS
from onvif_privacy.community.services.conversations.searching import MOST_WORDS as MOST_SEARCHED
from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject


class MessageForm(forms.Form):
    """One message; ``key`` makes the same form sent twice one message."""

    text = forms.CharField(
        label=_("Your message"), max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 4})
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **(kwargs.get("initial") or {})}
        super().__init__(*args, **kwargs)


class StartForm(MessageForm):
    """To whom, and the first message."""

    to = forms.CharField(
        label=_("To"),
        max_length=1000,
        help_text=_("User names, with a comma between them; up to 19."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("to", "text", "key")

    def clean_to(self) -> list[Subject]:
        """Return the people; the answer for an unknown name is that of somebody who cannot be written to."""
        names = {one.strip() for one in re.split(r"[,;\n]", self.cleaned_data["to"]) if one.strip()}
        model: Any = get_user_model()
        rows = model._default_manager.filter(**{f"{model.USERNAME_FIELD}__in": names}) if names else ()
        found = [one for one in rows if one.is_active] if 0 < len(names) < MOST_PARTICIPANTS else []
        if not found or len(found) != len(names):
            raise forms.ValidationError(_("This person cannot be written to."))
        return [subjects.for_user(one) for one in found]


class SearchForm(forms.Form):
    """Words to look for in one's own conversations; sent by POST, so that no log of addresses has them."""

    words = forms.CharField(
        label=_("Search your conversations"),
        max_length=MOST_SEARCHED,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )


class ReportForm(forms.Form):
    """Which messages, what it is, and why."""

    messages = forms.MultipleChoiceField(label=_("Which messages"), widget=forms.CheckboxSelectMultiple)
    kind = forms.ChoiceField(label=_("What it is"), choices=Report.Kind.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What we should know"),
        required=False,
        max_length=MOST_WORDS,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, lines: Sequence[Line] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["messages"].choices = [(str(one.id), "") for one in lines]  # type: ignore[attr-defined]


class OpeningForm(forms.Form):
    """Why staff want to read, and how much."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=500,
        help_text=_("The second person reads this. Name nobody and quote nothing."),
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
    )
    hours = forms.IntegerField(
        label=_("Hours before and after"),
        required=False,
        min_value=0,
        max_value=24 * 30,
        help_text=_("Empty: only what was reported. Else the whole conversation, so many hours around it."),
    )
    delay_days = forms.IntegerField(
        label=_("Days until the participants are told"),
        initial=0,
        min_value=0,
        max_value=90,
        help_text=_("0 is at once. More only where it would endanger somebody."),
    )

    def period(self, report: Report, times: Sequence[Any]) -> tuple[Any, Any] | None:
        """Return the period around the reported messages; None for these alone."""
        hours = self.cleaned_data.get("hours")
        if hours is None:
            return None
        around, now = timedelta(hours=hours), timezone.now()
        first, last = min(times, default=report.reported_at), max(times, default=report.reported_at)
        return first - around, max(min(last + around, now), first - around + timedelta(seconds=1))
