"""What was stored holds nothing that tells people apart: no token, query, whole address or raw user agent."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from django.db import models, router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import limits
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.models import Browser, Domain, NetworkDay, Page, Referrer, Visit
from onvif_privacy.visits.promises.clauses import AUTOMATIC
from onvif_privacy.visits.promises.newest import newest
from onvif_privacy.visits.services import cleaning, domains

COARSE = Promise(
    "automatic.coarse",
    AUTOMATIC,
    _("No token, query, whole address or raw user agent is stored of a visit."),
)

declare(COARSE)

MOST = 5_000  # rows of each table that one look reads, the newest first
_RAW_AGENT = re.compile(r"/\d|;|Mozilla")  # families carry no version


def _page(row: Any) -> bool:
    route_is_clean = "?" not in cleaning.path(row.route) or "(?" in row.route  # expressions contain "(?P<"
    return row.path == cleaning.path(row.path) and route_is_clean


def _whole_address(value: str) -> bool:
    """Say whether a text is an address that was not cut to its network."""
    return bool(value) and limits.truncate(value).partition("/")[0] not in ("", value)


def _registrable(name: str) -> bool:
    """Say whether a name is one that many share; sites that look none up may lack the list of suffixes."""
    if find_spec("tldextract") is None:
        return name.count(".") <= 2 and not any(character.isdigit() for character in name.partition(".")[0])
    return domains.registrable(name) == name


RULES: tuple[tuple[type[models.Model], str, Callable[[Any], bool]], ...] = (
    (Page, "holds an address with a token or a query", lambda row: not _page(row)),
    (Referrer, "holds more of the referring site than its host", lambda row: cleaning.path(row.host) != row.host),
    (Referrer, "holds a whole IP address", lambda row: _whole_address(row.host)),
    (Browser, "holds a raw user agent", lambda row: bool(_RAW_AGENT.search(f"{row.family} {row.system}"))),
    (Domain, "holds more than a registrable domain", lambda row: bool(row.name) and not _registrable(row.name)),
    (NetworkDay, "holds a whole IP address", lambda row: _whole_address(row.network)),
    (Visit, "holds a whole IP address", lambda row: _whole_address(row.network or "")),
)


@check(COARSE, kind=Kind.DATABASE, empty=True)
def stored_visits_are_coarse(look: Look) -> Iterable[Finding]:
    """Read the newest rows of each table and look for what must not be there."""
    for model, fault, broken in RULES:
        rows = newest(model._default_manager.using(router.db_for_write(model)), MOST, look.now())
        look.seen(len(rows))
        for row in rows:
            if broken(row):
                yield Finding(f"{model._meta.db_table} {row.pk}", fault)


@contextmanager
def _stored(row: models.Model) -> Iterator[None]:
    using = router.db_for_write(type(row))
    with rolled_back(using):
        row.save(using=using)
        yield


@stored_visits_are_coarse.saboteur
@contextmanager
def token_in_a_path(plant: Plant) -> Iterator[str]:
    """Store the address of an unsubscribe link."""
    with _stored(Page(digest=uuid.uuid4().hex, path=f"/unsubscribe/{uuid.uuid4()}/")):
        yield "a token or a query"


@stored_visits_are_coarse.saboteur
@contextmanager
def query_in_a_path(plant: Plant) -> Iterator[str]:
    """Store what somebody searched for."""
    with _stored(Page(digest=uuid.uuid4().hex, path="/search/?q=illness")):
        yield "a token or a query"


@stored_visits_are_coarse.saboteur
@contextmanager
def query_in_a_referrer(plant: Plant) -> Iterator[str]:
    """Store the whole address of the page that somebody came from."""
    with _stored(Referrer(digest=uuid.uuid4().hex, host="search.example/?token=a")):
        yield "more of the referring site"


@stored_visits_are_coarse.saboteur
@contextmanager
def address_in_a_referrer(plant: Plant) -> Iterator[str]:
    """Store a whole address as referring site."""
    with _stored(Referrer(digest=uuid.uuid4().hex, host="203.0.113.77")):
        yield "onvif_privacy_visits_referrer"


@stored_visits_are_coarse.saboteur
@contextmanager
def name_of_a_machine(plant: Plant) -> Iterator[str]:
    """Store the whole name that a reverse look-up gave."""
    with _stored(Domain(digest=uuid.uuid4().hex, name="203-0-113-77.dynamic.isp.example.com")):
        yield "more than a registrable domain"


@stored_visits_are_coarse.saboteur
@contextmanager
def raw_user_agent(plant: Plant) -> Iterator[str]:
    """Store a user agent as it came."""
    with _stored(Browser(digest=uuid.uuid4().hex, family="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")):
        yield "a raw user agent"


@stored_visits_are_coarse.saboteur
@contextmanager
def whole_address(plant: Plant) -> Iterator[str]:
    """Store an address that was not cut."""
    row = Visit(at=Look().now(), page_id=1, referrer_id=1, browser_id=1, method=1, status=2, network="2001:db8:1:2::9")
    with _stored(row):
        yield "onvif_privacy_visits_visit"
