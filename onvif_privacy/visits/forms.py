"""The period picker of the report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onvif_privacy.visits.services.periods import LONGEST_DAYS, Choice, Period


class PeriodForm(forms.Form):
    """Reads ``period``, ``first`` and ``last`` from the address; wrong values fall back to 30 days and are named."""

    period = forms.ChoiceField(label=_("Period"), choices=Choice.choices, required=False)
    first = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=_("to"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        """An own period needs two days in order, ten years apart at most."""
        data = super().clean() or {}
        if data.get("period") != Choice.OWN:
            return data
        first, last = data.get("first"), data.get("last")
        if first is None or last is None:
            raise forms.ValidationError(_("An own period needs its first and its last day."))
        if first > last:
            raise forms.ValidationError(_("The first day must not be after the last."))
        if (last - first).days >= LONGEST_DAYS:
            raise forms.ValidationError(_("Choose ten years at most."))
        return data

    def chosen(self, today: dt.date) -> tuple[Choice, Period]:
        """The period asked for; 30 days where nothing valid was."""
        if not self.is_valid():
            return Choice.MONTH, Period.ending(today, Choice.MONTH)
        choice = Choice(self.cleaned_data["period"] or Choice.MONTH)
        if choice == Choice.OWN:
            return choice, Period(self.cleaned_data["first"], self.cleaned_data["last"])
        return choice, Period.ending(today, choice)
