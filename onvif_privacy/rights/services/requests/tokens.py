"""Links: 32 random bytes in a letter, a MAC in the database, one request, one act, one use."""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import timedelta

from django.utils import timezone

from onvif_privacy.core import keys
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import Request, RequestToken
from onvif_privacy.rights.services.requests.states import using

LABEL = "mail-token"
TOKEN_BYTES = 32
CONFIRM, FETCH, CANCEL, RECEIPT = "confirm", "fetch", "cancel", "receipt"
RECEIPT_DAYS = 30
WAITING_DAYS = 4 * 31  # the longest that a request may take, with its extension


def _macs(token: str) -> list[str]:
    """Return what the database may hold for a token, the present generation of the key first; none for junk."""
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return []
    if len(raw) != TOKEN_BYTES or _written(raw) != token:
        return []
    return [keys.mac(one.derive("rights"), raw).hex() for one in keys.label(LABEL)]


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def issue(request: Request, act: str, *, hours: int | None = None) -> str:
    """Make a link for one act of a request; returns the words that go into the letter and are kept nowhere else."""
    token = _written(secrets.token_bytes(TOKEN_BYTES))
    until = timezone.now() + timedelta(hours=conf.TOKEN_HOURS if hours is None else hours)
    RequestToken(request=request, act=act, mac=_macs(token)[0], expires_at=until).save(using=using())
    return token


def find(token: str) -> RequestToken | None:
    """Return the link with these words while it is valid, used or not; None for any other words."""
    macs = _macs(token)
    if not macs:
        return None
    rows = RequestToken.objects.using(using()).select_related("request__subject")
    return rows.filter(mac__in=macs, expires_at__gt=timezone.now()).first()


def end(request: Request, act: str, *, days: int) -> None:
    """Let the links of a request for one act end so many days from now."""
    rows = RequestToken.objects.using(using()).filter(request=request, act=act, used_at__isnull=True)
    rows.update(expires_at=timezone.now() + timedelta(days=days))


def use(token: RequestToken) -> bool:
    """Use a link up; False where somebody was quicker. One conditional update."""
    rows = RequestToken.objects.using(using()).filter(pk=token.pk, used_at__isnull=True)
    return bool(rows.update(used_at=timezone.now()))
