"""Forms of the site. What they ask of a person comes from the room `people`: for a purpose, with the right tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.forms import PublicPostMixin
from onvif_privacy.people.forms import PersonForm, RegistersPerson
from standards.basket import LARGEST_QUANTITY
from standards.models import Post

if TYPE_CHECKING:
    PostModelForm = forms.ModelForm[Post]
else:
    PostModelForm = forms.ModelForm


LARGEST_FILE = 2_000_000


class RegisterForm(RegistersPerson, UserCreationForm):  # type: ignore[type-arg] # not subscriptable at run time
    """A log-in with a name; what is asked beside it is kept by `people`."""

    purpose = "operation"
    asks: ClassVar = {"name": True, "email": True, "organisation": False}


def plain() -> forms.TextInput:
    """A line of text that no browser completes from elsewhere."""
    return forms.TextInput(attrs={"autocomplete": "off"})


def small_file(file: UploadedFile) -> None:
    """Refuse a file of more than `LARGEST_FILE` bytes."""
    if (file.size or 0) > LARGEST_FILE:
        raise forms.ValidationError(_("This file is larger than 2 MB."))


class CheckOutForm(PersonForm):
    """Who orders, and where it goes."""

    purpose = "operation"
    asks: ClassVar = {"name": True, "organisation": False, "email": True, "phone": False}
    addresses: ClassVar = {"shipping": True, "billing": False}
    also: ClassVar = {
        "reference": _("Printed on the invoice."),
        "cost_centre": _("Printed on the invoice."),
        "purchase_order": _("A PDF of at most 2 MB, if your accounting wants one with the order."),
        "note": _("What we should know about this order."),
    }
    not_personal = ("remember",)
    why: ClassVar = {
        "email": _("For the confirmation, and nothing else."),
        "phone": _("Only if the carrier shall be able to call you."),
        "billing": _("Only if the invoice goes elsewhere."),
    }

    reference = forms.CharField(label=_("Your reference (optional)"), required=False, max_length=40, widget=plain())
    cost_centre = forms.CharField(label=_("Cost centre (optional)"), required=False, max_length=40, widget=plain())
    purchase_order = forms.FileField(
        label=_("Your purchase order (optional)"),
        required=False,
        validators=[FileExtensionValidator(["pdf"]), small_file],
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )
    note = forms.CharField(
        label=_("Note for us (optional)"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off"}),
    )
    remember = forms.BooleanField(
        label=_("Keep this in my details, for my next order"),
        required=False,
        help_text=_("For who is signed in. You can change and forget it under “My details”."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([*self.asks, *self.also, "remember"])

    def order_values(self) -> dict[str, Any]:
        """Return what an order keeps, by column."""
        data = self.cleaned_data
        lines = (data.get(f"shipping_{line}", "") for line in ("line1", "line2", "line3"))
        return {
            **{name: data[name] for name in ("name", "organisation", "email", "phone", "note")},
            "street": ", ".join(filter(None, lines)),
            "postcode": data.get("shipping_postcode", ""),
            "city": data.get("shipping_locality", ""),
            "country": data["shipping_country"],
            "invoice_to": self.invoice_address(),
            "references": {name: data[name] for name in ("reference", "cost_centre") if data[name]},
            "purchase_order": data["purchase_order"] or "",
        }

    def invoice_address(self) -> str:
        """Return the address for the invoice in lines; empty where it goes with the parcel."""
        values = next(block for block in self.blocks if block.name == "billing").values(self.cleaned_data)
        order = ("name", "organisation", "line1", "line2", "line3", "postcode", "locality", "region", "country")
        return "\n".join(values[name] for name in order if values.get(name))


class QuantityForm(forms.Form):
    """How many of an item; none takes it out of the basket."""

    quantity = forms.IntegerField(min_value=0, max_value=LARGEST_QUANTITY)


class PostForm(PublicPostMixin, PostModelForm):
    """A reply on the message board; the room `community` says above it who can read it."""

    class Meta:
        model = Post
        fields = ["text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 5, "autocomplete": "off"})}
