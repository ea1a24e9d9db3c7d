"""What people and staff send to this room."""

from __future__ import annotations

import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from onvif_privacy.rights.models import Kind
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
