"""A statement is in force at all times, and every public page leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import router
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import SCOPE
from onvif_privacy.core.promises.planting import by_hand
from onvif_privacy.core.registry import FooterLink, declare, footer_links, temporarily
from onvif_privacy.statement.models import Effect, Version
from onvif_privacy.statement.promises.planted import published
from onvif_privacy.statement.services.timeline import in_force, timeline

IN_FORCE = Promise("scope.in_force", SCOPE, _("A version of the statement is in force at all times."))
LINKED = Promise("scope.linked", SCOPE, _("Every public page leads to the statement."))

declare(IN_FORCE, LINKED)

ADDRESS = "onvif_privacy_statement:current"


@check(IN_FORCE, kind=Kind.DATABASE)
def version_is_in_force(look: Look) -> Iterable[Finding]:
    """Look in each document that was ever published for the version that holds now."""
    versions = Version.objects.using(router.db_for_write(Version))
    for slug in versions.order_by().values_list("document__slug", flat=True).distinct():
        look.seen()
        steps = timeline(Effect.objects.of(slug).using(router.db_for_write(Effect)))
        if in_force(steps, look.now()) is None:
            yield Finding(f"document {slug}", "was published and has no version in force")


@version_is_in_force.saboteur
@contextmanager
def only_effect_removed(plant: Plant) -> Iterator[str]:
    """Remove the only effect by SQL."""
    with published(guards=False) as using:
        by_hand(using, "DELETE FROM onvif_privacy_statement_effect")
        yield "has no version in force"


def _pages() -> Iterator[str]:
    """Yield the addresses of the pages that belong to everybody: the first one, and those in the footer."""
    yield "/"
    yield reverse(ADDRESS)
    for link in footer_links.all():
        try:
            yield reverse(link.url_name)
        except NoReverseMatch:
            continue


@check(LINKED, kind=Kind.PROBE)
def pages_lead_to_the_statement(look: Look) -> Iterable[Finding]:
    """Ask for the public pages as a stranger and look for the link."""
    try:
        link = reverse(ADDRESS)
    except NoReverseMatch:
        yield Finding("ROOT_URLCONF", "gives the statement no address")
        return
    for address in dict.fromkeys(_pages()):
        count = look.count
        page = look.get(address)
        if page.status_code != 200 or not isinstance(page, HttpResponse) or "html" not in page.get("Content-Type", ""):
            look.count = count  # an error, a redirect or a download is no page
        elif f'href="{link}"' not in page.content.decode(page.charset, "replace"):
            yield Finding(address, "does not lead to the statement")


@pages_lead_to_the_statement.saboteur
@contextmanager
def pages_without_the_link(plant: Plant) -> Iterator[str]:
    """Take the link out of the footer."""
    with published(), temporarily(without=((FooterLink, "statement"),)):
        yield "does not lead to the statement"
