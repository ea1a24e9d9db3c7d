"""Linked sites: look at each, and again when a year has gone by."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.models import LinkedSite
from onvif_privacy.community.services import register
from onvif_privacy.core.text import host, outside_url


class LinkedSiteForm(forms.ModelForm):  # type: ignore[type-arg] # not subscriptable at run time
    """A site with what is thought of it; saving it is looking at it."""

    class Meta:
        model = LinkedSite
        fields = ("host", "name", "statement", "status")

    def clean_host(self) -> str:
        """Write the host as resolvers know it."""
        name = host(self.cleaned_data["host"])
        if name is None:
            raise forms.ValidationError(_("This is no host name."))
        return name

    def clean_statement(self) -> str:
        """Let an https address through."""
        given: str = self.cleaned_data["statement"]
        if given and outside_url(given) is None:
            raise forms.ValidationError(_("This is no address that begins with https."))
        return given


class DueFilter(admin.SimpleListFilter):
    """Those that somebody has to look at."""

    title = _("review")
    parameter_name = "due"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("due"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[LinkedSite]) -> QuerySet[LinkedSite]:
        """Narrow the list."""
        return queryset.filter(pk__in=register.due().values("pk")) if self.value() else queryset


@admin.register(LinkedSite)
class LinkedSiteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The register. Saving an entry says that somebody looked at the site today."""

    form = LinkedSiteForm
    list_display = ("host", "name", "status", "reviewed_on", "reviewed_by")
    list_filter = (DueFilter, "status")
    search_fields = ("host", "name")
    actions = None
    readonly_fields = ("reviewed_on", "reviewed_by")
    fields = ("host", "name", "statement", "status", "reviewed_on", "reviewed_by")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(register.PERMISSION)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(register.PERMISSION)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: LinkedSite, form: Any, change: bool) -> None:
        register.review(site=obj, actor=request.user)  # type: ignore[arg-type] # the admin lets nobody else in
