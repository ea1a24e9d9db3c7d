"""The queue, the letter that comes in, and the page of a case with its one next step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import F, Prefetch, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.timesince import timesince, timeuntil
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.disclosures.legal import forms
from onvif_privacy.disclosures.legal.admin import acts, deciding, delivering, holding, scoping, searching
from onvif_privacy.disclosures.legal.admin.acting import attempt, looked, may_look, page, staff
from onvif_privacy.disclosures.legal.services import authenticity, intake, nexts, notices
from onvif_privacy.disclosures.models import Block, Case, Document
from onvif_privacy.disclosures.services import about, files
from onvif_privacy.disclosures.services.acting import WORK, side_of
from onvif_privacy.disclosures.services.reading import opened


class TurnFilter(admin.SimpleListFilter):
    """What asks for somebody now."""

    title = _("what is due")
    parameter_name = "turn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("approve", _("needs my yes")),
            ("day", _("due within a day")),
            ("blocked", _("stopped")),
            ("unverified", _("authority not verified")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Case]) -> QuerySet[Case]:
        if self.value() == "approve":
            return queryset.filter(pk__in=nexts.for_approval(request.user).values("pk"))
        if self.value() == "day":
            soon = timezone.now() + timedelta(days=1)
            return queryset.filter(due_at__lt=soon).exclude(state__in=("handed_over", "closed"))
        if self.value() == "blocked":
            return queryset.filter(pk__in=Block.objects.filter(closed_at__isnull=True).values("case"))
        if self.value() == "unverified":
            return queryset.exclude(authority__status="verified")
        return queryset


@admin.register(Case)
class CaseAdmin(EvidenceAdmin):
    """Cases by what is due. No list, address or title names a person."""

    list_display = ("ref", "regime_key", "state", "stopped", "time_left", "handler", "next_step")
    list_filter = (TurnFilter, "state", "regime__key")
    search_fields = ("ref",)
    change_list_template = "admin/onvif_privacy_disclosures/cases.html"
    search_help_text = _("By reference only: nobody's name is looked for here.")
    ordering = (F("due_at").asc(nulls_last=True), "-received_at")
    list_select_related = ("regime", "authority", "handler", "scope")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return may_look(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(WORK)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Case]:
        open_ones = Block.objects.filter(closed_at__isnull=True)
        rows: QuerySet[Case] = super().get_queryset(request).exclude(pk__in=about.hidden_from(request.user))
        return rows.prefetch_related(Prefetch("blocks", open_ones, to_attr="open_now"))

    @admin.display(description=_("regime"), ordering="regime__key")
    def regime_key(self, case: Case) -> str:
        """The regime, and whether it is an emergency."""
        mark = f" ⚡ {_('emergency')}" if case.regime.is_emergency else ""
        return f"{case.regime.key}{mark}"

    @admin.display(description=_("stopped"))
    def stopped(self, case: Any) -> str:
        """Why nothing moves."""
        return ", ".join(str(one.get_kind_display()) for one in case.open_now) or "–"

    @admin.display(description=_("time left"), ordering="due_at")
    def time_left(self, case: Case) -> str:
        """How long there is to answer, and until when."""
        return time_left(case)

    @admin.display(description=_("next step"))
    def next_step(self, case: Any) -> str:
        """What comes next."""
        words = {
            "received": _("find out whether the letter is genuine"),
            "verified": _("write down ground and scope"),
            "submitted": _("look at what leaves, and decide"),
            "approved": _("build, seal and hand over"),
            "handed_over": _("close it when it was received"),
        }
        return "–" if case.open_now else str(words.get(case.state, "–"))

    def get_urls(self) -> list[URLPattern]:
        """Add the pages of a case."""
        name = "onvif_privacy_disclosures_case"

        def view(target: Any) -> Any:
            # a release is recorded for good before it is read: no transaction may be open around these views
            return transaction.non_atomic_requests(self.admin_site.admin_view(target))

        return [
            path("search/", view(self.search_view), name=f"{name}_search"),
            path("<uuid:pk>/holds/", view(self.holds_view), name=f"{name}_holds"),
            path("<uuid:pk>/act/<slug:act>/", view(self.act_view), name=f"{name}_act"),
            path("<uuid:pk>/scope/", view(self.scope_view), name=f"{name}_scope"),
            path("<uuid:pk>/approve/", view(self.approve_view), name=f"{name}_approve"),
            path("<uuid:pk>/deliver/", view(self.deliver_view), name=f"{name}_deliver"),
            path("<uuid:pk>/document/<uuid:document>/", view(self.document_view), name=f"{name}_document"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Show the queue; the look is recorded."""
        if not may_look(request):
            raise PermissionDenied
        more = {**(extra_context or {}), "may_search": searching.may_search(request)}
        return looked(request, "list", "queue") or super().changelist_view(request, more)

    def search_view(self, request: HttpRequest) -> HttpResponse:
        """Look for the cases of a person."""
        return searching.view(request, self)

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Enter a letter."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = forms.IntakeForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            made: list[Case] = []
            if attempt(request, lambda: made.append(self._received(request, form)), _("The letter is entered.")):
                for other in intake.duplicates(made[0]):
                    messages.warning(request, _("Case %(ref)s has the same file or file number.") % {"ref": other})
                return HttpResponseRedirect(case_address(made[0]))
        return page(request, self, "intake", {"form": form, "title": _("Enter a letter")})

    def _received(self, request: HttpRequest, form: forms.IntakeForm) -> Case:
        data, actor = dict(form.cleaned_data), staff(request)
        file = data.pop("file")
        case = intake.receive(actor=actor, **data)
        intake.attach(case=case, actor=actor, kind="process", name=file.name, parts=file.chunks())
        return Case.objects.get(pk=case.pk)

    def _case(self, request: HttpRequest, pk: Any) -> Case:
        if not may_look(request):
            raise PermissionDenied
        rows = Case.objects.select_related("authority__party", "regime", "scope__regime", "handler", "requester")
        case = get_object_or_404(rows, pk=pk)
        if about.is_about(case, request.user):  # as for any person: it does not exist
            raise Http404
        return case

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show where a case stands, its one next step, and everything that came with it."""
        try:
            case = self._case(request, object_id)
        except ValidationError:
            return HttpResponseRedirect(reverse("admin:onvif_privacy_disclosures_case_changelist"))
        return looked(request, "view", f"case {case.pk.hex}", case) or page(
            request, self, "case", {**overview(request, case), **acts.context(request, case)}
        )

    def act_view(self, request: HttpRequest, pk: Any, act: str) -> HttpResponse:
        """Carry out one act by POST; anything else leads back."""
        case = self._case(request, pk)
        if request.method == "POST":
            first = acts.carry_out(request, case, act)
            if first is not None:
                return first
        return HttpResponseRedirect(case_address(case))

    def scope_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Write down ground and scope."""
        case = self._case(request, pk)
        return looked(request, "view", f"scope {case.pk.hex}", case) or scoping.view(request, self, case, overview)

    def approve_view(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Show everything that leaves, on one page, and take the yes or the no."""
        case = self._case(request, pk)
        return looked(request, "view", f"scope {case.pk.hex}", case) or deciding.view(request, self, case, overview)

    def deliver_view(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Build, seal, hand over, take back."""
        case = self._case(request, pk)
        return looked(request, "view", f"package {case.pk.hex}", case) or delivering.view(request, self, case, overview)

    def holds_view(self, request: HttpRequest, pk: Any) -> HttpResponseBase:
        """Begin, see, lengthen and end holds."""
        case = self._case(request, pk)
        return looked(request, "view", f"holds {case.pk.hex}", case) or holding.view(request, self, case, overview)

    def document_view(self, request: HttpRequest, pk: Any, document: Any) -> HttpResponseBase:
        """Hand a file back as it came: as an attachment that no browser opens."""
        case = self._case(request, pk)
        found = get_object_or_404(Document, pk=document, case=case)
        if first := looked(request, "download", f"document {found.pk.hex}", case):
            return first
        parts = files.read(found.storage_name, kind="document", owner=case.pk)
        response = StreamingHttpResponse(parts, content_type="application/octet-stream")
        response.headers["Content-Disposition"] = f'attachment; filename="{case.ref}-{found.sha256[:12]}.bin"'
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers["Cache-Control"] = "private, no-store"
        return response


def case_address(case: Case, name: str = "change") -> str:
    """Return the address of a page of a case."""
    return reverse(f"admin:onvif_privacy_disclosures_case_{name}", args=[case.pk])


def time_left(case: Case) -> str:
    """Say how long there is to answer, in words and as a moment."""
    if case.due_at is None or not case.is_open or case.state == "handed_over":
        return "–"
    when = f"{timezone.localtime(case.due_at):%Y-%m-%d %H:%M}"
    if case.due_at < timezone.now():
        return str(_("late by %(time)s (%(when)s)") % {"time": timesince(case.due_at, depth=1), "when": when})
    return f"{timeuntil(case.due_at, depth=1)} ({when})"


def overview(request: HttpRequest, case: Case) -> dict[str, Any]:
    """Return what every page of a case shows: where it stands, and what comes next."""
    following, side = nexts.of(case), side_of(case, request.user)
    place = next((number for number, one in enumerate(nexts.STAGES) if case.state in one.states), 0)
    with opened():
        file_number = str(Case.objects.get(pk=case.pk).file_number or "")
    return {
        "title": case.ref,
        "case": case,
        "original": case,
        "file_number": file_number,
        "stages": [(one, number < place, number == place) for number, one in enumerate(nexts.STAGES)],
        "next": following,
        "next_address": case_address(case, "change" if following.page == "case" else following.page),
        "is_my_turn": nexts.may_take(case, request.user, following.part),
        "side": side,
        "time_left": time_left(case),
        "lacking": authenticity.lacking(case) if case.state == "received" else [],
        "silence": notices.in_force(case),
        "works": request.user.has_perm(WORK) and side in ("", "work") and case.is_open,
    }
