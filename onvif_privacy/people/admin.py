"""Screens of this room: people, masked until a purpose is named, and released sums."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string
from django.urls import path
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.counts import TOTAL
from onvif_privacy.people.models import DemographicRelease, Device, Guardian, Letter, Person
from onvif_privacy.people.services import ages, demographics, staff
from onvif_privacy.people.services.generalising import label_of

REVEAL = "onvif_privacy_people.reveal_person"


def _staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


@admin.register(Person)
class PersonAdmin(EvidenceAdmin):
    """People of whom something is kept. Who looks at one, and reads a value for what, is an entry of the ledger."""

    list_display = ("reference", "created_on")
    list_display_links = ("reference",)
    search_fields = ("id",)
    search_help_text = _("A full e-mail address or telephone number, or the reference of a person.")
    ordering = ("-created_on",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return only people of whom this room keeps something."""
        return staff.kept()

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search through the blind index; nothing is found by a part of an address."""
        term = search_term.strip()
        return (queryset.filter(pk__in=staff.find(term, _staff(request))) if term else queryset), False

    def get_urls(self) -> list[Any]:
        """Put the person's screen in the place of Django's form."""
        view = self.admin_site.admin_view(self.person_view)
        return [path("<uuid:pk>/change/", view, name="onvif_privacy_people_person_change"), *super().get_urls()]

    def person_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show a person masked; a POST that names a purpose shows the values. Either is recorded."""
        person = get_object_or_404(staff.kept(), pk=pk)
        if not self.has_view_permission(request, person):
            raise PermissionDenied
        may_reveal, purpose = request.user.has_perm(REVEAL), request.POST.get("purpose", "")
        if request.method == "POST":
            if not may_reveal:
                raise PermissionDenied
            try:
                parts = staff.revealed(person, purpose, _staff(request))
            except ValueError:
                raise PermissionDenied from None
        else:
            staff.record_view(person, _staff(request))
            parts = staff.masked(person)
        context = {
            **self.admin_site.each_context(request),
            "title": person.reference,
            "opts": self.opts,
            "person": person,
            "parts": parts,
            "purposes": staff.revealing() if may_reveal else [],
            "purpose": purpose,
        }
        response = render(request, "admin/onvif_privacy_people/person/person.html", context)
        patch_cache_control(response, private=True, no_store=True)
        return response


@admin.register(Device)
class DeviceAdmin(EvidenceAdmin):
    """Remembered devices: when, never which browser."""

    list_display = ("subject", "added_on", "used_on", "revoked_at")
    fields = ("subject", "added_on", "used_on", "rotated_at", "revoked_at")
    readonly_fields = fields
    list_select_related = ("subject",)
    ordering = ("-rotated_at", "pk")


@admin.register(Guardian)
class GuardianAdmin(EvidenceAdmin):
    """Who decides for whom, by reference; off where the site asks nobody for their age."""

    list_display = ("minor", "guardian", "proof", "asked_on", "began_at", "ended_at")
    fields = ("minor", "guardian", "proof", "asked_on", "began_at", "ended_at")
    readonly_fields = fields
    list_select_related = ("minor", "guardian")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return ages.asked() and super().has_module_permission(request)


@admin.register(Letter)
class LetterAdmin(EvidenceAdmin):
    """Letters with a link: whether they left; never to whom."""

    list_display = ("created_at", "what", "state", "reason", "attempts", "sent_at")
    list_filter = ("state", "what")
    fields = ("what", "state", "reason", "attempts", "created_at", "sent_at")


@admin.register(DemographicRelease)
class DemographicReleaseAdmin(EvidenceAdmin):
    """What was released of anonymous answers. The sums themselves have no screen."""

    list_display = ("table_name", "begins_on", "ends_on", "k")
    list_filter = ("table_name",)
    date_hierarchy = "begins_on"
    fields = ("table_name", "begins_on", "ends_on", "k", "digest", "numbers")
    readonly_fields = ("numbers",)

    @admin.display(description=_("numbers"))
    def numbers(self, one: DemographicRelease) -> str:
        """The table, and a chart where it has one dimension."""
        cells = demographics.numbers(one)
        names = one.dimensions.split(",")
        axes = [[*sorted({place[at] for place in cells} - {TOTAL}), TOTAL] for at in range(len(names))]
        words = [
            [str(_("in all")) if value == TOTAL else label_of(name, value) for value in axis]
            for name, axis in zip(names, axes, strict=True)
        ]
        columns = words[1] if len(names) > 1 else [str(_("people"))]
        rows = [
            (label, [cells.get((value, other)) for other in axes[1]] if len(names) > 1 else [cells.get((value,))])
            for label, value in zip(words[0], axes[0], strict=True)
        ]
        series = [(label, numbers[-1]) for label, numbers in rows[:-1]]
        context = {"columns": columns, "rows": rows, "series": series, "one": one}
        return render_to_string("admin/onvif_privacy_people/demographicrelease/numbers.html", context)
