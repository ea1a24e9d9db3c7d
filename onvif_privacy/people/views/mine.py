"""``my details``: everything a person gave, to see and to change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import gate, subjects
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Purpose
from onvif_privacy.people.forms import ProfileForm
from onvif_privacy.people.models import Address, ContactPoint, Device
from onvif_privacy.people.services import ages, details, devices, minors, proving, sensitive, set_profile
from onvif_privacy.people.services.links import statement_url
from onvif_privacy.people.services.reading import Details
from onvif_privacy.people.views.decorators import SeeOther, own_page

FOLDER = "onvif_privacy/people"
SAID = {
    "kept": _("Kept."),
    "forgotten": _("Forgotten. We do not hold it any more."),
    "preferred": _("This one comes first now."),
    "sent": _("We send a mail with a link. Please open it within a day."),
    "not-sent": _("No mail is sent. Please try again later; three a day are sent at most."),
    "remembered": _("We remember you on this device from now on."),
    "device-forgotten": _("The device is forgotten."),
    "devices-forgotten": _("All devices are forgotten, and nothing is remembered from now on."),
    "withdrawn": _("Withdrawn. The value is deleted."),
    "guardian-asked": _("We have written to them. What they allow is open as soon as they answer."),
    "too-many": _("You keep as many as this page takes. Please forget one first."),
}


def known(request: HttpRequest) -> Subject | None:
    """Return the subject of who is signed in; None where nothing was ever kept, so that looking writes nothing."""
    user = request.user
    return Subject.objects.filter(user=user).first() if user.is_authenticated else None


def subject(request: HttpRequest) -> Subject:
    """Return the subject of who is signed in, made on first need."""
    return subjects.for_user(request.user)  # type: ignore[arg-type] # the decorator lets nobody else in


def back(said: str, part: str = "") -> HttpResponse:
    """Return to the overview, which says what was done."""
    return SeeOther(f"{reverse('onvif_privacy_people:mine')}?said={said}{'#' + part if part else ''}")


def page(request: HttpRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render a page of this room."""
    return render(request, f"{FOLDER}/{name}.html", context, status=status)


def _devices(request: HttpRequest, person: Subject) -> list[dict[str, Any]]:
    """Return the living devices with what people recognise them by."""
    here = devices.device_of(request)
    with gate.scope("own_access", subject=person):
        return [
            {"id": one.pk, "family": one.family, "used_on": one.used_on, "is_here": here is not None and here == one}
            for one in Device.objects.select_related("subject__user").of(person).filter(revoked_at=None)
            if devices.is_alive(one)
        ]


def special_rows(person: Subject | None, values: Mapping[str, str]) -> list[tuple[Purpose, str | None]]:
    """Return the uses of sensitive data with what is kept for each; of a minor only those with something to delete."""
    minor = minors.is_minor(person)
    return [(one, values.get(one.slug)) for one in sensitive.uses() if one.slug in values or not minor]


@own_page("GET", "HEAD")
def mine(request: HttpRequest) -> HttpResponse:
    """Show what is kept of who is signed in. Writes nothing."""
    person = known(request)
    found = details(person) if person else Details()
    values = sensitive.own_values(person) if person and sensitive.uses() else {}
    remembered = _devices(request, person) if person and devices.switched_on() else []
    context = {
        "details": found,
        "said": SAID.get(request.GET.get("said", "")),
        "emails": [one for one in found.contacts if one.kind == ContactPoint.Kind.EMAIL],
        "phones": [one for one in found.contacts if one.kind == ContactPoint.Kind.PHONE],
        "uses": Address.Use.choices,
        "proofs": proving.offered(),
        "statement": statement_url(),
        "special": special_rows(person, values),
        "asks_age": ages.asked(),
        "remembers": devices.switched_on(),
        "devices": remembered,
        "here": any(one["is_here"] for one in remembered),
    }
    return page(request, "mine", context)


@own_page("GET", "HEAD", "POST")
def profile(request: HttpRequest) -> HttpResponse:
    """Change how the person is called."""
    person = known(request)
    stored = details(person).profile if person else {}
    form = ProfileForm(request.POST if request.method == "POST" else None, initial=dict(stored))
    if form.is_valid():
        set_profile(subject=subject(request), values=form.cleaned_data)
        return back("kept")
    return page(request, "form", {"form": form, "title": _("Your name")})
