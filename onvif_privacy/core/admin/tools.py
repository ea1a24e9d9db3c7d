"""Screens of links and canary contacts: to look at only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet, Sum
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import links
from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.conf import conf
from onvif_privacy.core.models import Canary, Link
from onvif_privacy.core.registry import needed


@admin.register(Link)
class LinkAdmin(EvidenceAdmin):
    """Links on our own site, with how often they were followed until yesterday, in steps of K."""

    list_display = ("code", "label", "url", "clicks", "created_at")
    search_fields = ("code", "label")
    date_hierarchy = "created_at"
    fields = ("code", "label", "url", "clicks", "created_at")
    readonly_fields = ("url", "clicks")  # an address in a form field would be a link

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody looks where nothing uses links."""
        return needed("links") and super().has_view_permission(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        """Add the counts of full days."""
        until_yesterday = Q(counts__day__lt=timezone.localdate())
        rows: QuerySet[Link] = super().get_queryset(request)
        return rows.annotate(total=Sum("counts__clicks", filter=until_yesterday))

    @admin.display(description=_("clicks, machines included"))
    def clicks(self, link: Any) -> str:
        """The count, or that there are fewer than K."""
        shown = links.rounded(link.total or 0)
        return str(shown) if shown is not None else _("fewer than %(k)d") % {"k": conf.K}


@admin.register(Canary)
class CanaryAdmin(EvidenceAdmin):
    """Canary contacts, who got each, and whether a stranger wrote to it."""

    list_display = ("purpose", "recipient", "serial", "minted_at", "heard_at", "stranger_at")
    list_filter = ("purpose",)
    date_hierarchy = "minted_at"
    fields = ("purpose", "recipient", "serial", "address", "senders", "minted_at", "heard_at", "stranger_at")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody looks where there can be none."""
        return bool(conf.CANARY_DOMAIN) and super().has_view_permission(request, obj)
