"""How pages look on a remembered device: closed values of pages that code declares, or that a template signed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from django.core import signing
from django.db import transaction
from django.http import HttpRequest

from onvif_privacy.people.doors import page_settings
from onvif_privacy.people.models import Device, PagePreference
from onvif_privacy.people.services.devices import allowed, device_of
from onvif_privacy.people.services.errors import PeopleError
from onvif_privacy.people.services.prefill import personal

SALT: Final = "onvif_privacy.people.page"
MOST_PAGES: Final = 100
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,49}")


class UnknownSetting(PeopleError):
    """A page or a value that neither code declares nor a template signed."""


def signed(page: str, values: Iterable[str]) -> str:
    """Return what a template vouches for: the page and its values. Raises ValueError for what is no slug."""
    wanted = [page, *values]
    if not all(_SLUG.fullmatch(one) for one in wanted):
        raise ValueError("A page and its values are slugs: small letters, digits, - and _.")
    return signing.dumps(wanted, salt=SALT)


def _values(page: str, vouched: str) -> Mapping[str, object]:
    if page in page_settings:
        return page_settings.get(page).values
    try:
        said, *values = signing.loads(vouched, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return {}
    return dict.fromkeys(values) if said == page else {}


def set_preference(*, device: Device, page: str, value: str, vouched: str = "") -> None:
    """Keep how a page looks on this device. Raises UnknownSetting, and PeopleError above a hundred pages."""
    if value not in _values(page, vouched):
        raise UnknownSetting("There is no such page or value.")
    with transaction.atomic():
        rows = PagePreference.objects.filter(device=device)
        if not rows.filter(page=page).update(value=value):
            if rows.count() >= MOST_PAGES:
                raise PeopleError("No more pages are remembered.")
            PagePreference.objects.update_or_create(device=device, page=page, defaults={"value": value})


def preference(request: HttpRequest, page: str) -> str:
    """Return how a page looks on this device; the declared usual value, or empty, where nothing is remembered.

    The token is enough: nothing here tells who somebody is. No query without a token, else three for all pages.
    """
    device = device_of(request)
    if device is not None:
        personal(request)
        known = getattr(request, "onvif_privacy_preferences", None)
        if known is None:
            rows = PagePreference.objects.filter(device=device).values_list("page", "value")
            known = dict(rows) if allowed(request, device.subject) else {}
            request.onvif_privacy_preferences = known  # type: ignore[attr-defined]
        if page in known:
            return str(known[page])
    return next(iter(page_settings.get(page).values), "") if page in page_settings else ""
