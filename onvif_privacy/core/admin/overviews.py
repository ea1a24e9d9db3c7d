"""Two pages to look at: what is held of people, and the state of the keys."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.models import Declarations, KeyStatus
from onvif_privacy.core.overview import declared, held_keys


class PageAdmin(EvidenceAdmin):
    """A page that stands where Django shows a list. The pages of single objects do not exist."""

    template: ClassVar[str]

    def shown(self) -> Any:
        """Return what the template gets as ``shown``."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """The page itself."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_changelist"
        return [path("", self.admin_site.admin_view(self.changelist_view), name=name)]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the page to who may see it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": self.opts.verbose_name_plural,
            "opts": self.opts,
            "shown": self.shown(),
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.template, context)


@admin.register(Declarations)
class DeclarationsAdmin(PageAdmin):
    """What is held, where, why and how long, with the grade of each field."""

    template = "admin/onvif_privacy/declarations.html"

    def shown(self) -> Any:
        return declared()


@admin.register(KeyStatus)
class KeyStatusAdmin(PageAdmin):
    """Which keys there are, how old, and what still needs them; never a secret."""

    template = "admin/onvif_privacy/keys.html"

    def shown(self) -> Any:
        return held_keys()
