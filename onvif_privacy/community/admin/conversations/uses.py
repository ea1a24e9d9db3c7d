"""What was read under openings, compared with the ledger; and mails that say that a message waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import ConversationLetter, Opening, OpeningUse
from onvif_privacy.community.services.openings.comparing import mismatches
from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.admin.letters import OutgoingAdmin

COMPARED = timedelta(days=90)


@admin.register(OpeningUse)
class OpeningUseAdmin(EvidenceAdmin):
    """What was read, by whom and when, and whether every use of a key belongs to an opening."""

    list_display = ("at", "opening", "what", "reader", "scope_ref")
    list_select_related = ("opening", "reader")
    date_hierarchy = "at"
    fields = ("at", "opening", "what", "reader", "scope_ref", "entry")
    readonly_fields = ("what",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what a legal case opened, which may be under silence."""
        return super().get_queryset(request).filter(opening__basis=Opening.Basis.REPORT)

    @admin.display(description=_("what"))
    def what(self, use: OpeningUse) -> Any:
        """The id of a message, or the words of the report."""
        return str(use.message_id) if use.message_id else _("the words of the report")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Compare the uses of keys with openings, and say what does not fit."""
        if self.has_view_permission(request):
            found = list(mismatches(timezone.now() - COMPARED))
            for one in found[:20]:
                messages.error(request, f"{one.place}: {one.what}")
            if not found:
                words = _("In the last %(days)d days every use of a key of a conversation belongs to an opening.")
                messages.success(request, words % {"days": COMPARED.days})
        return super().changelist_view(request, extra_context)


@admin.register(ConversationLetter)
class ConversationLetterAdmin(OutgoingAdmin):
    """Mails that say that a message waits: whether they left; never to whom."""
