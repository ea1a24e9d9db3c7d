"""What screens of slots share: there only where the site switched their part on, and with a preview."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.forms import PreviewForm
from onvif_privacy.visits.services import clock
from onvif_privacy.visits.services.interests import showing
from onvif_privacy.visits.services.interests.rule import STRANGER, Profile

if TYPE_CHECKING:
    Base = admin.ModelAdmin[Any]
else:  # a mixin; Django's class is generic for the type checker only
    Base = object


class SwitchedOn(Base):
    """Mixin: nobody has any permission unless the setting ``switch`` is True, so the screen is not there."""

    switch: ClassVar[str]

    def is_on(self) -> bool:
        """Whether the site switched it on."""
        return bool(getattr(conf, self.switch))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Only where it is on."""
        return self.is_on() and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where it is on."""
        return self.is_on() and super().has_view_permission(request, obj)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only where it is on."""
        return self.is_on() and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where it is on."""
        return self.is_on() and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only where it is on."""
        return self.is_on() and super().has_delete_permission(request, obj)


class ValuesFilter(admin.AllValuesFieldListFilter):
    """Filter by the values of a column. Django's own has a link without any words for an empty one."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The links; an empty value stands as in the list."""
        for one in super().choices(changelist):
            words = str(one["display"])
            yield (
                one
                if words and not words.startswith(" (")
                else {**one, "display": f"{self.empty_value_display}{words}"}
            )


class Slotted(SwitchedOn):
    """Mixin: rows for a slot and a subject area, of which each process has a copy, with a preview of the slot."""

    change_form_template = "admin/onvif_privacy_visits/slot_form.html"
    preview_template: ClassVar[str]
    without_area: ClassVar[Any] = _("(strangers)")

    def forget(self) -> None:
        """Let this process read again at once; others do within a minute."""
        raise NotImplementedError

    def seen(self, slot: str, whose: Profile, day: dt.date) -> Any:
        """Return what the slot shows to somebody on a day."""
        raise NotImplementedError

    @admin.display(description=_("subject area"), ordering="area")
    def area_shown(self, row: Any) -> str:
        """The area, or whom the row is for without one."""
        return showing.label(row.area) if row.area else self.without_area

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save, and show it at once."""
        super().save_model(request, obj, form, change)
        self.forget()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete, and show it no more."""
        super().delete_model(request, obj)
        self.forget()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete several, and show them no more."""
        super().delete_queryset(request, queryset)
        self.forget()

    def get_urls(self) -> list[URLPattern]:
        """The preview beside Django's own pages."""
        view = self.admin_site.admin_view(self.preview_view)
        name = f"onvif_privacy_visits_{self.opts.model_name}_preview"
        return [path("<slug:slot>/preview/", view, name=name), *super().get_urls()]

    def preview_view(self, request: HttpRequest, slot: str) -> HttpResponse:
        """Show what a slot holds for a stranger, or for someone interested in an area, on a day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        self.forget()
        form = PreviewForm(request.GET)
        data = form.cleaned_data if form.is_valid() else {}
        area = data.get("area", "")
        whose = Profile({}, {area: True}) if area else STRANGER
        context = {
            **self.admin_site.each_context(request),
            "title": _("Preview of %(slot)s") % {"slot": slot},
            "opts": self.opts,
            "form": form,
            "found": self.seen(slot, whose, data.get("day") or clock.today()),
            "area": showing.label(area) if area else "",
        }
        return TemplateResponse(request, self.preview_template, context)
