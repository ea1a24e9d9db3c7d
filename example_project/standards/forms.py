"""Forms of the site. Each field of the check-out carries its autocomplete token (WCAG 2.2, 1.3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from standards.basket import LARGEST_QUANTITY
from standards.models import Order, Post

if TYPE_CHECKING:
    OrderModelForm = forms.ModelForm[Order]
    PostModelForm = forms.ModelForm[Post]
else:
    OrderModelForm = PostModelForm = forms.ModelForm


def text(autocomplete: str, type: str = "text") -> forms.TextInput:
    """Input that browsers can fill in; `autocomplete` is a token of the HTML standard."""
    return forms.TextInput(attrs={"autocomplete": autocomplete, "type": type})


class CheckOutForm(OrderModelForm):
    """Who orders, and where it goes."""

    class Meta:
        model = Order
        fields = ["name", "organisation", "email", "phone", "street", "postcode", "city", "country", "note"]
        widgets = {
            "name": text("name"),
            "organisation": text("organization"),
            "email": text("email", "email"),
            "phone": text("tel", "tel"),
            "street": text("street-address"),
            "postcode": text("postal-code"),
            "city": text("address-level2"),
            "country": text("country-name"),
            "note": forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
        }
        help_texts = {
            "email": _("For the confirmation, and nothing else."),
            "phone": _("Only if the carrier shall be able to call you."),
        }


class QuantityForm(forms.Form):
    """How many of an item; none takes it out of the basket."""

    quantity = forms.IntegerField(min_value=0, max_value=LARGEST_QUANTITY)


class PostForm(PostModelForm):
    """A reply on the message board."""

    class Meta:
        model = Post
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "autocomplete": "off"})}
        help_texts = {"text": _("Everybody can read what you post here, without signing in.")}
