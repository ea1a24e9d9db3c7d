"""Remembering a device: by choice only, with a token that changes at each sign-in and betrays a copy.

The browser holds a series (which device) and a secret (which sign-in), the database keyed digests of both. A series
with a secret that is no longer good can only come from a copy of the cookie: the device is then revoked and its person
told. A series instead of a bare token, because the token before the last would otherwise look like none at all.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from onvif_privacy.core import consent, contacts
from onvif_privacy.core.keys import derive, mac, ring
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import needed
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import Device
from onvif_privacy.people.services.recording import MOST, changing, record

PURPOSE: Final = "device_memory"
COOKIE: Final = "__Host-privacy_device"
MIDDLEWARE: Final = "onvif_privacy.people.middleware.DeviceMiddleware"
GRACE: Final = timedelta(seconds=60)
SERIES_BYTES, SECRET_BYTES = 12, 32
_VALUE: Final = re.compile(r"([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]{43})")
_FAMILIES: Final = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def switched_on() -> bool:
    """Whether the site remembers devices: by having the middleware that writes the cookie."""
    return MIDDLEWARE in settings.MIDDLEWARE


def keeps_cookie(request: HttpRequest) -> bool:
    """Whether the browser keeps a Secure cookie here: over https, and on this machine in all browsers but Safari."""
    return request.is_secure() or request.get_host().partition(":")[0] in ("localhost", "127.0.0.1")


def _macs(part: str, kind: str) -> list[str]:
    """Return the digests that a part of a token may have, under the active key first and under older ones."""
    active = ring().active("data").id
    ids = [active, *(key.id for key in ring().keys if key.use == "data" and key.id != active)]
    return [mac(derive("token", f"device-{kind}", key_id=one), part.encode()).hex() for one in ids]


def _same(part: str, kind: str, stored: str) -> bool:
    return any(hmac.compare_digest(one, stored) for one in _macs(part, kind))


def auth_mark(user: Any) -> str:
    """Return what binds a device to the password of this moment."""
    return salted_hmac("onvif_privacy.people.device", user.get_session_auth_hash(), algorithm="sha256").hexdigest()


def allowed(request: HttpRequest, subject: Subject) -> bool:
    """Whether the person chose to be remembered, and this browser was not told otherwise. One query."""
    return allowed_here(request) and consent.may(subject, PURPOSE)


def allowed_here(request: HttpRequest) -> bool:
    """Whether this browser's cookie choice lets the token in; where the room `cookies` is absent, nobody objects."""
    privacy = getattr(request, "privacy", None)
    return privacy is None or bool(privacy.silent.allows(PURPOSE))


def device_of(request: HttpRequest) -> Device | None:
    """Return the living device whose token came with the request; looked up once a request, one query.

    A token that was used up revokes its device, and its person is told.
    """
    if not hasattr(request, "onvif_privacy_device"):
        request.onvif_privacy_device = _look_up(request)  # type: ignore[attr-defined]
    found: Device | None = request.onvif_privacy_device  # type: ignore[attr-defined]
    return found


def _look_up(request: HttpRequest) -> Device | None:
    given = _VALUE.fullmatch(request.COOKIES.get(COOKIE, "")) if switched_on() else None
    if given is None:
        return None
    rows = Device.objects.select_related("subject__user").filter(revoked_at=None)
    device: Device | None = rows.filter(series_mac__in=_macs(given[1], "series")).first()
    if device is None:
        return None
    if not _same(given[2], "secret", device.token_mac):
        late = timezone.now() - device.rotated_at > GRACE
        if late or not device.previous_mac or not _same(given[2], "secret", device.previous_mac):
            _stolen(device)
            return None
    return device if is_alive(device) else None


def is_alive(device: Device) -> bool:
    """Whether a device that was not revoked still counts: not too old, and its person's password is the same."""
    user = device.subject.user
    if device.revoked_at is not None or user is None or not user.is_active or device.subject.erased_at is not None:
        return False
    young = timezone.now() - device.rotated_at <= timedelta(days=conf.DEVICE_DAYS)
    return young and constant_time_compare(device.auth_mark, auth_mark(user))


def _stolen(device: Device) -> None:
    """Revoke a device whose token was copied, and have its person told."""
    message = contacts.Message(
        _("A remembered device was signed out"),
        _(
            "Somebody used an old copy of the cookie by which we remembered one of your devices. We have forgotten "
            "that device, so that the copy opens nothing. If you did not restore a backup of your browser, please "
            "change your password."
        ),
    )
    with changing(device.subject):
        if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record("replayed", device)
            if needed("tell"):
                contacts.tell(device.subject, message)


def _value(series: str, secret: str) -> str:
    return f"{series}.{secret}"


def remember_device(*, subject: Subject, user: Any, agent: str = "") -> str:
    """Remember a browser; returns the value of its cookie. The oldest of twenty devices is forgotten.

    Does not ask for the choice: the view does, since the words belong to it. Raises PeopleError.
    """
    series, secret = secrets.token_urlsafe(SERIES_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    now = timezone.now()
    with changing(subject):
        mine = Device.objects.filter(subject=subject, revoked_at=None).order_by("-rotated_at", "pk")
        revoke(mine[MOST - 1 :])
        device = Device(
            subject=subject,
            series_mac=_macs(series, "series")[0],
            token_mac=_macs(secret, "secret")[0],
            auth_mark=auth_mark(user),
            rotated_at=now,
            family=family_of(agent) or None,
            used_on=timezone.localdate(now),
        )
        device.save(force_insert=True)
        record("added", device)
    return _value(series, secret)


def rotate(*, request: HttpRequest, user: Any) -> str:
    """Change the token of the device somebody signs in on; returns the new cookie, empty where there is none to change.

    The token before holds sixty seconds longer, for requests that are under way.
    """
    device = device_of(request)
    given = _VALUE.fullmatch(request.COOKIES.get(COOKIE, ""))
    if device is None or given is None or device.subject.user_id != user.pk:
        return ""
    secret, now = secrets.token_urlsafe(SECRET_BYTES), timezone.now()
    if not _same(given[2], "secret", device.token_mac):
        return ""  # another request has just changed it
    changed = Device.objects.filter(pk=device.pk, token_mac=device.token_mac, revoked_at=None).update(
        series_mac=_macs(given[1], "series")[0],
        previous_mac=device.token_mac,
        token_mac=_macs(secret, "secret")[0],
        rotated_at=now,
        used_on=timezone.localdate(now),
    )
    return _value(given[1], secret) if changed else ""


def revoke(devices: Iterable[Device]) -> int:
    """Revoke devices; returns how many. Call it in a transaction."""
    number = 0
    for device in devices:
        if Device.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now()):
            record("revoked", device)
            number += 1
    return number


def revoke_device(*, device: Device) -> None:
    """Forget one device. Raises PeopleError."""
    with changing(device.subject):
        revoke([device])


def forget_all(subject: Subject) -> None:
    """Revoke every device of somebody who does not want to be remembered any more."""
    with transaction.atomic():
        revoke(Device.objects.filter(subject=subject, revoked_at=None))


def family_of(agent: str) -> str:
    """Return the family of a browser, by which people recognise a device; empty for an unknown one."""
    return next((family for word, family in _FAMILIES if f"{word}/" in agent[:1000]), "")


def revoke_dead(limit: int, *, after: Any = None) -> Any:
    """Revoke devices that count no more: of a changed password, of an account that is closed.

    Looks at ``limit`` of them behind the key ``after``; returns the key of the last, None at the end. Call it in a
    transaction.
    """
    rows = Device.objects.filter(revoked_at=None).select_related("subject__user").order_by("pk")
    found = list((rows if after is None else rows.filter(pk__gt=after))[:limit])
    revoke(one for one in found if not is_alive(one))
    return found[-1].pk if len(found) == limit else None


def expire(limit: int) -> bool:
    """Delete devices that were revoked or not used for as long as they are remembered; True while more are left."""
    old = timezone.now() - timedelta(days=conf.DEVICE_DAYS)
    dead = Device.objects.exclude(revoked_at=None, rotated_at__gt=old).order_by("pk").values_list("pk", flat=True)
    found = list(dead[:limit])
    Device.objects.filter(pk__in=found).delete()
    return len(found) == limit
