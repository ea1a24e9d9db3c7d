"""Forms as a host site writes them."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.contrib.auth.forms import UserCreationForm

from onvif_privacy.people.forms import PersonForm, RegistersPerson


class CheckoutForm(PersonForm):
    """What an order needs."""

    purpose = "operation"
    asks: ClassVar = {"name": True, "email": True, "phone": False}
    addresses: ClassVar = {"shipping": True, "billing": False}
    not_personal = ("gift",)

    gift = forms.BooleanField(required=False)


class RegisterForm(RegistersPerson, UserCreationForm):  # type: ignore[type-arg] # not subscriptable at run time
    """A registration that hands its fields on."""

    purpose = "operation"
    asks: ClassVar = {"name": True, "email": True, "organisation": False}
