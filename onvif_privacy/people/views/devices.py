"""Remembering this device, forgetting devices, and how pages look on one."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language

from onvif_privacy.core import consent
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.text import safe_url
from onvif_privacy.people.models import Device
from onvif_privacy.people.services import devices, preferences
from onvif_privacy.people.services.errors import PeopleError
from onvif_privacy.people.services.links import url_or_nothing
from onvif_privacy.people.views.decorators import SeeOther, closed_page, own_page
from onvif_privacy.people.views.mine import back, known, page, subject

PART = "devices"


def words() -> str:
    """Return what somebody agrees to by pressing the button, as it is shown and kept."""
    purpose = purposes.get(devices.PURPOSE)
    return f"{purpose.label}\n\n{purpose.text}"


@own_page("GET", "HEAD", "POST")
def remember(request: HttpRequest) -> HttpResponse:
    """Ask whether to remember this device, with the words that are kept; a button says yes."""
    if not devices.switched_on():
        raise Http404
    context = {
        "words": words(),
        "blocked": not devices.allowed_here(request),
        "insecure": not devices.keeps_cookie(request),
        "settings_url": url_or_nothing("onvif_privacy_cookies:settings"),
        "key": uuid.uuid4().hex,
    }
    if request.method != "POST" or context["blocked"] or context["insecure"]:
        return page(request, "remember", context)
    person = subject(request)
    notice = consent.notice(text=words(), language=get_language() or "en", surface="people")
    consent.decide(
        subject=person,
        purpose=devices.PURPOSE,
        outcome=Outcome.GRANTED,
        method=Method.FORM,
        key=uuid.uuid4().hex,
        notice=notice,
        surface="people",
    )
    agent = request.headers.get("User-Agent", "")
    cookie = devices.remember_device(subject=person, user=request.user, agent=agent)
    request.onvif_privacy_device_cookie = cookie  # type: ignore[attr-defined]
    return back("remembered", PART)


@own_page("POST")
def revoke(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Forget one device; on the device itself its cookie goes, too."""
    rows = Device.objects.select_related("subject").filter(subject__user=request.user.pk)
    device: Device = get_object_or_404(rows, pk=pk)
    here = devices.device_of(request)
    devices.revoke_device(device=device)
    if here is not None and here.pk == device.pk:
        request.onvif_privacy_device_cookie = ""  # type: ignore[attr-defined]
    return back("device-forgotten", PART)


@own_page("POST")
def withdraw(request: HttpRequest) -> HttpResponse:
    """Take the choice back: every device is forgotten."""
    person = known(request)
    if person is not None:
        consent.withdraw(
            subject=person, purpose=devices.PURPOSE, method=Method.FORM, key=uuid.uuid4().hex, surface="people"
        )
        devices.forget_all(person)
    request.onvif_privacy_device_cookie = ""  # type: ignore[attr-defined]
    return back("devices-forgotten", PART)


@closed_page("POST")
def prefer(request: HttpRequest) -> HttpResponse:
    """Keep how a page looks on this device, and go back to it. Needs the token only, nobody signed in."""
    device = devices.device_of(request)
    target = safe_url(request.POST.get("next", "")) or reverse("onvif_privacy_people:mine")
    if device is None or not devices.allowed(request, device.subject):
        return page(request, "not_remembered", {"on": devices.switched_on()}, status=403)
    try:
        preferences.set_preference(
            device=device,
            page=request.POST.get("page", ""),
            value=request.POST.get("value", ""),
            vouched=request.POST.get("vouched", ""),
        )
    except PeopleError:
        raise Http404 from None
    return SeeOther(target)
