"""The draft: write, compare with the version before, submit, publish."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject
from onvif_privacy.statement.admin.acting import attempt, may_look, person, staff
from onvif_privacy.statement.admin.bindings import rows
from onvif_privacy.statement.forms import BeginForm, DraftForm, DraftTextForm, PublishForm
from onvif_privacy.statement.models import Draft, DraftText, Version
from onvif_privacy.statement.services import drafts, publishing, review
from onvif_privacy.statement.services.permissions import BIND, EDIT, PUBLISH


class DraftTextInline(admin.StackedInline):  # type: ignore[type-arg]
    """The sources, one for each language."""

    model = DraftText
    form = DraftTextForm
    extra = 0

    def _may_edit(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(EDIT)

    has_add_permission = has_change_permission = has_delete_permission = _may_edit

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the draft decides


@admin.register(Draft)
class DraftAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """The draft: write, compare with the version before, submit, publish."""

    form = DraftForm
    inlines = [DraftTextInline]
    list_display = ("__str__", "created_at", "submitted_at", "submitted_by_name")
    readonly_fields = ("document", "submitted_by_name", "submitted_at")
    fields = ("document", "summary", "reason", "comments", "change", "submitted_by_name", "submitted_at")
    actions = None

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def _may_edit(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(EDIT)

    has_add_permission = has_change_permission = has_delete_permission = _may_edit

    @admin.display(description=_("submitted by"))
    def submitted_by_name(self, draft: Draft) -> str:
        """Who submitted the draft."""
        return person(draft.submitted_by)

    def get_urls(self) -> list[URLPattern]:
        """Add the page on which a draft is read, submitted and published."""
        view = self.admin_site.admin_view(self.review_view)
        name = "onvif_privacy_statement_draft_review"
        return [path("<uuid:pk>/review/", view, name=name), *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Open a draft from the newest version, or from the shipped template where nothing is published."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        last = Version.objects.order_by("-number").first()
        form_class = forms.Form if last else BeginForm
        form = form_class(request.POST if request.method == "POST" else None)
        if form.is_valid():
            opened: list[Draft] = []

            def begin() -> None:
                if last:
                    opened.append(drafts.draft(from_version=last, actor=staff(request)))
                elif isinstance(form, BeginForm):
                    opened.append(drafts.draft_from_template(languages=form.ordered(), actor=staff(request)))

            if attempt(request, begin, _("The draft is open.")):
                return HttpResponseRedirect(reverse("admin:onvif_privacy_statement_draft_change", args=[opened[0].pk]))
        context = {**self.admin_site.each_context(request), "opts": self.opts, "form": form, "last": last}
        context["title"] = _("New draft")
        return TemplateResponse(request, "admin/onvif_privacy_statement/begin.html", context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for problem in drafts.problems(form.instance)[:20]:
            messages.warning(request, str(problem))

    def review_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Show problems, difference and preview; submit or publish by POST."""
        draft = get_object_or_404(Draft.objects.select_related("document"), pk=pk)
        if not self.has_view_permission(request, draft):
            raise PermissionDenied
        form = PublishForm(request.POST if "publish" in request.POST else None)
        if "submit" in request.POST:
            attempt(request, lambda: drafts.submit(draft=draft, actor=staff(request)), _("The draft is submitted."))
            return HttpResponseRedirect(request.path)
        if "publish" in request.POST and form.is_valid():
            when = form.cleaned_data["effective_at"]
            act = lambda: publishing.publish(draft=draft, actor=staff(request), effective_at=when)  # noqa: E731
            if attempt(request, act, _("The version is published.")):
                return HttpResponseRedirect(reverse("admin:onvif_privacy_statement_version_changelist"))
            return HttpResponseRedirect(request.path)
        found = review.review(draft)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Review and publish"),
            "draft": draft,
            "review": found,
            "rows": rows(found.lines),
            "may_bind": request.user.has_perm(BIND),
            "submitted_by_name": person(draft.submitted_by),
            "form": form,
            "may_submit": request.user.has_perm(EDIT),
            "may_publish": request.user.has_perm(PUBLISH) and self._is_ready(request, draft, found),
        }
        return TemplateResponse(request, "admin/onvif_privacy_statement/review.html", context)

    def _is_ready(self, request: HttpRequest, draft: Draft, found: review.Review) -> bool:
        """Whether the button would be refused; the service decides, this only spares a click."""
        if not found.needs_second_person:
            return True
        own = Subject.objects.for_user(staff(request)).reference
        return bool(draft.submitted_by) and draft.submitted_by != own and not found.edited_since_submission
