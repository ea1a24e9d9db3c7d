"""Surveys: write the questions, open, release results, look at the charts. No screen reads a tally."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf as house
from onvif_privacy.outreach.admin.acting import attempt, page, staff
from onvif_privacy.outreach.forms import SurveyForm
from onvif_privacy.outreach.models import Question, Survey
from onvif_privacy.outreach.services.surveys import answering, releasing

State = Survey.State


class QuestionInline(admin.TabularInline):  # type: ignore[type-arg]
    """The questions, while the survey is a draft."""

    model = Question
    extra = 3
    fields = ("position", "kind", "label", "choices", "cross")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.state == State.DRAFT) and super().has_change_permission(request, obj)

    has_add_permission = has_change_permission

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_change_permission(request, obj)


@admin.register(Survey)
class SurveyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Surveys: once open, their questions are fixed."""

    list_display = ("ref", "title", "state", "closes_on", "public", "created_at")
    list_filter = ("state",)
    fields = ("title", "introduction", "closes_on", "delete_on", "public")
    inlines = (QuestionInline,)
    actions = None
    change_form_template = "admin/onvif_privacy_outreach/survey_change.html"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Survey | None = None) -> tuple[str, ...]:
        """What people were told stays."""
        return () if obj is None or obj.state == State.DRAFT else ("title", "introduction", "delete_on")

    def save_model(self, request: HttpRequest, obj: Survey, form: Any, change: bool) -> None:
        answering.new(obj).save()

    def get_urls(self) -> list[URLPattern]:
        """Add the acts, the preview and the results."""
        view, name = self.admin_site.admin_view, "onvif_privacy_outreach_survey"
        return [
            path("<uuid:pk>/act/<slug:act>/", view(self.act_view), name=f"{name}_act"),
            path("<uuid:pk>/results/", view(self.results_view), name=f"{name}_results"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the questions with what can be done."""
        runs = request.user.has_perm(answering.RUN)
        found = self.get_object(request, object_id)
        more = {
            "may_open": runs and found is not None and found.state == State.DRAFT,
            "may_close": runs and found is not None and found.state == State.OPEN,
        }
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **more})

    def act_view(self, request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
        """Open, close or release by POST."""
        found, who = get_object_or_404(Survey, pk=pk), staff(request)
        if request.method == "POST" and act == "open":
            attempt(request, lambda: answering.open_survey(found, actor=who), _("Open. Its questions are fixed now."))
        elif request.method == "POST" and act == "close":
            attempt(request, lambda: answering.close_survey(found, actor=who), _("Closed."))
        elif request.method == "POST" and act == "release":
            if releasing.release(found, actor=who) is None:
                words = _("Fewer than %(k)d answers came since the last results; nothing was published.")
                messages.warning(request, words % {"k": house.K})
            else:
                messages.success(request, _("Published."))
            return HttpResponseRedirect(reverse("admin:onvif_privacy_outreach_survey_results", args=[pk]))
        return HttpResponseRedirect(reverse("admin:onvif_privacy_outreach_survey_change", args=[pk]))

    def results_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show published results and, below, the page as people see it."""
        found = get_object_or_404(Survey, pk=pk)
        context = {
            "title": f"{found.ref}: {found.title}",
            "original": found,
            "releases": releasing.shown(found),
            "form": SurveyForm(survey=found),
            "may_release": request.user.has_perm(answering.RUN) and found.state != State.DRAFT,
        }
        return page(request, self, "survey_results", context)
