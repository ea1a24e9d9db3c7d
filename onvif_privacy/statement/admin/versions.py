"""Published versions: to look at, to postpone before they take effect, to translate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.statement.admin.acting import attempt, may_look, person, staff
from onvif_privacy.statement.forms import PostponeForm, TranslationForm
from onvif_privacy.statement.models import Effect, Text, Version
from onvif_privacy.statement.services import copies, publishing
from onvif_privacy.statement.services.permissions import PUBLISH


class PublishedInline(admin.TabularInline):  # type: ignore[type-arg]
    """Rows of a version, to look at."""

    extra = 0
    can_delete = False

    def _never(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the version decides

    has_add_permission = has_change_permission = has_delete_permission = _never


class TextInline(PublishedInline):
    """The texts of a version."""

    model = Text
    fields = readonly_fields = ("language", "revision", "title", "text_digest", "published_at")


class EffectInline(PublishedInline):
    """When a version takes effect; each row is one decision about it."""

    model = Effect
    fields = readonly_fields = ("effective_at", "reason", "recorded_at")


@admin.register(Version)
class VersionAdmin(EvidenceAdmin):
    """Published versions: to look at, to postpone before they take effect, to translate."""

    list_display = ("__str__", "change", "summary", "published_at", "in_force_from")
    list_filter = ("change",)
    inlines = [TextInline, EffectInline]
    fields = readonly_fields = (
        *("document", "number", "change", "summary", "reason", "comments", "published_at", "in_force_from"),
        *("submitted_name", "published", "digest", "previous_digest", "purposes_digest", "entry"),
    )

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Version]:
        return super().get_queryset(request).select_related("document")

    @admin.display(description=_("in force from"))
    def in_force_from(self, version: Version) -> Any:
        """The moment that follows from all effects of the document, as this process knows them: no query for a row.

        Nothing where that moment went by without it.
        """
        steps = copies.known(version.document.slug).steps
        return next((step.at for step in steps if step.version.pk == version.pk and not step.is_undated), None)

    @admin.display(description=_("submitted by"))
    def submitted_name(self, version: Version) -> str:
        """Who submitted the draft."""
        return person(version.submitted_by)

    @admin.display(description=_("published by"))
    def published(self, version: Version) -> str:
        """Who published it."""
        return person(version.published_by)

    def get_urls(self) -> list[URLPattern]:
        """Add the two things that can be done with a version: postpone it, translate it."""
        name, wrap = "onvif_privacy_statement_version", self.admin_site.admin_view
        return [
            path("<uuid:pk>/postpone/", wrap(self.postpone_view), name=f"{name}_postpone"),
            path("<uuid:pk>/translate/", wrap(self.translate_view), name=f"{name}_translate"),
            *super().get_urls(),
        ]

    def postpone_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Let a version take effect later."""

        def act(version: Version, data: dict[str, Any]) -> object:
            return publishing.postpone(version=version, to=data["to"], reason=data["reason"], actor=staff(request))

        return self._form_view(request, pk, PostponeForm, _("Postpone"), act)

    def translate_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Publish one more language of a version."""

        def act(version: Version, data: dict[str, Any]) -> object:
            return publishing.add_translation(
                version=version, language=data["language"], source=data["source"], actor=staff(request)
            )

        return self._form_view(request, pk, TranslationForm, _("Add a translation"), act)

    def _form_view(
        self, request: HttpRequest, pk: Any, form_class: type[forms.Form], title: Any, act: Callable[..., object]
    ) -> HttpResponse:
        version = get_object_or_404(Version.objects.select_related("document"), pk=pk)
        if not request.user.has_perm(PUBLISH):
            raise PermissionDenied
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid() and attempt(request, lambda: act(version, form.cleaned_data), _("Done.")):
            return HttpResponseRedirect(reverse("admin:onvif_privacy_statement_version_change", args=[pk]))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": title, "form": form}
        context |= {"version": version, "media": self.media + form.media}
        return TemplateResponse(request, "admin/onvif_privacy_statement/form.html", context)
