"""Where links lead: inside, outside with a mark, over the leaving page, or nowhere."""

from __future__ import annotations

import logging
import re
import uuid
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from django.core import signing
from django.db import router
from django.urls import NoReverseMatch, reverse

from onvif_privacy.community.conf import conf
from onvif_privacy.community.models import SiteStatus
from onvif_privacy.community.services.register import statuses
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.text import host, outside_url, safe_url

logger = logging.getLogger("onvif_privacy.community")

SALT: Final = "onvif_privacy.community.away"
_MAIL: Final = re.compile(r"[^\s/?#&=@]@(?:[\w\-]+\.)+[^\W\d_]{2}")
_SIGNED: Final = re.compile(
    r"[\w\-=]{4,}:(?:[\w\-]{5,7}:)?[\w\-]{43}(?![\w\-])"  # django.core.signing
    r"|(?<![\w\-])[0-9a-z]{6,7}-[0-9a-f]{32}(?![\w\-])"  # the link of a new password
    r"|(?<![\w\-])eyJ[\w\-]+\.[\w\-]+\.[\w\-]*"  # JSON Web Token, RFC 7519
)
_REFERENCE: Final = re.compile(r"(?<![\w\-])[\w\-]{21}[AQgw](?![\w\-])")
_UUID: Final = re.compile(r"(?<![\w\-])[0-9a-fA-F]{8}-?(?:[0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}(?![\w\-])")


@dataclass(frozen=True)
class Target:
    """Where a link leads: ``href`` is what may stand in a page, empty where it must be text; ``site`` another host."""

    href: str
    site: str = ""


def schemes() -> tuple[str, ...]:
    """Return the schemes of addresses that links may lead to."""
    return ("https", "http") if conf.HTTP_LINKS else ("https",)


def ours() -> set[str]:
    """Return the hosts that are inside."""
    return {name for one in house.SITES if (name := host(one.rpartition("@")[2].partition(":")[0]))}


class Judge:
    """Judges the links of one page: what the settings say is asked once for all of them."""

    def __init__(self) -> None:
        self._schemes, self._ours, self._leaving = schemes(), ours(), conf.LEAVING
        self._way = _way() if self._leaving != "none" else None

    def target(self, url: str) -> Target:
        """Judge the target of a link. What holds something of a person is refused and logged without it."""
        if url.startswith("/"):
            return Target(safe_url(url) or "")
        whole = outside_url(url, schemes=self._schemes)
        if whole is None:
            return Target("")
        name = urlsplit(whole).hostname or ""
        if name in self._ours:
            return Target(whole)
        if kind := personal(whole):
            logger.warning("a link to %s would have taken along: %s", name, kind)
            return Target("", name)
        status = statuses().get(name, SiteStatus.UNKNOWN)
        if status == SiteStatus.BLOCKED:
            return Target("", name)
        over = self._leaving == "all" or (self._leaving == "unknown" and status != SiteStatus.LISTED)
        return Target(token(whole).join(self._way) if over and self._way else whole, name)


def outbound_url(url: str) -> Target:
    """Judge the target of one link, as `Judge` does."""
    return Judge().target(url)


def personal(url: str) -> str:
    """Say what of a person an address holds behind its host: ``email``, ``token`` or ``subject``; empty for nothing."""
    parts = urlsplit(url)
    held = f"{parts.path}?{parts.query}#{parts.fragment}"
    for text in dict.fromkeys((held, unquote(held), unquote(unquote(held)))):
        if _MAIL.search(text):
            return "email"
        if _SIGNED.search(text):
            return "token"
        if _names_a_subject(text):
            return "subject"
    return ""


def _names_a_subject(text: str) -> bool:
    """Whether one of our people is named; many addresses hold something that only looks like a reference."""
    found = {uuid.UUID(bytes=urlsafe_b64decode(one[0] + "==")) for one in _REFERENCE.finditer(text)}
    found |= {uuid.UUID(one[0]) for one in _UUID.finditer(text)}
    return bool(found) and Subject.objects.using(router.db_for_read(Subject)).filter(pk__in=found).exists()


def _way() -> tuple[str, str] | None:
    """Return what stands before and behind a token in the address of the leaving page; None without such a page."""
    try:
        before, _token, after = reverse("onvif_privacy_community:away", args=["~"]).rpartition("~")
    except NoReverseMatch:
        return None
    return before, after


def token(url: str) -> str:
    """Return the token of a target: the same at each time, so that a page has the same bytes twice."""
    return signing.Signer(salt=SALT).sign_object([url])


def target(value: str) -> str | None:
    """Return the target that a token of ours holds, judged anew; None for any other."""
    try:
        held = signing.Signer(salt=SALT).unsign_object(value)
    except (signing.BadSignature, ValueError):
        return None
    return outside_url(held[0], schemes=schemes())


def unicode_host(name: str) -> str:
    """Return a host name as its owner writes it; the A-label where it cannot be read back."""
    try:
        return name.encode().decode("idna")
    except UnicodeError:
        return name
