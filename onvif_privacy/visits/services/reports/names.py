"""Numbers of dictionary entries become names, in one query for a whole page of tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db.models import QuerySet, Value

from onvif_privacy.visits.models import Domain, Page, Referrer


class Names(NamedTuple):
    """Entries by their numbers."""

    pages: dict[int, Page]
    referrers: dict[int, Referrer]
    domains: dict[int, Domain]


def names(*, pages: Iterable[int] = (), referrers: Iterable[int] = (), domains: Iterable[int] = ()) -> Names:
    """Return the entries with these numbers; one query, none for no numbers."""
    wanted_pages, wanted_referrers, wanted_domains = set(pages), set(referrers), set(domains)
    found = Names({}, {}, {})
    if not (wanted_pages or wanted_referrers or wanted_domains):
        return found
    columns = Page.objects.filter(pk__in=wanted_pages).values_list(Value(1), "pk", "site", "route", "path")
    hosts = Referrer.objects.filter(pk__in=wanted_referrers).values_list(Value(2), "pk", "host", Value(""), Value(""))
    parts: list[QuerySet[Any, Any]] = [hosts]
    if wanted_domains:
        rows = Domain.objects.filter(pk__in=wanted_domains)
        parts.append(rows.values_list(Value(3), "pk", "name", Value(""), Value("")))
    for kind, number, first, route, path in columns.union(*parts, all=True):
        if kind == 1:
            found.pages[number] = Page(pk=number, site=first, route=route, path=path)
        elif kind == 3:
            found.domains[number] = Domain(pk=number, name=first)
        else:
            found.referrers[number] = Referrer(pk=number, host=first)
    return found
