"""The forms of the page "My details"."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people.forms.person import PersonForm
from onvif_privacy.people.forms.postal import Block
from onvif_privacy.people.models import Address, ContactPoint


class ProfileForm(PersonForm):
    """How somebody wants to be called."""

    purpose = "operation"
    asks: ClassVar = {"name": False, "organisation": False}


class _ContactForm(PersonForm):
    purpose = "operation"
    not_personal = ("use", "primary")

    use = forms.ChoiceField(label=_("This is"), choices=ContactPoint.Use.choices, initial="home")
    primary = forms.BooleanField(label=_("Use this one first"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*self.asks, "use", "primary"])


class EmailForm(_ContactForm):
    """One more e-mail address."""

    asks: ClassVar = {"email": True}
    why: ClassVar = {"email": _("Where we write to you. We send a link that proves the address is yours.")}


class PhoneForm(_ContactForm):
    """One more telephone number."""

    asks: ClassVar = {"phone": True}


class AddressForm(PersonForm):
    """One address, new or changed. Its fields have the tokens of its use."""

    purpose = "operation"
    not_personal = ("label", "primary")

    label = forms.CharField(
        label=_("What you call this address (optional)"), max_length=60, required=False, help_text=_("“Office”, “Mum”")
    )
    primary = forms.BooleanField(label=_("Use this one first"), required=False)

    def __init__(self, *args: Any, use: str = Address.Use.HOME, **kwargs: Any) -> None:
        self.use = Address.Use(use).value
        super().__init__(*args, **kwargs)

    def asked_addresses(self) -> dict[str, bool]:
        """Ask for the one address, of the use the page is about."""
        return {self.use: True}

    @property
    def block(self) -> Block:
        """The address."""
        return self.blocks[0]

    @property
    def values(self) -> dict[str, str]:
        """What was filled in, by field of an address."""
        return {**dict.fromkeys(self.block.names, ""), **self.block.values(self.cleaned_data)} | {
            "label": self.cleaned_data["label"]
        }
