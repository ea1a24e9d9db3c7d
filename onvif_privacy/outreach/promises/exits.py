"""No way out of this room yields a list of people, and each mailing carries a contact that would tell of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final

from django.contrib import admin
from django.core.management import get_commands
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare
from onvif_privacy.outreach.models import Message
from onvif_privacy.outreach.promises import planted
from onvif_privacy.outreach.promises.clauses import NO_SALE
from onvif_privacy.outreach.services.campaigns import acting

EXITS = Promise("no_sale.mail_exits", NO_SALE, _("No screen, page or command of the mailings hands anybody a list."))
CANARIES = Promise("no_sale.mail_canaries", NO_SALE, _("Each mailing carries a contact that tells who passed it on."))

declare(EXITS, CANARIES)

APP: Final = "onvif_privacy_outreach"
ACTIONS: Final = frozenset({"try_again"})
PAGES: Final = frozenset({"join", "joined", "confirm", "unsubscribe", "choose", "partner", "survey", "results"})
COMMANDS: Final = frozenset({"privacy_outreach"})
ADDRESSES: Final = frozenset({"address", "address_hash", "email"})


def _pages() -> Any:
    """Return the module of the room's addresses, which stands above this one."""
    return import_module("onvif_privacy.outreach.urls")


def _screens() -> Iterator[tuple[str, Any]]:
    for model, screen in admin.site._registry.items():
        if model._meta.app_label == APP:
            yield model.__name__, screen


@check(EXITS, kind=Kind.STATIC)
def ways_out_are_known(look: Look) -> Iterable[Finding]:
    """Enumerate the actions and columns of every screen, the pages and the commands: none is new, none shows one."""
    for name, screen in _screens():
        look.seen()
        for action in screen.actions or ():
            if (action if isinstance(action, str) else getattr(action, "__name__", "")) not in ACTIONS:
                yield Finding(f"admin of {name}", f"has an action that nobody looked at: {action}")
        for column in {*screen.list_display, *(screen.search_fields or ()), *(screen.fields or ())} & ADDRESSES:
            yield Finding(f"admin of {name}", f"shows the column {column}")
    for one in _pages().urlpatterns:
        look.seen()
        if one.name not in PAGES:
            yield Finding(f"page {one.name}", "is one that nobody looked at")
    for command, app in get_commands().items():
        if app == "onvif_privacy.outreach" and command not in COMMANDS:
            yield Finding(f"command {command}", "is one that nobody looked at")


@ways_out_are_known.saboteur
@contextmanager
def a_list_as_a_file(plant: Plant) -> Iterator[str]:
    """Add an action that exports the recipients of mails."""
    screen = admin.site._registry[Message]
    with altered(screen, "actions", (*(screen.actions or ()), "export_as_csv")):
        yield "export_as_csv"


@ways_out_are_known.saboteur
@contextmanager
def a_page_with_a_list(plant: Plant) -> Iterator[str]:
    """Add a page."""
    extra = path("mail/list/", lambda request: HttpResponse(), name="list")
    with altered(_pages(), "urlpatterns", [*_pages().urlpatterns, extra]):
        yield "page list"


@check(CANARIES, kind=Kind.DATABASE, empty=True)
def every_mailing_has_its_canary(look: Look) -> Iterable[Finding]:
    """Look whether each campaign that was queued carries a canary contact; without a domain for them none can."""
    if not house.CANARY_DOMAIN:
        return
    begun = acting.rows().filter(began_at__isnull=False, cursor__isnull=False, counts={})
    for campaign in begun.order_by("-began_at")[:200]:
        look.seen()
        if not Message.objects.using(acting.using()).filter(campaign=campaign, canary__isnull=False).exists():
            yield Finding(f"campaign {campaign.ref}", "carries no canary contact")


@every_mailing_has_its_canary.saboteur
@contextmanager
def a_canary_taken_out(plant: Plant) -> Iterator[str]:
    """Send a campaign whose canary contact somebody removed."""
    with rolled_back(acting.using()), override_settings(ONVIF_PRIVACY_CANARY_DOMAIN="contacts.example"):
        made = planted.campaign()
        acting.rows().filter(pk=made.pk).update(cursor=made.pk)
        yield f"campaign {made.ref}"
