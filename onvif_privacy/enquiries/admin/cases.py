"""The queue and the case. No name and no text in a list; opening a case is an entry."""

from __future__ import annotations

import secrets
import uuid
from datetime import timedelta
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.admin.letters import OutgoingAdmin
from onvif_privacy.enquiries.admin.acting import CALLS, buttons, do, next_of
from onvif_privacy.enquiries.forms import CiteForm, EnterForm
from onvif_privacy.enquiries.models import Attachment, Concern, Enquiry, Intake, Kind, Letter
from onvif_privacy.enquiries.services import cases, citing, clauses, deadlines, reading, receiving, tokens
from onvif_privacy.enquiries.services.acts import ACTS, WORK, is_concerned
from onvif_privacy.enquiries.services.states import NotNow, by, using
from onvif_privacy.enquiries.views.follow import download

SOON = timedelta(hours=48)


def _staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


class WaitsFilter(admin.SimpleListFilter):
    """What waits, and for what."""

    title = _("what waits")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Name the choices."""
        return [
            ("open", _("everything that is open")),
            ("mine", _("what I handle")),
            ("soon", _("due within 48 hours")),
            ("overdue", _("overdue")),
            ("verify", _("to be looked at by another person")),
            ("first", _("to be looked at first")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Choose the rows."""
        now, rows = timezone.now(), queryset.exclude(state="closed")
        chosen: dict[str | None, Any] = {
            "open": lambda: rows,
            "mine": lambda: rows.filter(handler=by(_staff(request))),
            "soon": lambda: rows.filter(due_at__gte=now, due_at__lt=now + SOON),
            "overdue": lambda: rows.filter(due_at__lt=now),
            "verify": lambda: rows.filter(state="remedied"),
            "first": lambda: rows.exclude(quarantined=""),
        }
        found: QuerySet[Any] = chosen.get(self.value(), lambda: queryset)()
        return found


@admin.register(Enquiry)
class EnquiryAdmin(EvidenceAdmin):
    """Comments and complaints: what is due when, and what is my next step."""

    list_display = ("ref", "kind", "about", "state", "time_left", "handled", "my_step")
    list_filter = (WaitsFilter, "state", "kind", "channel")
    search_fields = ("ref",)
    search_help_text = _("A number, such as PE-7K3M9QXT.")
    ordering = (F("due_at").asc(nulls_last=True), "-received_at")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(WORK)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the clauses along, and remember who looks and what it is about them."""
        self._reader = _staff(request)
        person = by(self._reader)
        self._person = person
        self._about_me = set(Concern.objects.using(using()).filter(person=person).values_list("enquiry", flat=True))
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.prefetch_related("clauses")

    @admin.display(description=_("about"))
    def about(self, one: Enquiry) -> str:
        """The clauses it is tied to."""
        return ", ".join(clauses.title_of(link.slug) for link in one.clauses.all()) or "–"

    @admin.display(description=_("time left"), ordering="due_at")
    def time_left(self, one: Enquiry) -> str:
        """The nearest end, and a badge where it has passed."""
        badge = format_html(" <strong>{}</strong>", _("to be looked at first")) if one.quarantined else ""
        if one.due_at is None or not one.is_open:
            return format_html("–{}", badge)
        words = timezone.localtime(one.due_at).strftime("%Y-%m-%d %H:%M")
        if one.due_at < timezone.now():
            return format_html('{} <strong class="privacy-bad">{}</strong>{}', words, _("overdue"), badge)
        days = (one.due_at - timezone.now()).days
        return format_html("{} ({}){}", words, _("%(days)d days") % {"days": days}, badge)

    @admin.display(description=_("handled by"))
    def handled(self, one: Enquiry) -> str:
        """Me, somebody else, or nobody."""
        if not one.handler:
            return "–"
        return str(_("me") if one.handler == self._person else _("somebody else"))

    @admin.display(description=_("my next step"))
    def my_step(self, one: Enquiry) -> str:
        """What the reader of the list could do next."""
        slug = next_of(one, self._reader, concerned=one.pk in self._about_me, person=self._person)
        return str(ACTS[slug].label) if slug else "–"

    def get_urls(self) -> list[URLPattern]:
        """Add acts, files and citations."""
        view = self.admin_site.admin_view
        name = "onvif_privacy_enquiries_enquiry"
        return [
            path("<uuid:pk>/act/<slug:act>/", view(self.act_view), name=f"{name}_act"),
            path("<uuid:pk>/cite/", view(self.cite_view), name=f"{name}_cite"),
            path("file/<uuid:pk>/", view(self.file_view), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Enter what came by letter or by telephone, with the day of receipt."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EnterForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            data = dict(form.cleaned_data)
            at = data.pop("received_at")
            message = receiving.Message(**{**data, "kind": Kind(data["kind"])})
            made = receiving.receive(message, key=secrets.token_hex(16), received_at=at, actor=_staff(request))
            words = _("Entered as %(ref)s. The code for the person is %(code)s; it is shown this once.")
            messages.success(request, words % {"ref": made.enquiry.ref, "code": tokens.spaced(made.code)})
            return HttpResponseRedirect(self._address(made.enquiry))
        return self._page(request, "enter", {"form": form, "title": _("Enter a comment or complaint")})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show a case: what was said, its clause as it stood, clocks, moves, and what can be done."""
        try:
            found = get_object_or_404(Enquiry.objects.select_related("subject"), pk=object_id)
        except (ValueError, ValidationError):
            return HttpResponseRedirect(reverse("admin:onvif_privacy_enquiries_enquiry_changelist"))
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        return self._case(request, found)

    def _case(self, request: HttpRequest, found: Enquiry, tried: Any = None) -> HttpResponse:
        staff = _staff(request)
        apart = is_concerned(found, by(staff))
        reads = request.user.has_perm(WORK) or request.user.has_perm("onvif_privacy_enquiries.verify_enquiry")
        linked = [(clauses.title_of(one.slug), one, clauses.history(one.slug, found)) for one in found.clauses.all()]
        now = timezone.now()
        context = {
            "title": f"{found.ref}: {found.get_kind_display()}",
            "original": found,
            "lines": reading.for_staff(found, actor=staff) if reads and not apart else None,
            "concerned": apart,
            "linked": linked,
            "clocks": [(one, one.is_late(now), one.used(now)) for one in deadlines.clocks_of(found)],
            "moves": found.transitions.all(),
            "remedies": found.remedies.all(),
            "concerns": found.concerns.all(),
            "letters": found.letters.all(),
            "citations": found.citations.all(),
            "cite": CiteForm() if request.user.has_perm(WORK) and not apart else None,
            "not_green": [clauses.title_of(one) for one in cases.not_green(found)],
            "buttons": buttons(found, staff),
            "tried": tried,
            "late": found.due_at is not None and found.is_open and found.due_at < now,
        }
        return self._page(request, "case", context)

    def act_view(self, request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
        """Do one act by POST; anything else leads back."""
        found = get_object_or_404(Enquiry.objects.select_related("subject"), pk=pk)
        if not self.has_view_permission(request, found) or act not in CALLS:
            raise PermissionDenied
        if request.method == "POST":
            try:
                form = do(act, found, _staff(request), request.POST)
            except (NotNow, LookupError) as error:
                messages.error(request, str(error))
            except (ValueError, ValidationError) as error:
                words = "; ".join(error.messages) if isinstance(error, ValidationError) else str(error)
                messages.error(request, words)
            else:
                if form is not None:
                    found.refresh_from_db()
                    return self._case(request, found, tried=(act, ACTS[act].label, form))
                messages.success(request, _("Done: %(act)s") % {"act": ACTS[act].label})
        return HttpResponseRedirect(self._address(found))

    def cite_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Say that it led to a version of the statement; its sender is told."""
        found = get_object_or_404(Enquiry, pk=pk)
        if not request.user.has_perm(WORK) or is_concerned(found, by(_staff(request))):
            raise PermissionDenied
        form = CiteForm(request.POST)
        if request.method == "POST" and form.is_valid():
            citing.cite(found, version=form.cleaned_data["version"], actor=_staff(request))
            messages.success(request, _("Noted; whoever wrote it is told."))
        return HttpResponseRedirect(self._address(found))

    def file_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Hand a file out by POST, as a download; each is an entry. What a scanner flagged asks once more."""
        found = get_object_or_404(Attachment.objects.select_related("enquiry__subject"), pk=pk)
        staff = _staff(request)
        if not request.user.has_perm(WORK) or is_concerned(found.enquiry, by(staff)):
            raise PermissionDenied
        flagged = found.scan == Attachment.Scan.FLAGGED and "anyway" not in request.POST
        if request.method != "POST" or flagged:
            context = {
                "title": _("A file that came with a message"),
                "file": found,
                "back": self._address(found.enquiry),
            }
            return self._page(request, "file", context)
        with transaction.atomic(using=using()):
            payload = {"enquiry": found.enquiry.ref, "file": found.pk.hex}
            ledger.record("enquiries.file", subject=found.enquiry.subject, payload=payload, actor=staff)
        response = download(found, reading.name_for_staff(found, actor=staff))
        response.headers["Cache-Control"] = "private, no-store"
        return response

    def _address(self, found: Enquiry) -> str:
        return reverse("admin:onvif_privacy_enquiries_enquiry_change", args=[found.pk])

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/onvif_privacy_enquiries/{name}.html", whole)


@admin.register(Letter)
class LetterAdmin(OutgoingAdmin):
    """Letters about enquiries: whether they left; never to whom."""

    list_display = ("created_at", "what", "enquiry", "state", "reason", "attempts", "sent_at")
    list_filter = ("state", "what")
    list_select_related = ("enquiry",)
    fields = ("enquiry", "what", "state", "reason", "attempts", "created_at", "sent_at")
    readonly_fields = ("created_at",)


@admin.register(Intake)
class IntakeAdmin(EvidenceAdmin):
    """Mails that came in: when, how large, what they became; never their text."""

    list_display = ("at", "result", "size", "digest")
    list_filter = ("result",)
    fields = ("at", "result", "size", "digest")


__all__ = ["EnquiryAdmin", "IntakeAdmin", "LetterAdmin"]
