"""What there is only to look at: mails by reference, batches, reports, and mail that nobody declared."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.admin.letters import OutgoingAdmin
from onvif_privacy.outreach.models import DeliveryEvent, Message, OptIn, PartnerRelease, SendBatch, UndeclaredMail


@admin.register(Message)
class MessageAdmin(OutgoingAdmin):
    """Mails of campaigns; people are references, addresses are nowhere."""

    list_display = ("campaign", "reference", "state", "reason", "attempts", "sent_at")
    fields: ClassVar[Any] = ("campaign", *OutgoingAdmin.fields, "decision")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Leave canary contacts out: they are marked nowhere but in their own table."""
        return super().get_queryset(request).select_related("campaign").filter(canary__isnull=True)


@admin.register(OptIn)
class OptInAdmin(OutgoingAdmin):
    """Addresses that were asked and have not answered; by purpose, never by address."""

    list_display = ("created_at", "wanted", "language", "state", "reason", "sent_at")
    list_filter = ("state", "wanted")
    fields: ClassVar[Any] = ("wanted", "language", "state", "reason", "attempts", "created_at", "sent_at")


@admin.register(SendBatch)
class SendBatchAdmin(EvidenceAdmin):
    """Batches of mails, each with its entry."""

    list_display = ("opened_at", "campaign", "sent", "others", "closed_at")
    list_select_related = ("campaign",)
    fields = ("campaign", "opened_at", "sent", "others", "digest", "closed_at", "entry")


@admin.register(DeliveryEvent)
class DeliveryEventAdmin(EvidenceAdmin):
    """What mail servers reported."""

    list_display = ("at", "provider", "kind", "message")
    list_filter = ("kind", "provider")
    fields = ("at", "provider", "kind", "message")


@admin.register(PartnerRelease)
class PartnerReleaseAdmin(EvidenceAdmin):
    """What partners were shown."""

    list_display = ("day", "campaign", "digest")
    list_select_related = ("campaign",)


@admin.register(UndeclaredMail)
class UndeclaredMailAdmin(EvidenceAdmin):
    """Where the site's code sends mail that nobody declared. Delete a line once its code declares it."""

    list_display = ("call_site", "number", "first_at", "last_at")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("onvif_privacy_outreach.delete_undeclaredmail")
