"""Requests with their clock and plan, words to release, exports and steps to look at."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.rights.forms import EnterForm, ExtendForm, ReasonForm, ReviewForm
from onvif_privacy.rights.models import ExportFile, Kind, Letter, Request, Review, State, Step
from onvif_privacy.rights.services import clock, correcting, erasure, export, requests
from onvif_privacy.rights.services.export import reviewing
from onvif_privacy.rights.services.requests.states import end_of_day

DECIDE = "onvif_privacy_rights.decide_request"
APPROVE = "onvif_privacy_rights.approve_erasure"


def _staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


def _attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> bool:
    """Run a service and say what became of it; refusals are words, not errors."""
    try:
        act()
    except requests.NotNow as error:
        messages.error(request, str(error))
    except (ValueError, ValidationError) as error:
        messages.error(request, "; ".join(error.messages) if isinstance(error, ValidationError) else str(error))
    except LookupError:
        messages.error(request, _("What was to be corrected is not there any more."))
    else:
        messages.success(request, done)
        return True
    return False


@admin.register(Request)
class RequestAdmin(EvidenceAdmin):
    """Requests: what is due when, and what can be decided. No address is shown in a list."""

    list_display = ("reference", "kind", "channel", "state", "received_at", "last_day", "clock_stage")
    list_filter = ("state", "kind", "channel")
    search_fields = ("reference",)
    date_hierarchy = "received_at"
    ordering = ("due_on",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(DECIDE)

    @admin.display(description=_("answer until"), ordering="due_on")
    def last_day(self, one: Request) -> Any:
        """The day that counts."""
        return one.last_day

    @admin.display(description=_("time used"))
    def clock_stage(self, one: Request) -> str:
        """How much of the time is used, while it runs."""
        if not one.is_open:
            return "–"
        return f"{clock.stage(one.received_at, end_of_day(one.last_day), timezone.now())} %"

    def get_urls(self) -> list[URLPattern]:
        """Add the acts and the reviews."""
        view = self.admin_site.admin_view
        return [
            path("<uuid:pk>/act/<slug:act>/", view(self.act_view), name="onvif_privacy_rights_request_act"),
            path("review/<uuid:pk>/", view(self.review_view), name="onvif_privacy_rights_request_review"),
            *super().get_urls(),
        ]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Enter what came by letter, by telephone or in person, with the day of receipt."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = EnterForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            data, made = form.cleaned_data, list[Request]()

            def enter() -> None:
                made.append(requests.open(**data, key=secrets.token_hex(16), actor=_staff(request)))

            if _attempt(request, enter, _("The request is entered; its clock runs.")):
                return HttpResponseRedirect(self._address(made[0]))
        return self._page(request, "enter", {"form": form, "title": _("Enter a request")})

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show clock, plan, steps and reviews of a request, with what can be decided."""
        try:
            found = get_object_or_404(Request.objects.select_related("subject"), pk=object_id)
        except (ValueError, ValidationError):
            return HttpResponseRedirect(reverse("admin:onvif_privacy_rights_request_changelist"))
        if not self.has_view_permission(request, found):
            raise PermissionDenied
        decides = request.user.has_perm(DECIDE)
        context = {
            "title": f"{found.reference}: {found.get_kind_display()}",
            "original": found,
            "stage": self.clock_stage(found),
            "steps": found.steps.all(),
            "reviews": found.reviews.all() if decides else (),
            "exports": found.exports.order_by("started_at"),
            "sees_people": request.user.has_perm("onvif_privacy_rights.view_person"),
            "decides": decides and found.is_open and found.state != State.RECEIVED,
            "approves": request.user.has_perm(APPROVE) and found.kind == Kind.ERASE and found.state == State.REVIEW,
            "corrects": decides and found.kind == Kind.CORRECT and found.state == State.REVIEW,
            "extend": ExtendForm(),
            "refuse": ReasonForm(prefix="refuse"),
            "may_extend": found.extended_to is None,
        }
        receipt = erasure.receipt(request=found)
        return self._page(request, "request", context | (erasure.spoken(receipt) if receipt else {}))

    def act_view(self, request: HttpRequest, pk: Any, act: str) -> HttpResponse:
        """Carry out one decision by POST; anything else leads back."""
        found = get_object_or_404(Request.objects.select_related("subject"), pk=pk)
        needed = APPROVE if act == "approve" else DECIDE
        if not (self.has_view_permission(request, found) and request.user.has_perm(needed)):
            raise PermissionDenied
        if request.method == "POST":
            self._act(request, found, act)
        return HttpResponseRedirect(self._address(found))

    def _act(self, request: HttpRequest, found: Request, act: str) -> None:
        staff = _staff(request)
        if act == "extend":
            form = ExtendForm(request.POST)
            if form.is_valid():
                _attempt(
                    request, lambda: requests.extend(request=found, actor=staff, **form.cleaned_data), _("Extended.")
                )
                return
            messages.error(request, _("A reason is needed; the person reads it."))
        elif act == "refuse":
            words = ReasonForm(request.POST, prefix="refuse")
            reason = words.cleaned_data["reason"] if words.is_valid() else ""
            _attempt(request, lambda: requests.refuse(request=found, reason=reason, actor=staff), _("Refused."))
        elif act == "approve":
            _attempt(request, lambda: requests.approve(found, actor=staff), _("Approved."))
        elif act == "apply":
            _attempt(request, lambda: correcting.apply(found, actor=staff), _("Corrected."))
        elif act == "finish" and found.kind == Kind.CORRECT:
            _attempt(request, lambda: requests.finish(found, actor=staff), _("Done."))

    def review_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show words of others about a person, and release or leave them out. Looking is an entry."""
        review = get_object_or_404(Review.objects.select_related("request__subject"), pk=pk)
        if not (self.has_view_permission(request, review.request) and request.user.has_perm(DECIDE)):
            raise PermissionDenied
        form = ReviewForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            act = lambda: export.decide(review=review, actor=_staff(request), **form.cleaned_data)  # noqa: E731
            if _attempt(request, act, _("Decided.")):
                return HttpResponseRedirect(self._address(review.request))
        words = reviewing.words_of(review, actor=_staff(request))
        context = {
            "title": _("Words under review"),
            "review": review,
            "words": words,
            "contacts": export.contacts_in(words),
            "form": form,
            "back": self._address(review.request),
        }
        return self._page(request, "review", context)

    def _address(self, found: Request) -> str:
        return reverse("admin:onvif_privacy_rights_request_change", args=[found.pk])

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/onvif_privacy_rights/{name}.html", whole)


@admin.register(Step)
class StepAdmin(EvidenceAdmin):
    """Steps of erasures: what was done, in numbers, and what failed."""

    list_display = ("request", "position", "label", "done_at", "failure")
    list_filter = ("label",)
    fields = ("request", "position", "label", "counts", "done_at", "failure")
    list_select_related = ("request",)


@admin.register(ExportFile)
class ExportFileAdmin(EvidenceAdmin):
    """Exports: when one was made, fetched and deleted. The file itself is nobody's to open here."""

    list_display = ("request", "started_at", "finished_at", "size", "fetched_at", "expires_at", "deleted_at")
    fields = ("request", "started_at", "finished_at", "size", "digest", "fetched_at", "expires_at", "deleted_at")
    list_select_related = ("request",)


@admin.register(Letter)
class LetterAdmin(EvidenceAdmin):
    """Letters about requests: whether they left; never to whom."""

    list_display = ("created_at", "what", "request", "state", "reason", "attempts", "sent_at")
    list_filter = ("state", "what")
    fields = ("request", "what", "state", "reason", "attempts", "created_at", "sent_at")
    list_select_related = ("request",)


__all__ = ["ExportFileAdmin", "LetterAdmin", "RequestAdmin", "StepAdmin"]
