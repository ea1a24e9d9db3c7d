"""Numbers of dictionary entries become names, in one query for a whole page of tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import Value

from onvif_privacy.visits.models import Page, Referrer


class Names(NamedTuple):
    """Entries by their numbers."""

    pages: dict[int, Page]
    referrers: dict[int, Referrer]


def names(*, pages: Iterable[int] = (), referrers: Iterable[int] = ()) -> Names:
    """Return the entries with these numbers; one query, none for no numbers."""
    wanted_pages, wanted_referrers = set(pages), set(referrers)
    found = Names({}, {})
    if not (wanted_pages or wanted_referrers):
        return found
    columns = Page.objects.filter(pk__in=wanted_pages).values_list(Value(1), "pk", "site", "route", "path")
    hosts = Referrer.objects.filter(pk__in=wanted_referrers).values_list(Value(2), "pk", "host", Value(""), Value(""))
    for kind, number, first, route, path in columns.union(hosts, all=True):
        if kind == 1:
            found.pages[number] = Page(pk=number, site=first, route=route, path=path)
        else:
            found.referrers[number] = Referrer(pk=number, host=first)
    return found
