"""The forms of an agreement: what staff tick and write line by line, instead of lists in a programmer's spelling."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.registry import Field
from onvif_privacy.core.registry.personal import personal_data
from onvif_privacy.disclosures.models import Agreement, Service
from onvif_privacy.disclosures.partners import terms

SHOWN = (
    "party",
    "service",
    "document_digest",
    "secrecy_page",
    "checklist",
    "valid_from",
    "valid_until",
    "leaves_area",
    "transfer_basis",
    "sub_processors",
    "fields",
    "senders",
    "cap_each",
    "cap_day",
    "cap_month",
    "recipient_key",
    "approvals_needed",
)
EDITED = (*SHOWN[:4], "confidential", "only_this_service", "no_onward_transfer", *SHOWN[4:-1])


class Lines(forms.CharField):
    """A list with an entry on each line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 40})

    def prepare_value(self, value: Any) -> Any:
        """Show a stored list as lines."""
        return "\n".join(str(one) for one in value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read lines, leaving out those with nothing on them."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what the lines say, and not how they are spelt."""
        return bool(self.to_python(data) != (initial or []))


def field_choices() -> list[tuple[str, str]]:
    """Return every declared field that some service may have: its label, and class and services in words."""
    found = []
    for declaration in personal_data.all():
        for name, field in declaration.fields.items():
            if not isinstance(field, Field):
                continue
            services = [
                str(Service(service).label)
                for service, ceiling in terms.CEILING.items()
                if field.data_class in ceiling and terms.purpose_of(service) in field.purposes
            ]
            if services:
                label = f"{declaration.model}.{name}"
                found.append((label, f"{label} ({field.data_class}): {', '.join(services)}"))
    return sorted(found)


class AgreementForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """A draft. Which fields go with which service is asked when it is submitted."""

    checklist = forms.MultipleChoiceField(
        label=_("GDPR Art. 28(3): found in the contract"), widget=forms.CheckboxSelectMultiple, required=False
    )
    fields = forms.MultipleChoiceField(  # type: ignore[assignment] # the name of the column
        label=_("fields"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Each with its class, and the services that may have it."),
    )
    sub_processors = Lines(label=_("sub-processors"), required=False, help_text=_("One on each line."))
    senders = Lines(
        label=_("who may write to its contacts"),
        required=False,
        help_text=_("Domains or addresses, one on each line. A letter from anybody else opens an incident."),
    )

    class Meta:
        model = Agreement
        fields = EDITED

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        shown = self.__dict__["fields"]  # by now those of the form
        letters = [(letter, f"({letter}) {words}") for letter, words in terms.CHECKLIST.items()]
        choices = {"checklist": letters, "fields": field_choices()}
        for name, found in choices.items():
            if name in shown:
                stored = getattr(self.instance, name, None) or []
                # what was declared when it was written and is not any more can still be unticked
                shown[name].choices = [*found, *((one, one) for one in stored if one not in dict(found))]
        for name in ("cap_each", "cap_day", "cap_month"):
            if name in shown and self.instance._state.adding:
                shown[name].initial = house.GATE_BULK


class Plain(forms.Form):
    """A step that asks for nothing."""


class Yes(forms.Form):
    """A yes to what was shown, and in which office it is said."""

    digest = forms.CharField(widget=forms.HiddenInput)
    as_officer = forms.BooleanField(label=_("I say this as privacy officer"), required=False)


class Receipt(forms.Form):
    """What a receipt of deletion says."""

    receipt_digest = forms.RegexField(
        r"^[0-9a-f]{64}$", label=_("SHA-256 of the receipt"), widget=forms.TextInput(attrs={"size": 64})
    )
    signer = forms.CharField(label=_("signed by"), max_length=200)
    dated = forms.DateField(label=_("dated"), widget=forms.DateInput(attrs={"type": "date"}))
