"""Private pages leave no trace in the visits."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import router
from django.urls import URLResolver, get_resolver
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.visits.models import Page, PageDay
from onvif_privacy.visits.promises.clauses import PRIVATE
from onvif_privacy.visits.services import cleaning

UNTRACED = Promise("private_messages.untraced", PRIVATE, _("Visits of private pages are not recorded."))

declare(UNTRACED)

CHUNK = 500
LATELY = timedelta(days=3)  # a page that was public until then is no fault


def _routes(resolver: URLResolver, before: str = "", admin: bool = False) -> Iterator[str]:
    """Yield the routes of pages marked private and of the administration, written as visits would hold them."""
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one, route, admin or one.app_name == "admin")
        elif admin or getattr(one.callback, "onvif_privacy_private", False):
            yield cleaning.route(route)


@check(UNTRACED, kind=Kind.DATABASE)
def private_pages_are_not_recorded(look: Look) -> Iterable[Finding]:
    """Look among the pages recorded in the last days for each route that is private now."""
    routes = sorted(set(_routes(get_resolver())))
    look.seen(len(routes))
    days = PageDay.objects.using(router.db_for_write(PageDay)).filter(day__gte=(look.now() - LATELY).date()).order_by()
    for start in range(0, len(routes), CHUNK):
        lately = days.filter(page__route__in=routes[start : start + CHUNK])
        for route in lately.values_list("page__route", flat=True).distinct()[:20]:
            yield Finding(f"route {route}", "is private and was recorded")


@private_pages_are_not_recorded.saboteur
@contextmanager
def private_page_recorded(plant: Plant) -> Iterator[str]:
    """Record a private page."""
    using, route = router.db_for_write(PageDay), next(_routes(get_resolver()))
    with rolled_back(using):
        page = Page(digest=uuid.uuid4().hex, route=route)
        page.save(using=using)
        PageDay(page=page, day=Look().now().date(), visits=1).save(using=using)
        yield f"route {route}: is private"
