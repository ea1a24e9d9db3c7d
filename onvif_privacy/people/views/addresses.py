"""Adding, changing and forgetting postal addresses."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people import services
from onvif_privacy.people.forms import AddressForm
from onvif_privacy.people.models import Address
from onvif_privacy.people.services.errors import TooMany
from onvif_privacy.people.services.reading import details
from onvif_privacy.people.views.decorators import own_page
from onvif_privacy.people.views.mine import back, page, subject

PART = "addresses"


def _own(request: HttpRequest, pk: uuid.UUID) -> Address:
    """Return the person's own address; another's is as missing as one that does not exist."""
    rows = Address.objects.select_related("subject").filter(subject__user=request.user.pk)
    found: Address = get_object_or_404(rows, pk=pk)
    return found


def _form(request: HttpRequest, use: str, initial: dict[str, Any] | None = None) -> AddressForm:
    return AddressForm(request.POST if request.method == "POST" else None, use=use, initial=initial)


@own_page("GET", "HEAD")
def choose(request: HttpRequest) -> HttpResponse:
    """Ask what the new address is for."""
    return page(request, "address_choose", {"uses": Address.Use.choices})


@own_page("GET", "HEAD", "POST")
def add(request: HttpRequest, use: str) -> HttpResponse:
    """Keep one more address."""
    if use not in Address.Use:
        raise Http404
    form = _form(request, use)
    if form.is_valid():
        try:
            services.set_address(
                subject=subject(request), use=use, values=form.values, primary=form.cleaned_data["primary"]
            )
        except TooMany:
            return back("too-many", PART)
        return back("kept", PART)
    return page(request, "form", {"form": form, "title": _("Another address")})


@own_page("GET", "HEAD", "POST")
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Correct an address."""
    address = _own(request, pk)
    stored = next((one for one in details(address.subject).addresses if one.id == address.pk), None)
    if stored is None:  # its key was destroyed
        raise Http404
    initial = {f"{address.use}_{name}": value for name, value in stored.values.items()}
    form = _form(
        request, address.use, {**initial, "label": stored.values.get("label", ""), "primary": stored.is_primary}
    )
    if form.is_valid():
        services.set_address(
            subject=address.subject,
            use=address.use,
            values=form.values,
            address=address,
            primary=form.cleaned_data["primary"],
        )
        return back("kept", PART)
    return page(request, "form", {"form": form, "title": _("Your address"), "forget": address})


@own_page("POST")
def forget(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete it."""
    services.forget_address(address=_own(request, pk))
    return back("forgotten", PART)
