"""Notices and receipts of boards: counts and kinds, never texts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import BoardNotice, PostReceipt
from onvif_privacy.community.services import detecting, reconciling
from onvif_privacy.core.admin import EvidenceAdmin

NEWEST = 1000
MISSING = 20


@admin.register(BoardNotice)
class BoardNoticeAdmin(EvidenceAdmin):
    """What was shown above public forms, in each language."""

    list_display = ("slug", "language", "digest")
    list_filter = ("language",)
    fields = ("slug", "language", "text", "digest")


@admin.register(PostReceipt)
class PostReceiptAdmin(EvidenceAdmin):
    """Receipts of posts; above them what was found by kind, and rows against receipts."""

    list_display = ("at", "label", "reference", "revision", "language", "kinds", "anyway", "from_before")
    list_filter = ("label", "anyway", "language")
    fields = ("label", "reference", "revision", "notice", "language", "statement", "kinds", "anyway", "at")
    readonly_fields = ("kinds",)
    change_list_template = "admin/onvif_privacy_community/receipts.html"

    @admin.display(description=_("found in it"))
    def kinds(self, receipt: PostReceipt) -> str:
        """The kinds that were found, with their number."""
        return ", ".join(f"{detecting.LABELS[kind]}: {number}" for kind, number in sorted(receipt.found.items()))

    @admin.display(description=_("there before"), boolean=True)
    def from_before(self, receipt: PostReceipt) -> bool:
        """Whether the post was there before the room."""
        return not receipt.notice

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the list with its sums."""
        kinds = Counter[str]()
        for found in self.get_queryset(request).exclude(found={}).values_list("found", flat=True)[:NEWEST]:
            kinds.update({str(detecting.LABELS[kind]): number for kind, number in found.items()})
        boards = [self._board(*one) for one in reconciling.models().items()]
        context = {"kinds": sorted(kinds.items()), "boards": boards}
        return super().changelist_view(request, {**context, **(extra_context or {})})

    def _board(self, model: Any, forms: Any) -> dict[str, Any]:
        """Rows of a public model against its receipts."""
        missing = list(reconciling.without_receipt(model, forms))
        return {
            "name": model._meta.verbose_name_plural,
            "rows": reconciling.rows(model),
            "missing": len(missing),
            "keys": ", ".join(missing[:MISSING]),
        }
