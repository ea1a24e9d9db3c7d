"""The redirector: links that are counted by us, so that nobody else learns who followed them.

One code for a target, the same for every reader: no link carries a person. Source: statement clause ``partner_offers``.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
from collections.abc import Iterable
from datetime import date
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from django.db import DatabaseError, IntegrityError, router, transaction
from django.db.models import F, QuerySet, Sum
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.core import text
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Link, LinkCount
from onvif_privacy.core.registry import require

__all__ = [
    "LinkRefused",
    "add",
    "add_own",
    "address",
    "clicks",
    "clicks_by_label",
    "follow",
    "own_target",
    "rounded",
    "target",
]

logger = logging.getLogger(__name__)

_ALPHABET: Final = "23456789abcdefghjkmnpqrstuvwxyz"  # read aloud without a mistake
_CODE_LENGTH: Final = 10
_MAIL: Final = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}\.\w")  # bounded, so that no address makes it slow


class LinkRefused(ValueError):
    """The address is not https, or holds an e-mail address: a link of ours leads nobody there."""


def _rows() -> QuerySet[Link]:
    return Link.objects.using(router.db_for_write(Link))


def target(url: str) -> str:
    """Return an https address as a link of ours leads there, put together again from its parts; raises LinkRefused."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        host = None
    safe = text.safe_url(url, hosts=(host,) if host else ())
    if safe is None or not safe.startswith("https://"):
        raise LinkRefused("A link leads to an https address without user name, blanks or backslashes.")
    return _nameless(safe)


def own_target(path: str) -> str:
    """Return the address of a page of this site as a link of ours leads there; raises LinkRefused."""
    safe = text.safe_url(path)
    if safe is None or not safe.startswith("/"):
        raise LinkRefused("A page of this site begins with one slash, without blanks or backslashes.")
    return _nameless(safe)


def _nameless(safe: str) -> str:
    if _MAIL.search(unquote(safe)):
        raise LinkRefused("A link holds no e-mail address: it would tell the other site who follows it.")
    return safe


def _code() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def add(url: str, *, label: str = "") -> Link:
    """Return the link that leads to an https address; the same one for the same address and ``label``.

    A label (a campaign's reference) gives an address a link of its own. Raises LinkRefused, and NotDeclared where no
    `Needs` switched the redirector on.
    """
    return _kept(target(url), label)


def add_own(path: str, *, label: str = "") -> Link:
    """Return the link that leads to a page of this site (``/shop/``), as `add` does; raises what `add` raises."""
    return _kept(own_target(path), label)


def _kept(safe: str, label: str) -> Link:
    require("links")
    digest = hashlib.sha256(f"{label}\n{safe}".encode()).hexdigest()
    found = _rows().filter(digest=digest).first()
    if found is not None:
        return found
    try:
        with transaction.atomic(using=router.db_for_write(Link)):
            return _rows().create(code=_code(), url=safe, label=label, digest=digest)
    except IntegrityError:  # somebody added it at the same moment
        return _rows().get(digest=digest)


def address(link: Link) -> str:
    """Return what stands in a mail: the link on our own site, by ``BASE_URL`` and never by a request."""
    return urljoin(conf.BASE_URL, reverse("onvif_privacy:go", args=[link.code]))


def follow(code: str, *, counted: bool) -> str | None:
    """Return the target of a code, None where there is none; count it where it is followed by a reader.

    A count that cannot be written keeps nobody from the target. Two queries, three for the first of a day.
    """
    link = _rows().filter(code=code).first()
    if link is None:
        return None
    if counted:
        try:
            _count(link, timezone.localdate())
        except DatabaseError:
            logger.exception("a click could not be counted")
    return link.url


def _count(link: Link, day: date) -> None:
    rows = LinkCount.objects.using(router.db_for_write(LinkCount)).filter(link=link, day=day)
    one_more = {"clicks": F("clicks") + 1}
    if rows.update(**one_more):
        return
    try:
        with transaction.atomic(using=rows.db):
            LinkCount.objects.using(rows.db).create(link=link, day=day, clicks=1)
    except IntegrityError:  # the first of the day came twice at once
        rows.update(**one_more)


def rounded(number: int) -> int | None:
    """Return a number as it may be shown: rounded down to a multiple of ``K``, None for fewer than ``K``.

    Counts that can be asked for again and again are subtracted from each other; steps of K say nothing of one reader.
    """
    return number - number % conf.K if number >= conf.K else None


def clicks_by_label(labels: Iterable[str], *, before: date | None = None) -> dict[str, int | None]:
    """Return for each label how often its links were followed on days before ``before``, as `clicks`. One query."""
    days = LinkCount.objects.using(router.db_for_write(LinkCount)).filter(day__lt=before or timezone.localdate())
    wanted = list(labels)
    found = days.filter(link__label__in=wanted).values_list("link__label").annotate(total=Sum("clicks"))
    totals = dict(found.order_by())
    return {label: rounded(totals.get(label, 0)) for label in wanted}


def clicks(link: Link, *, before: date | None = None) -> int | None:
    """Return how often a link was followed on days before ``before`` (else today), as `rounded`; machines included."""
    days = LinkCount.objects.using(router.db_for_write(LinkCount)).filter(link=link)
    total = days.filter(day__lt=before or timezone.localdate()).aggregate(total=Sum("clicks"))["total"]
    return rounded(total or 0)
