"""Screens of the ledger: entries, seals, anchored checkpoints, and whether all of it is as it was written."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.conf import conf
from onvif_privacy.core.ledger import anchors, overview
from onvif_privacy.core.models import Anchoring, Entry, EntrySecret, Seal


class LedgerAdmin(EvidenceAdmin):
    """Base of the three lists: above each stands the state of the whole ledger."""

    change_list_template = "admin/onvif_privacy/ledger.html"

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the state of the ledger above the list; four queries more."""
        state = overview.overview() if self.has_view_permission(request) else None
        return super().changelist_view(request, {**(extra_context or {}), "ledger": state})


class SealedFilter(admin.SimpleListFilter):
    """Entries with a seal, or those that wait for one."""

    title = _("seal")
    parameter_name = "sealed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Offer both."""
        return [("yes", _("sealed")), ("no", _("waits for a seal"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Entry]) -> QuerySet[Entry]:
        """Narrow the list."""
        if self.value() not in ("yes", "no"):
            return queryset
        return queryset.filter(seal__isnull=self.value() == "no")


@admin.register(Entry)
class EntryAdmin(LedgerAdmin):
    """Ledger entries: kind, time and hashes; what they commit to is sealed."""

    list_display = ("at", "kind", "seal_number", "opens", "id")
    list_filter = (SealedFilter, "kind")
    date_hierarchy = "at"
    fields = ("id", "kind", "at", "seal_link", "opens", "commitment_hex", "leaf_hex")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """Say with the same query whether an entry can still be opened."""
        secret = Exists(EntrySecret.objects.filter(entry=OuterRef("pk")))
        rows: QuerySet[Entry] = super().get_queryset(request).annotate(has_secret=secret)
        return rows

    @admin.display(description=_("seal"), empty_value="–", ordering="seal")
    def seal_number(self, entry: Entry) -> int | None:
        """Number of the seal; empty while it waits."""
        return entry.seal_id

    @admin.display(description=_("can be opened"), boolean=True)
    def opens(self, entry: Any) -> bool:
        """Whether salt and payload are still there; their term may have ended."""
        return bool(entry.has_secret)

    @admin.display(description=_("seal"))
    def seal_link(self, entry: Entry) -> str:
        """The seal that the entry stands in."""
        if entry.seal_id is None:
            return str(_("waits for a seal"))
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:onvif_privacy_seal_change", args=[entry.seal_id]), entry.seal_id
        )

    @admin.display(description=_("commitment"))
    def commitment_hex(self, entry: Entry) -> str:
        """The salted commitment."""
        return bytes(entry.commitment).hex()

    @admin.display(description=_("Merkle leaf"))
    def leaf_hex(self, entry: Entry) -> str:
        """The leaf that is sealed."""
        return bytes(entry.leaf).hex()


class SealingAdmin(LedgerAdmin):
    """Base of the screens that a site sees once it seals its ledger."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return conf.LEDGER_SEAL and super().has_module_permission(request)

    def get_model_perms(self, request: HttpRequest) -> dict[str, bool]:
        """Leave the screen out of the index of a site that does not seal; old addresses still work."""
        return super().get_model_perms(request) if conf.LEDGER_SEAL else {}


@admin.register(Seal)
class SealAdmin(SealingAdmin):
    """Seals: how many entries each holds, and what it says and is signed with."""

    list_display = ("number", "made", "count", "key")
    ordering = ("-number",)
    fields = ("number", "made", "count", "key", "root", "previous", "signature_hex", "entries_link")
    readonly_fields = fields

    @staticmethod
    def _fact(seal: Seal, name: str) -> str:
        try:
            return str(json.loads(bytes(seal.body))[name])
        except (ValueError, KeyError, TypeError):  # changed by hand; the night's look says so
            return "–"

    @admin.display(description=_("made"))
    def made(self, seal: Seal) -> str:
        """Time of the seal, as it is signed."""
        return self._fact(seal, "at")

    @admin.display(description=_("entries"))
    def count(self, seal: Seal) -> str:
        """Number of entries."""
        return self._fact(seal, "count")

    @admin.display(description=_("signing key"))
    def key(self, seal: Seal) -> str:
        """Id of the key."""
        return self._fact(seal, "key")

    @admin.display(description=_("Merkle root"))
    def root(self, seal: Seal) -> str:
        """Root of the tree of its entries."""
        return self._fact(seal, "root")

    @admin.display(description=_("hash of the seal before"))
    def previous(self, seal: Seal) -> str:
        """What chains the seals."""
        return self._fact(seal, "previous")

    @admin.display(description=_("signature"))
    def signature_hex(self, seal: Seal) -> str:
        """Ed25519, in hexadecimal."""
        return bytes(seal.signature).hex()

    @admin.display(description=_("entries"))
    def entries_link(self, seal: Seal) -> str:
        """Lead to the entries of this seal."""
        address = f"{reverse('admin:onvif_privacy_entry_changelist')}?seal__number__exact={seal.number}"
        return format_html('<a href="{}">{}</a>', address, _("Show the entries of this seal"))


@admin.register(Anchoring)
class AnchoringAdmin(SealingAdmin):
    """Checkpoints that were taken elsewhere, with the files that show it."""

    list_display = ("at", "anchor", "size")
    list_filter = ("anchor",)
    fields = ("anchor", "size", "digest", "at", "note", "files")
    readonly_fields = ("files",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Anchoring]:
        """Leave the receipts in the database until one is asked for."""
        return super().get_queryset(request).defer("receipt")

    @admin.display(description=_("files"))
    def files(self, row: Anchoring) -> str:
        """The checkpoint, and what came back."""
        address = reverse("admin:onvif_privacy_anchoring_file", args=[row.pk, "note"])
        links = format_html('<a href="{}" download>{}</a>', address, _("Download the checkpoint"))
        if row.receipt is None:
            return links
        address = reverse("admin:onvif_privacy_anchoring_file", args=[row.pk, "receipt"])
        return format_html('{}<br><a href="{}" download>{}</a>', links, address, _("Download what came back"))

    def get_urls(self) -> list[Any]:
        """Add the files."""
        view = self.admin_site.admin_view(self.file_view)
        return [path("<uuid:pk>/file/<slug:what>/", view, name="onvif_privacy_anchoring_file"), *super().get_urls()]

    def file_view(self, request: HttpRequest, pk: uuid.UUID, what: str) -> HttpResponse:
        """Give one file to who may see the row."""
        row = get_object_or_404(Anchoring, pk=pk)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        for name, content in anchors.files_of(row):
            if name.endswith(".txt") == (what == "note") and what in ("note", "receipt"):
                kind = "text/plain; charset=utf-8" if what == "note" else "application/octet-stream"
                headers = {"Content-Disposition": f'attachment; filename="{name}"'}
                return HttpResponse(content, content_type=kind, headers=headers)
        raise Http404
