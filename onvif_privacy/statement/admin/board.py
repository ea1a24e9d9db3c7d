"""The board: clauses by verdict, and one clause opened, with “look now”."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language, ngettext

from onvif_privacy.core.admin.overviews import PageAdmin
from onvif_privacy.core.promises import Verdict
from onvif_privacy.statement.admin.acting import may_look
from onvif_privacy.statement.models import Board
from onvif_privacy.statement.services import board
from onvif_privacy.statement.services.permissions import BIND


@admin.register(Board)
class BoardAdmin(PageAdmin):
    """Where each clause stands; a row opens its promises, checks, findings and history."""

    template = "admin/onvif_privacy_statement/board.html"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def shown(self) -> Any:
        return board.board(get_language() or "")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the board, with links to bind a sentence for who may."""
        return super().changelist_view(request, {"may_bind": request.user.has_perm(BIND), **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        """Add the page of one clause."""
        view = transaction.non_atomic_requests(self.admin_site.admin_view(self.clause_view))
        return [*super().get_urls(), path("<slug:slug>/", view, name="onvif_privacy_statement_board_clause")]

    def clause_view(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Show one clause; a POST looks now and comes back."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = board.opened(slug, get_language() or "")
        if found is None:
            raise Http404
        if request.method == "POST":
            self._look(request, slug)
            return HttpResponseRedirect(request.path)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": found.title,
            "shown": found,
            "slug": slug,
            "may_look_now": may_look(request),
        }
        return TemplateResponse(request, "admin/onvif_privacy_statement/board_clause.html", context)

    def _look(self, request: HttpRequest, slug: str) -> None:
        if not may_look(request):
            raise PermissionDenied
        looked = board.look_now(slug)
        broken = sum(one.verdict is Verdict.BROKEN for one in looked)
        words = ngettext("%(number)d check has looked.", "%(number)d checks have looked.", len(looked))
        self.message_user(request, words % {"number": len(looked)}, messages.SUCCESS)
        if broken:
            words = ngettext("%(number)d found something.", "%(number)d found something.", broken)
            self.message_user(request, words % {"number": broken}, messages.ERROR)
