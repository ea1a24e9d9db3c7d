"""The form for anonymous answers: closed lists, an age, a ZIP code; nothing in it says who answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.doors import dimensions
from onvif_privacy.people.services import countries
from onvif_privacy.people.services.demographics import asked, submit_demographics
from onvif_privacy.people.services.generalising import OLDEST, generalised, values_of


class DemographicsForm(forms.Form):
    """Asks what the declared tables need, each answer optional."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        for name in asked():
            self.fields[name] = _field(name)
            self.fields[name].widget.attrs["autocomplete"] = "off"

    def clean(self) -> dict[str, Any]:
        """Let only what fits a cell through; the exact answer stays in this request."""
        cleaned: dict[str, Any] = super().clean() or {}
        for name in list(cleaned):
            try:
                generalised(name, cleaned[name])
            except ValueError:
                self.add_error(name, ValidationError(_("Please correct this answer or leave it out."), code="invalid"))
        if not self.errors and not any(cleaned.values()):
            raise ValidationError(_("Please answer at least one question."), code="empty")
        return cleaned

    def keep(self) -> None:
        """Put the answers into the tray."""
        submit_demographics(answers=self.cleaned_data)


def _field(name: str) -> forms.Field:
    if name == "age_band":
        words = _("Years. Only the age band is kept.")
        return forms.IntegerField(label=_("Age"), help_text=words, required=False, min_value=0, max_value=OLDEST)
    if name == "zip":
        words = _("Only the first three digits are kept.")
        return forms.CharField(label=_("ZIP code"), help_text=words, required=False, max_length=10)
    nothing = ("", _("rather not say"))
    if name == "country":
        return forms.ChoiceField(label=_("Country"), choices=lambda: [nothing, *countries.choices()], required=False)
    label = _("Gender") if name == "gender" else dimensions.get(name).label
    return forms.ChoiceField(label=str(label), choices=[nothing, *values_of(name).items()], required=False)
