"""Screens of evidence to look at, parties to edit, jobs to watch."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet, URLField
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import parties, promises
from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.keys import KeyDestroyed
from onvif_privacy.core.models import Alarm, Attestation, Decision, EntrySecret, Notice, Party, Proof
from onvif_privacy.core.receipts import issue
from onvif_privacy.core.views.receipts import as_download


def staff(request: HttpRequest) -> AbstractBaseUser:
    """Return who is signed in."""
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


@admin.register(Decision)
class DecisionAdmin(EvidenceAdmin):
    """Who decided what; the subject is a reference, never a name."""

    list_display = ("decided_at", "purpose", "outcome", "method", "surface", "reference")
    list_filter = ("outcome", "method", "purpose", "gpc")
    list_select_related = ("subject",)
    date_hierarchy = "decided_at"
    fields = (
        "reference",
        "purpose",
        "outcome",
        "method",
        "surface",
        "gpc",
        "decided_at",
        "shown",
        "notice",
        "context_reference",
        "context_digest",
        "purpose_digest",
        "sequence",
        "entry",
        "receipt",
    )
    readonly_fields = ("reference", "shown", "receipt")

    @admin.display(description=_("subject"))
    def reference(self, decision: Decision) -> str:
        """The subject's public reference."""
        return decision.subject.reference

    @admin.display(description=_("what was shown"))
    def shown(self, decision: Decision) -> str:
        """The exact words, as stored at the time."""
        return decision.notice.text if decision.notice else "–"

    @admin.display(description=_("receipt"))
    def receipt(self, decision: Decision) -> str:
        """The file that the person can download, too."""
        address = reverse("admin:onvif_privacy_decision_receipt", args=[decision.pk])
        return format_html('<a href="{}" download>{}</a>', address, _("Download the receipt"))

    def get_urls(self) -> list[Any]:
        """Add the receipt."""
        view = self.admin_site.admin_view(self.receipt_view)
        return [path("<uuid:pk>/receipt.json", view, name="onvif_privacy_decision_receipt"), *super().get_urls()]

    def receipt_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Give the receipt to who may see the decision."""
        decision = get_object_or_404(Decision.objects.select_related("entry", "notice"), pk=pk)
        if not self.has_view_permission(request, decision):
            raise PermissionDenied
        try:
            return as_download(issue(decision))
        except (KeyDestroyed, EntrySecret.DoesNotExist):
            raise Http404(_("The evidence of this decision has ended.")) from None


@admin.register(Notice)
class NoticeAdmin(EvidenceAdmin):
    """Wordings that were shown."""

    list_display = ("first_used_at", "surface", "language", "digest")
    list_filter = ("surface", "language")
    search_fields = ("digest",)


@admin.register(Alarm)
class AlarmAdmin(EvidenceAdmin):
    """What staff had to know of, and when the mail left."""

    list_display = ("at", "kind", "reference", "mailed_at")
    list_filter = ("kind",)
    date_hierarchy = "at"
    fields = ("kind", "reference", "details", "at", "mailed_at", "entry")


@admin.register(Party)
class PartyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Organisations that data can reach."""

    list_display = ("name", "role", "country", "valid_from", "valid_to")
    list_filter = ("role",)
    search_fields = ("name", "slug")
    formfield_overrides = {URLField: {"assume_scheme": "https"}}
    prepopulated_fields = {"slug": ("name",)}

    def get_readonly_fields(self, request: HttpRequest, obj: Party | None = None) -> tuple[str, ...]:
        """The slug is what declarations and evidence name a party by, so it stays."""
        return ("slug",) if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Party | None = None) -> dict[str, Any]:
        """Only while the slug can be written."""
        return {} if obj else {"slug": ("name",)}

    def save_model(self, request: HttpRequest, obj: Party, form: Any, change: bool) -> None:
        parties.save(obj, actor=staff(request))

    def delete_model(self, request: HttpRequest, obj: Party) -> None:
        parties.remove(obj, actor=staff(request))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Party]) -> None:
        for party in queryset:
            parties.remove(party, actor=staff(request))


@admin.register(Proof)
class ProofAdmin(EvidenceAdmin):
    """Every change of verdict, with what was found."""

    list_display = ("at", "promise", "verdict", "check_name")
    list_filter = ("verdict", "promise")
    date_hierarchy = "at"
    fields = ("at", "promise", "check_name", "verdict", "found")
    readonly_fields = ("found",)

    @admin.display(description=_("what was found"))
    def found(self, proof: Proof) -> str:
        """Place and words of each finding, a line each."""
        lines = ((f"{one['place']}: {one['what']}",) for one in proof.findings)
        return format_html_join(mark_safe("<br>"), "{}", lines) or "–"


class AttestationForm(forms.ModelForm):  # type: ignore[type-arg]
    """A word of a person; the rules are those of `promises.attest`."""

    class Meta:
        model = Attestation
        fields = ("promise", "words", "evidence", "until")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.slug, f"{one.slug} – {one.text}") for one in promises.promises.all()]
        self.fields["promise"] = forms.ChoiceField(choices=choices, label=_("promise"))
        self.fields["evidence"].help_text = _("A reference, for example the number of a contract or an audit report.")
        self.fields["until"].help_text = _("At most 365 days from now; then somebody must look again.")

    def clean_until(self) -> datetime:
        """Refuse an end that the service would refuse."""
        until: datetime = self.cleaned_data["until"]
        if not timezone.now() < until <= timezone.now() + timedelta(days=promises.attesting.MAX_DAYS):
            raise forms.ValidationError(_("The end lies in the future, within 365 days."))
        return until


@admin.register(Attestation)
class AttestationAdmin(EvidenceAdmin):
    """Words of people who vouch for a promise; they can be added and never changed."""

    form = AttestationForm
    list_display = ("promise", "until", "evidence", "at", "person")
    list_filter = ("promise",)
    date_hierarchy = "until"
    fields = ("promise", "words", "evidence", "until")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("onvif_privacy.add_attestation")

    def save_model(self, request: HttpRequest, obj: Attestation, form: Any, change: bool) -> None:
        made = promises.attest(
            promise=obj.promise, words=obj.words, evidence=obj.evidence, until=obj.until, actor=staff(request)
        )
        obj.__dict__.update(made.__dict__)
