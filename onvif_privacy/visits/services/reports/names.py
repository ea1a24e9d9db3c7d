"""Numbers of dictionary entries become names, in one query for a whole page of tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Value

from onvif_privacy.visits.models import Domain, Page, Referrer


class Names(NamedTuple):
    """Entries by their numbers; ``addresses`` are those of the pages that were asked for by their beginning."""

    pages: dict[int, Page]
    addresses: dict[int, str]
    referrers: dict[int, Referrer]
    domains: dict[int, Domain]


def names(
    *,
    pages: Iterable[int] = (),
    referrers: Iterable[int] = (),
    domains: Iterable[int] = (),
    beginnings: Iterable[str] = (),
) -> Names:
    """Return the entries with these numbers, and pages that begin so; one query, none for nothing."""
    wanted_pages, wanted_referrers, wanted_domains = set(pages), set(referrers), set(domains)
    found, starts = Names({}, {}, {}, {}), tuple(beginnings)
    if not (wanted_pages or wanted_referrers or wanted_domains or starts):
        return found
    named = Page.objects.filter(Q(pk__in=wanted_pages) | _begin(starts))
    columns = named.values_list(Value(1), "pk", "site", "route", "path")
    hosts = Referrer.objects.filter(pk__in=wanted_referrers).values_list(Value(2), "pk", "host", Value(""), Value(""))
    parts: list[QuerySet[Any, Any]] = [hosts]
    if wanted_domains:
        rows = Domain.objects.filter(pk__in=wanted_domains)
        parts.append(rows.values_list(Value(3), "pk", "name", Value(""), Value("")))
    for kind, number, first, route, path in columns.union(*parts, all=True):
        if kind == 1:
            if number in wanted_pages:
                found.pages[number] = Page(pk=number, site=first, route=route, path=path)
            if starts and (path or route).startswith(starts):
                found.addresses[number] = path or route
        elif kind == 3:
            found.domains[number] = Domain(pk=number, name=first)
        else:
            found.referrers[number] = Referrer(pk=number, host=first)
    return found


def _begin(places: Iterable[str]) -> Q:
    """Pages whose address or route begins with one of ``places``; none for no places."""
    chosen = Q(pk__in=())
    for place in places:
        chosen |= Q(path__startswith=place) | Q(path="", route__startswith=place)
    return chosen
