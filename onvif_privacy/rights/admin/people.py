"""What is held of a person: masked until a purpose is named, and every look recorded."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.rights.models import Person, Request
from onvif_privacy.rights.services import staff
from onvif_privacy.rights.services.requests.states import using

REVEAL = "onvif_privacy_rights.reveal_person"
REQUESTS = 20


@admin.register(Person)
class PersonAdmin(EvidenceAdmin):
    """Everybody of whom something may be held, by reference; who looks at one, and reveals what, is an entry."""

    list_display = ("reference", "created_on", "has_account", "restricted_at", "erased_at")
    list_display_links = ("reference",)
    search_fields = ("id",)
    search_help_text = _("A full e-mail address, or the reference of a person.")
    ordering = ("-created_on", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return everybody but those who were merged into somebody else."""
        return staff.people()

    @admin.display(description=_("account"), boolean=True)
    def has_account(self, one: Person) -> bool:
        """Whether the person can sign in."""
        return one.user_id is not None

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Search by a whole address or reference; nothing is found by a part of one."""
        term = search_term.strip()
        return (queryset.filter(pk__in=staff.find(term, _staff(request))) if term else queryset), False

    def get_urls(self) -> list[URLPattern]:
        """Put the person's screen in the place of Django's form."""
        view = self.admin_site.admin_view(self.person_view)
        return [path("<uuid:pk>/change/", view, name="onvif_privacy_rights_person_change"), *super().get_urls()]

    def person_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show a person masked; a POST that names a purpose shows the values."""
        person = get_object_or_404(staff.people(), pk=pk)
        may_reveal = request.user.has_perm(REVEAL)
        revealing = request.method == "POST"
        if not self.has_view_permission(request, person) or (revealing and not may_reveal):
            raise PermissionDenied
        purpose, model = request.POST.get("purpose", ""), request.GET.get("model", "")
        if revealing and purpose not in {one.slug for one in staff.revealing()}:
            raise PermissionDenied
        page = request.GET.get("page", "1")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 8 else 1
        context = {
            **self.admin_site.each_context(request),
            "title": person.reference,
            "opts": self.opts,
            "person": person,
            "tables": staff.held(person, actor=_staff(request), purpose=purpose, model=model, number=number),
            "model": model,
            "purposes": staff.revealing() if may_reveal else [],
            "purpose": purpose,
            "requests": Request.objects.using(using()).of(person).prefetch_related("exports")[:REQUESTS],
        }
        response = TemplateResponse(request, "admin/onvif_privacy_rights/person.html", context)
        patch_cache_control(response, private=True, no_store=True)
        return response


def _staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


__all__ = ["PersonAdmin"]
