"""Openings: the second person's yes or no, and reading one message at a time."""

from __future__ import annotations

import uuid
from typing import Any, cast

from django.contrib import admin, messages
from django.db import DatabaseError, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.admin.conversations.screens import APP, Screens, attempt, staff
from onvif_privacy.community.models import Opening
from onvif_privacy.community.services import openings
from onvif_privacy.community.services.conversations import Refused
from onvif_privacy.community.services.openings import APPROVE
from onvif_privacy.community.services.openings.reading import why_not
from onvif_privacy.core import subjects
from onvif_privacy.core.subjects import Strength, strength
from onvif_privacy.core.views.requiring import asked_again


@admin.register(Opening)
class OpeningAdmin(Screens):
    """Openings: what was asked for and why, the second yes, and reading one message at a time."""

    list_display = ("__str__", "report", "standing", "requested_at", "expires_at", "read")
    list_select_related = ("report",)
    ordering = ("-requested_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count what was read. What a legal case opened is shown in that case alone: it may be under silence."""
        rows = super().get_queryset(request).select_related("requested_by", "approved_by", "report")
        rows = rows.filter(basis=Opening.Basis.REPORT)
        return rows.annotate(use_count=Count("uses")).defer("report__words")  # type: ignore[no-any-return]

    @admin.display(description=_("standing"))
    def standing(self, row: Opening) -> Any:
        """Whether it waits, is open, is over, or was declined."""
        if row.declined_at:
            return _("declined")
        if row.expires_at is None:
            return _("waits for a second yes")
        return _("open") if timezone.now() <= row.expires_at else _("over")

    @admin.display(description=_("read"))
    def read(self, row: Any) -> int:
        """How many things were read."""
        return int(row.use_count)

    def get_urls(self) -> list[URLPattern]:
        """Add deciding and reading."""

        def view(target: Any) -> Any:
            # a reading is recorded for good before its bytes: no transaction may be open around these views
            return transaction.non_atomic_requests(self.admin_site.admin_view(target))

        name = f"{APP}_opening"
        return [
            path("<uuid:pk>/decide/", view(self.decide_view), name=f"{name}_decide"),
            path("<uuid:pk>/read/", view(self.read_view), name=f"{name}_read"),
            *super().get_urls(),
        ]

    @sensitive_variables()
    def one(self, request: HttpRequest, row: Any, **more: Any) -> HttpResponse:
        """Show an opening, and the one thing that was just read."""
        person = subjects.for_user(staff(request))
        waits = row.approved_at is None and row.declined_at is None
        context = {
            "title": _("Opening %(ref)s") % {"ref": row},
            "opening": row,
            "standing": self.standing(row),
            "messages_covered": openings.covered(row) if row.approved_at else (),
            "why_not": why_not(row, person),
            "decides": waits and request.user.has_perm(APPROVE) and row.requested_by_id != person.pk,
            "waits": waits,
            "uses": row.uses.select_related("reader").order_by("at"),
            "read": more.get("read"),
            "read_id": more.get("read_id"),
        }
        return self.page(request, "opening", context)

    def decide_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Say yes or no by POST; for a yes one shows again who one is."""
        row = self.found(request, pk)
        if request.method == "POST" and "no" in request.POST:
            attempt(request, lambda: openings.decline_opening(opening=row, actor=staff(request)), _("Declined."))
        elif request.method == "POST":
            first = asked_again(request, Strength.RECENT)
            if first is not None:
                messages.info(request, _("Please show again who you are. Then press the button once more."))
                return cast("HttpResponse", first)
            attempt(
                request,
                lambda: openings.approve_opening(
                    opening=row,
                    shown=request.POST.get("digest", ""),
                    actor=staff(request),
                    strength=strength(request),
                ),
                _("It can be read now, by you and by who asked."),
            )
        return HttpResponseRedirect(self.address("change", row.pk))

    @sensitive_variables()
    def read_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Read one thing by POST; anything else leads back. What cannot be recorded is not shown."""
        row = self.found(request, pk)
        if request.method == "POST":
            wanted = request.POST.get("message", "")
            try:
                if wanted == "report":
                    read = openings.open_report(opening=row, actor=staff(request))
                else:
                    read = openings.open_message(opening=row, message=uuid.UUID(wanted), actor=staff(request))
            except (Refused, ValueError) as error:
                messages.error(request, str(error) if isinstance(error, Refused) else _("There is no such message."))
            except DatabaseError:
                messages.error(request, _("The reading could not be recorded, so nothing is shown."))
            else:
                return self.one(request, self.found(request, pk), read=read, read_id=wanted)
        return HttpResponseRedirect(self.address("change", row.pk))
