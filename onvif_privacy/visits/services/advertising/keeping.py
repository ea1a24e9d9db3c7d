"""Storing an advertisement with its counted link and its picture, and finding a picture again."""

from __future__ import annotations

import secrets
from hashlib import sha256

from django.db import router

from onvif_privacy.core import links
from onvif_privacy.visits.models import HouseAd
from onvif_privacy.visits.services.advertising import choosing, pictures


def target(url: str) -> str:
    """Return where an advertisement leads: a page of this site or an https address; raises LinkRefused."""
    return links.own_target(url) if url.startswith("/") else links.target(url)


def depict(ad: HouseAd, data: bytes | None) -> None:
    """Give an advertisement a picture, or none; raises PictureRefused. Not saved yet."""
    size = pictures.measure(data) if data else pictures.Size(0, 0)
    ad.picture, ad.digest = data or None, sha256(data).hexdigest()[:32] if data else ""
    ad.width, ad.height = size


def keep(ad: HouseAd) -> None:
    """Save an advertisement with its link, which is its own and the same for every reader; raises LinkRefused."""
    ad.ref = ad.ref or f"ad-{secrets.token_hex(6)}"
    add = links.add_own if ad.url.startswith("/") else links.add
    ad.code = add(ad.url, label=ad.ref).code
    ad.save()
    choosing.forget()


def picture(digest: str) -> bytes | None:
    """Return the bytes of a picture; None where no advertisement has it. One query."""
    rows = (
        HouseAd.objects.using(router.db_for_read(HouseAd)).filter(digest=digest) if digest else HouseAd.objects.none()
    )
    found = rows.values_list("picture", flat=True).first()
    return bytes(found) if found is not None else None
