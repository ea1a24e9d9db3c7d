"""From a request and its answer to one record: no query, no cache, no session, no header changed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.core.signals import setting_changed
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch

from onvif_privacy.core import consent
from onvif_privacy.core.conf import conf as house
from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import Reason
from onvif_privacy.visits.services import areas, cleaning, exclusions, salts
from onvif_privacy.visits.services.interests import PURPOSE
from onvif_privacy.visits.services.records import Note, Record

COUNTED = (Reason.OBJECTION, Reason.SIGNAL)  # pages that a person saw and does not want counted
FAILED = 400


@dataclass(frozen=True)
class Rules:
    """The settings that a request is judged by.

    Parsed once: reading and checking five settings costs more than the whole rest of a record. Django's own signal
    for changed settings empties it, so `override_settings` works.
    """

    types: tuple[str, ...]
    public: frozenset[str]
    sites: frozenset[str]
    several: bool
    staff: bool
    proxies: int
    uniques: bool
    interests: bool

    def is_public(self, match: ResolverMatch) -> bool:
        """Whether the view's concrete addresses may be kept."""
        if getattr(match.func, "onvif_privacy_public", False) or match.view_name in self.public:
            return True
        return bool(match.namespaces) and f"{match.namespace}:*" in self.public


@lru_cache(maxsize=1)
def rules() -> Rules:
    """Return the rules in force."""
    sites = frozenset(host.lower() for host in house.SITES)
    return Rules(
        types=tuple(kind.lower() for kind in conf.CONTENT_TYPES),
        public=frozenset(conf.PUBLIC_CONTENT),
        sites=sites,
        several=len(sites) > 1,
        staff=conf.STAFF,
        proxies=house.TRUSTED_PROXIES,
        uniques=conf.UNIQUES,
        interests=conf.INTERESTS,
    )


def _forget(**kwargs: Any) -> None:
    rules.cache_clear()


setting_changed.connect(_forget, dispatch_uid="onvif_privacy_visits.rules")


def record_of(request: HttpRequest, response: HttpResponseBase) -> Record | Reason:
    """Return the record of a page visit, or the reason why it is none."""
    current = rules()
    privacy = consent.of(request).silent
    answer = privacy.state(exclusions.PURPOSE)
    told = getattr(request, "onvif_privacy_page", "")  # by a single-page application (`views.page`)
    excluded = (
        (exclusions.of_purpose(request.META) if told else exclusions.of_page(request, response, current.types))
        or (exclusions.of_refusal(privacy) if answer is consent.State.REFUSED else None)
        or (None if current.staff else exclusions.of_staff(request))
    )
    if excluded is not None:
        return excluded
    visitor = privacy.reference if answer is consent.State.GRANTED else ""
    record = _record(request, response, current, visitor, told)
    return record._replace(method="GET", status=200, referrer=cleaning.INTERNAL) if told else record


def note_of(request: HttpRequest, response: HttpResponseBase, found: Record | Reason) -> Note | None:
    """Return what a visit says of its visitor's interests; None unless their choice grants `interests`.

    ``found`` is what `record_of` gave. Who does not want their visits counted may want content chosen for them.
    """
    current = rules()
    privacy = consent.of(request).silent
    if not current.interests or not (isinstance(found, Record) or found in COUNTED):
        return None
    told = getattr(request, "onvif_privacy_page", "")
    seen = told or (request.method == "GET" and response.status_code < FAILED)
    if not seen or not privacy.allows(PURPOSE):
        return None
    visit = found if isinstance(found, Record) else _record(request, response, current, "", told)
    return Note(visit.at, privacy.reference, visit.route, visit.path, visit.areas)


def _record(request: HttpRequest, response: HttpResponseBase, current: Rules, visitor: str, told: str) -> Record:
    meta = request.META
    match = request.resolver_match
    at = int(time.time())
    host = meta.get("HTTP_HOST", "").partition(":")[0].lower()
    site = host if current.several and host in current.sites else ""
    route = told or (cleaning.routes[match.route] if match else "")
    path = cleaning.path(request.path) if match and not told and current.is_public(match) else ""
    referrer = cleaning.referrer(meta.get("HTTP_REFERER", ""), current.sites, host)
    agent = cleaning.agent(meta.get("HTTP_USER_AGENT", ""))
    address = meta.get("REMOTE_ADDR", "")
    if current.proxies:
        address = cleaning.forwarded(meta.get("HTTP_X_FORWARDED_FOR", ""), current.proxies)
    network = cleaning.networks[address]
    # whoever has no address cannot be told apart
    marks = salts.marks(at, address, agent, f"{site}{route}{path}") if current.uniques and network else 0
    about = areas.of_request(request, response, match)
    method, status = request.method or "", response.status_code
    # by place: this runs on every page, and names would cost a tenth of the whole
    return Record(at, site, route, path, method, status, referrer, agent, network, visitor, about, marks)
