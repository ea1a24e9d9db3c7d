"""Reports that wait, openings that two people agree to, and what was read. No message is on any of these lists."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from onvif_privacy.community.conversation_forms import OpeningForm
from onvif_privacy.community.models import (
    ConversationLetter,
    ConversationMessage,
    Opening,
    OpeningUse,
    Report,
    ReportedMessage,
)
from onvif_privacy.community.services import openings
from onvif_privacy.community.services.conversations import Refused
from onvif_privacy.community.services.openings import APPROVE, REQUEST
from onvif_privacy.community.services.openings.comparing import mismatches
from onvif_privacy.community.services.openings.reading import why_not
from onvif_privacy.core import subjects
from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.admin.letters import OutgoingAdmin
from onvif_privacy.core.subjects import Strength, strength
from onvif_privacy.core.views.requiring import asked_again

APP = "onvif_privacy_community"
COMPARED = timedelta(days=90)


def _staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


def attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> None:
    """Run a service and say what became of it; a refusal is words, not an error."""
    try:
        act()
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)


class Screens(EvidenceAdmin):
    """Base of the two screens with pages of their own."""

    def page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        """Answer with a page that nobody keeps a copy of."""
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        response = TemplateResponse(request, f"admin/{APP}/{name}.html", whole)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def found(self, request: HttpRequest, pk: Any) -> Any:
        """Return the row for who may see it; 404, 403."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def address(self, name: str, *args: Any) -> str:
        """Return the address of a page of this screen."""
        return reverse(f"admin:{APP}_{self.opts.model_name}_{name}", args=args)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one."""
        try:
            return self.one(request, self.found(request, object_id))
        except ValidationError:
            return HttpResponseRedirect(self.address("changelist"))

    def one(self, request: HttpRequest, row: Any, **more: Any) -> HttpResponse:
        """Show one; each screen says how."""
        raise NotImplementedError


@admin.register(Report)
class ReportAdmin(Screens):
    """Reports: that there is one, of which kind, from when. What it says is read under an opening."""

    list_display = ("__str__", "kind", "state", "reported_at", "chosen", "asked")
    list_filter = ("state", "kind")
    ordering = ("state", "-reported_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count what belongs to each; its words stay where they are."""
        rows = super().get_queryset(request).defer("words")
        return rows.annotate(  # type: ignore[no-any-return]
            chosen_count=Count("messages", distinct=True), asked_count=Count("openings", distinct=True)
        )

    @admin.display(description=_("messages"))
    def chosen(self, row: Any) -> int:
        """How many messages were chosen."""
        return int(row.chosen_count)

    @admin.display(description=_("openings"))
    def asked(self, row: Any) -> int:
        """How often staff asked to read it."""
        return int(row.asked_count)

    def get_urls(self) -> list[URLPattern]:
        """Add asking and closing."""
        view, name = self.admin_site.admin_view, f"{APP}_report"
        return [
            path("<uuid:pk>/ask/", view(self.ask_view), name=f"{name}_ask"),
            path("<uuid:pk>/close/", view(self.close_view), name=f"{name}_close"),
            *super().get_urls(),
        ]

    def one(self, request: HttpRequest, row: Any, **more: Any) -> HttpResponse:
        """Show a report: its kind, its date, who asked to read it, and the form that asks."""
        asks = request.user.has_perm(REQUEST) and row.state == Report.State.WAITING
        context = {
            "title": _("Report %(ref)s") % {"ref": row},
            "report": row,
            "openings": row.openings.order_by("-requested_at"),
            "form": more.get("form") or (OpeningForm() if asks else None),
        }
        return self.page(request, "report", context)

    def ask_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask for an opening by POST."""
        row = self.found(request, pk)
        form = OpeningForm(request.POST if request.method == "POST" else None)
        if not form.is_valid():
            return self.one(request, row, form=form)
        copies = ReportedMessage.objects.filter(report=row).values("message")
        times = list(ConversationMessage.objects.filter(pk__in=copies).values_list("sent_at", flat=True))
        data = form.cleaned_data
        attempt(
            request,
            lambda: openings.request_opening(
                report=row,
                reason=data["reason"],
                actor=_staff(request),
                period=form.period(row, times),
                delay_days=data["delay_days"],
            ),
            _("Another person has to say yes now."),
        )
        return HttpResponseRedirect(self.address("change", row.pk))

    def close_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Close a report by POST."""
        row = self.found(request, pk)
        if request.method == "POST":
            attempt(request, lambda: openings.close_report(report=row, actor=_staff(request)), _("Closed."))
        return HttpResponseRedirect(self.address("change", row.pk))


@admin.register(Opening)
class OpeningAdmin(Screens):
    """Openings: what was asked for and why, the second yes, and reading one message at a time."""

    list_display = ("__str__", "report", "standing", "requested_at", "expires_at", "read")
    list_select_related = ("report",)
    ordering = ("-requested_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count what was read."""
        rows = super().get_queryset(request).select_related("requested_by", "approved_by", "report")
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
        person = subjects.for_user(_staff(request))
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
            attempt(request, lambda: openings.decline_opening(opening=row, actor=_staff(request)), _("Declined."))
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
                    actor=_staff(request),
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
                    read = openings.open_report(opening=row, actor=_staff(request))
                else:
                    read = openings.open_message(opening=row, message=uuid.UUID(wanted), actor=_staff(request))
            except (Refused, ValueError) as error:
                messages.error(request, str(error) if isinstance(error, Refused) else _("There is no such message."))
            except DatabaseError:
                messages.error(request, _("The reading could not be recorded, so nothing is shown."))
            else:
                return self.one(request, self.found(request, pk), read=read, read_id=wanted)
        return HttpResponseRedirect(self.address("change", row.pk))


@admin.register(OpeningUse)
class OpeningUseAdmin(EvidenceAdmin):
    """What was read, by whom and when, and whether every use of a key belongs to an opening."""

    list_display = ("at", "opening", "what", "reader", "scope_ref")
    list_select_related = ("opening", "reader")
    date_hierarchy = "at"
    fields = ("at", "opening", "what", "reader", "scope_ref", "entry")
    readonly_fields = ("what",)

    @admin.display(description=_("what"))
    def what(self, use: OpeningUse) -> Any:
        """The id of a message, or the words of the report."""
        return str(use.message_id) if use.message_id else _("the words of the report")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Compare the uses of keys with openings, and say what does not fit."""
        if self.has_view_permission(request):
            found = list(mismatches(timezone.now() - COMPARED))
            for one in found[:20]:
                messages.error(request, f"{one.place}: {one.what}")
            if not found:
                words = _("In the last %(days)d days every use of a key of a conversation belongs to an opening.")
                messages.success(request, words % {"days": COMPARED.days})
        return super().changelist_view(request, extra_context)


@admin.register(ConversationLetter)
class ConversationLetterAdmin(OutgoingAdmin):
    """Mails that say that a message waits: whether they left; never to whom."""
