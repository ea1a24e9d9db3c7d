"""What people and staff send to this room."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.models import Channel, Kind, Proof, Review
from onvif_privacy.rights.services.correcting import Target

KEY_LENGTH = 64


def new_key() -> str:
    """Return the random key of a form: sent twice, it means one request."""
    return secrets.token_hex(16)


class KeyedForm(forms.Form):
    """A form that can be sent twice with one effect."""

    key = forms.RegexField(r"^[0-9a-f]{32}$", widget=forms.HiddenInput, initial=new_key)


class DecideForm(KeyedForm):
    """Withdraws or objects to one purpose."""

    purpose = forms.SlugField(max_length=48)
    act = forms.ChoiceField(choices=[("withdraw", ""), ("object", "")])


class CorrectForm(forms.Form):
    """The new value of one field."""

    def __init__(self, target: Target, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"] = target.form_field()
        self.fields["value"].label = self.fields["value"].label or target.name
        if isinstance(widget := self.fields["value"].widget, forms.Textarea):
            lines = str(self.initial.get("value") or "").count("\n")
            widget.attrs["rows"] = min(lines + 2, 10)  # sealed names and streets are texts, too


class UnderstoodForm(KeyedForm):
    """An erasure is started by who ticked that it cannot be undone."""

    understood = forms.BooleanField(
        label=_("I understand that nothing of this can be brought back."),
        error_messages={"required": _("Please tick the box first.")},
    )


class AskForm(forms.Form):
    """An address and a wish, from anybody."""

    address = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link to this address; nothing happens before you open it."),
    )
    kind = forms.ChoiceField(label=_("What you wish"), choices=Kind.choices)


class ReasonForm(forms.Form):
    """Why; the person reads it."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class ExtendForm(ReasonForm):
    """How much longer, and why."""

    months = forms.TypedChoiceField(label=_("Longer by"), coerce=int, choices=[(1, _("1 month")), (2, _("2 months"))])


class ReviewForm(forms.Form):
    """What becomes of words of others."""

    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=[one for one in Review.Outcome.choices if one[0] != "waiting"]
    )
    words = forms.CharField(
        label=_("Words to hand out, where only a part is released"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    reason = forms.CharField(
        label=_("Reason for what is left out; the person reads it"), required=False, max_length=2000
    )


class EnterForm(forms.Form):
    """A request that came by letter, by telephone or in person."""

    kind = forms.ChoiceField(label=_("What is asked for"), choices=Kind.choices)
    channel = forms.ChoiceField(
        label=_("How it came"), choices=[one for one in Channel.choices if one[0] in ("letter", "phone", "person")]
    )
    subject = forms.CharField(
        label=_("Reference of the person"),
        required=False,
        max_length=22,
        help_text=_("The 22 characters that stand beside decisions; empty where nobody is known."),
    )
    address = forms.EmailField(label=_("E-mail address to answer to"), required=False)
    received_at = forms.DateTimeField(
        label=_("Received"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}), initial=timezone.localtime
    )
    proof = forms.ChoiceField(
        label=_("How identity was shown"),
        required=False,
        choices=[("", _("not yet")), *[one for one in Proof.choices if one[0] in ("document", "known", "questions")]],
        help_text=_("Only the kind and the day are kept, never a copy of a document."),
    )

    def clean_subject(self) -> Subject | None:
        """Find whom the reference names."""
        reference = self.cleaned_data["subject"].strip()
        found = subjects.by_reference(reference) if reference else None
        if reference and (found is None or found.erased_at is not None):
            raise forms.ValidationError(_("There is no such person."))
        return found

    def clean_proof(self) -> Proof:
        """Return the kind of proof."""
        return Proof(self.cleaned_data["proof"])

    def clean_received_at(self) -> datetime:
        """Refuse a day that has not come."""
        found: datetime = self.cleaned_data["received_at"]
        if found > timezone.now():
            raise forms.ValidationError(_("This lies in the future."))
        return found
