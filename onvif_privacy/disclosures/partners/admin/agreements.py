"""Agreements from draft to end, what was handed over under them, and recalls."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.disclosures.models import Agreement, PartnerHandOver, Recall
from onvif_privacy.disclosures.partners import recalling, registering
from onvif_privacy.disclosures.partners.admin.acting import attempt, back, groups, has_any, page, sent, staff, sure
from onvif_privacy.disclosures.partners.admin.forms import EDITED, SHOWN, AgreementForm, Plain, Receipt, Yes
from onvif_privacy.disclosures.partners.registering import APPROVE, LABEL, OFFICER, WORK

AUDIT = f"{LABEL}.audit_disclosure"
STEPS: dict[str, tuple[Any, tuple[str, ...], str]] = {
    # step: label, states it is possible in, permission
    "submit": (_("Submit for approval"), ("draft",), WORK),
    "approve": (_("Approve"), ("submitted",), APPROVE),
    "announce": (_("Put on the public list"), ("approved",), WORK),
    "amend": (_("Change the terms"), ("submitted", "approved"), WORK),
    "suspend": (_("Suspend"), ("draft", "submitted", "approved"), ""),
    "end": (_("End the agreement"), ("draft", "submitted", "approved"), ""),
}


def _may_see(request: HttpRequest) -> bool:
    return has_any(request, WORK, APPROVE, OFFICER, AUDIT)


@admin.register(Agreement)
class AgreementAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # not subscriptable at run time
    """Agreements with partners. A draft is written here; every step beyond has a page of its own."""

    list_display = ("ref", "party", "service", "state", "valid_until", "public_since", "suspended_at")
    list_filter = ("state", "service")
    list_select_related = ("party",)
    actions = None
    form = AgreementForm
    change_form_template = "admin/onvif_privacy_disclosures/steps.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_see(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return _may_see(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return has_any(request, WORK)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_any(request, WORK) and (obj is None or obj.state == Agreement.State.DRAFT)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return EDITED if obj is None else (*EDITED, "state", "version", "digest", "public_since", "suspended_at")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("state", "version", "digest", "public_since", "suspended_at")

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:
        """Begin a draft, or change one, by the working side only."""
        if change:
            registering.join(obj, actor=staff(request))
            super().save_model(request, obj, form, change)
            return
        made = registering.draft(actor=staff(request), **{name: getattr(obj, name) for name in EDITED})
        obj.pk, obj.ref, obj._state.adding = made.pk, made.ref, False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the row with the steps that are possible now."""
        agreement = self.get_object(request, object_id)
        steps = [
            (reverse(f"admin:{LABEL}_agreement_step", args=[agreement.pk, step]), label)
            for step, (label, states, permission) in STEPS.items()
            if agreement and agreement.state in states and (not permission or has_any(request, permission))
        ]
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_urls(self) -> list[URLPattern]:
        """Add the page of a step."""
        step = self.admin_site.admin_view(self.step)
        return [path("<uuid:pk>/step/<slug:step>/", step, name=f"{LABEL}_agreement_step"), *super().get_urls()]

    def step(self, request: HttpRequest, pk: Any, step: str) -> HttpResponseBase:
        """Show everything that is agreed, and take one step with it."""
        agreement = get_object_or_404(Agreement.objects.select_related("party", "recipient_key"), pk=pk)
        label, _states, permission = STEPS.get(step, ("", (), ""))
        if not label or not _may_see(request) or (permission and not has_any(request, permission, OFFICER)):
            raise PermissionDenied
        if step == "approve" and (first := sure(request)) is not None:
            return first
        kind = Yes if step == "approve" else Plain
        form = kind(sent(request), initial={"digest": agreement.digest})
        if request.method == "POST" and form.is_valid():
            if attempt(request, lambda: _step(request, agreement, step, form), _("Done.")):
                return back(agreement)
            agreement.refresh_from_db()
        facts = [(Agreement._meta.get_field(name).verbose_name, _shown(agreement, name)) for name in SHOWN]  # type: ignore[union-attr]
        facts.append((_("digest"), groups(agreement.digest) or "–"))
        return page(request, self, title=f"{label}: {agreement.ref}", form=form, facts=facts, button=label)


def _shown(agreement: Agreement, name: str) -> Any:
    """Return one of the terms as people read it: digests in groups, lists as words, a key by its whole fingerprint."""
    value = getattr(agreement, name)
    if name == "service":
        return agreement.get_service_display()
    if name == "document_digest":
        return groups(value)
    if name == "recipient_key":
        return f"{value.get_method_display()} {groups(value.fingerprint)}" if value else "–"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value) or "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value in ("", None) else value


def _step(request: HttpRequest, agreement: Agreement, step: str, form: forms.Form) -> None:
    actor, today = staff(request), timezone.now().astimezone(UTC).date()
    if step == "submit":
        registering.submit(agreement, actor=actor)
    elif step == "approve":
        as_officer = form.cleaned_data["as_officer"]
        registering.approve(agreement, actor=actor, digest=form.cleaned_data["digest"], as_officer=as_officer)
    elif step == "announce":
        registering.announce(agreement, actor=actor, today=today)
    elif step == "amend":
        registering.amend(agreement, actor=actor)
    elif step == "suspend":
        registering.suspend(agreement, actor=actor)
    else:
        recalling.end(agreement, actor=actor, today=today)


@admin.register(PartnerHandOver)
class PartnerHandOverAdmin(EvidenceAdmin):
    """What was handed over: references, counts and digests; nobody's name."""

    list_display = ("at", "agreement", "purpose", "people", "reference", "purge_on", "purged_at")
    list_select_related = ("agreement",)
    list_filter = ("purpose",)
    fields = ("agreement", "purpose", "at", "people", "reference", "manifest_digest", "file_digest", "size", "purge_on")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_see(request)


@admin.register(Recall)
class RecallAdmin(EvidenceAdmin):
    """What partners must delete, and their receipts."""

    list_display = ("due_on", "agreement", "reason", "number", "closed_at")
    list_select_related = ("agreement",)
    list_filter = ("reason", ("closed_at", admin.EmptyFieldListFilter))
    fields = ("agreement", "reason", "number", "opened_at", "due_on", "receipt_digest", "receipt_signer", "receipt_on")
    readonly_fields = ("number",)
    change_form_template = "admin/onvif_privacy_disclosures/steps.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _may_see(request)

    @admin.display(description=_("people"))
    def number(self, recall: Recall) -> int:
        """How many people it is about."""
        return len(recall.pseudonyms)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the row, with the step that closes it."""
        recall = self.get_object(request, object_id)
        address = reverse(f"admin:{LABEL}_recall_close", args=[recall.pk]) if recall else ""
        is_open = recall and recall.closed_at is None and has_any(request, WORK)
        steps = [(address, _("Enter the receipt"))] if is_open else []
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), "steps": steps})

    def get_urls(self) -> list[URLPattern]:
        """Add the page of the receipt."""
        close = self.admin_site.admin_view(self.close)
        return [path("<uuid:pk>/receipt/", close, name=f"{LABEL}_recall_close"), *super().get_urls()]

    def close(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Close a recall with its receipt."""
        if not has_any(request, WORK):
            raise PermissionDenied
        recall = get_object_or_404(Recall.objects.select_related("agreement__party"), pk=pk)
        form = Receipt(sent(request))
        if request.method == "POST" and form.is_valid():
            done = attempt(
                request, lambda: recalling.close(recall, actor=staff(request), **form.cleaned_data), _("Done.")
            )
            if done:
                return back(recall)
        facts = [
            (_("agreement"), recall.agreement),
            (_("due"), recall.due_on),
            (_("pseudonyms"), ", ".join(recall.pseudonyms)),
        ]
        return page(request, self, title=_("Receipt of deletion"), form=form, facts=facts, button=_("Close the recall"))
