"""Filling forms from what somebody saved: signed in, surely enough, on their own remembered device, while they want it.

The token alone fills nothing. An answer that was filled in is kept by no cache.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from onvif_privacy.core import gate
from onvif_privacy.core.fields import Sealed
from onvif_privacy.core.models import Subject
from onvif_privacy.core.subjects import strength
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import Address, ContactPoint, Profile
from onvif_privacy.people.models.contacts import ADDRESS_FIELDS
from onvif_privacy.people.services.devices import PURPOSE, allowed_here, device_of
from onvif_privacy.people.services.filled import Filled


def personal(request: HttpRequest) -> None:
    """Mark the answer as one person's: Django's own caches leave it alone, the middleware tells all others."""
    request.onvif_privacy_personal = True  # type: ignore[attr-defined]
    request._cache_update_cache = False  # type: ignore[attr-defined] # what Django's cache middleware and cache_page ask


def may_fill(request: HttpRequest) -> Subject | None:
    """Return whose form may be filled; None unless somebody is signed in, surely enough, on their own device."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or strength(request) < conf.strength:
        return None
    device = device_of(request) if allowed_here(request) else None
    return device.subject if device is not None and device.subject.user_id == user.pk else None


def initial_for(request: HttpRequest, form: Any) -> Filled:
    """Return the initial values of a `PersonForm` (class or instance); empty unless everything speaks for it.

    The only way in. ``?other=billing`` in the address leaves that block empty. Reads for ``device_memory``, which the
    person must have granted and not withdrawn. Four queries for addresses, one more each for name and contacts.
    """
    personal(request)
    subject = may_fill(request)
    if subject is None:
        return Filled()
    blocks = set(form.addresses) - set(request.GET.getlist("other"))
    found, ids = dict[str, Any](), {}
    with gate.scope(PURPOSE, subject=subject):
        for address in Address.objects.filter(subject=subject, use__in=blocks).exclude(slot=None):
            ids[address.use] = address.pk
            for name in ADDRESS_FIELDS:
                if name != "label":
                    found[f"{address.use}_{name}"] = getattr(address, name)
        found |= _about(subject, set(form.asks))
    if any(isinstance(value, Sealed) for value in found.values()):  # not granted, withdrawn or restricted
        return Filled()
    return Filled({name: value for name, value in found.items() if value}, addresses=ids)


def _about(subject: Subject, asked: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    kinds = asked & {"email", "phone"}
    profile = Profile.objects.filter(subject=subject).first() if asked - kinds else None
    if profile is not None:
        found |= {name: getattr(profile, name) for name in asked - kinds}
    if kinds:
        for contact in ContactPoint.objects.filter(subject=subject, kind__in=kinds).exclude(slot=None):
            found[contact.kind] = getattr(contact, contact.kind)
    return found
