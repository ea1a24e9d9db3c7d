"""Notices of changes with what became of their letters, the letters themselves, and who was shown which words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.admin.letters import OutgoingAdmin
from onvif_privacy.statement.admin.acting import may_look
from onvif_privacy.statement.models import Exposure, Notice, NoticeLetter, Text
from onvif_privacy.statement.services import copies
from onvif_privacy.statement.services.effects import LOOK
from onvif_privacy.statement.services.notices import OPEN
from onvif_privacy.statement.services.timeline import Step

State = NoticeLetter.State


def _letters(*states: str) -> Count:
    return Count("version__letters", filter=Q(version__letters__state__in=states))


@admin.register(Notice)
class NoticeAdmin(EvidenceAdmin):
    """How far the notice of each material version is, and when the job looks whether it is complete."""

    list_display = ("version", "audience", "sent", "open", "bounced", "unreachable", "complete", "settling", "effect")
    fields = readonly_fields = ("version", "days", "audience", "queued_at", "completed_at", "settling", "effect")

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Notice]:
        rows: QuerySet[Notice] = super().get_queryset(request).select_related("version__document")
        return rows.annotate(
            sent_count=_letters(State.SENT),
            open_count=_letters(*OPEN),
            bounced_count=_letters(State.FAILED),
            skipped_count=_letters(State.SKIPPED),
        )

    @admin.display(description=_("sent"))
    def sent(self, notice: Any) -> int:
        """How many letters a mail server has taken."""
        return int(notice.sent_count)

    @admin.display(description=_("still open"))
    def open(self, notice: Any) -> int:
        """How many wait or are being sent."""
        return int(notice.open_count)

    @admin.display(description=_("bounced"))
    def bounced(self, notice: Any) -> int:
        """How many no server would take."""
        return int(notice.bounced_count)

    @admin.display(description=_("no address any more"))
    def unreachable(self, notice: Any) -> int:
        """How many had nowhere to go when their turn came."""
        return int(notice.skipped_count)

    @admin.display(description=_("complete"))
    def complete(self, notice: Notice) -> datetime | None:
        """When the last letter had been tried."""
        return notice.completed_at

    @admin.display(description=_("looked at on"))
    def settling(self, notice: Notice) -> datetime | None:
        """When the job looks whether the notice was complete in time; afterwards nothing."""
        step = self._step(notice)
        return step.at - LOOK if step and step.held else None

    @admin.display(description=_("takes effect"))
    def effect(self, notice: Notice) -> datetime | None:
        """The planned day; it moves by itself where the notice is late, and is nothing where it has gone by."""
        step = self._step(notice)
        return step.at if step and not step.is_undated else None

    @staticmethod
    def _step(notice: Notice) -> Step | None:
        steps = copies.known(notice.version.document.slug).steps
        return next((step for step in steps if step.version == notice.version), None)


@admin.register(NoticeLetter)
class NoticeLetterAdmin(OutgoingAdmin):
    """Letters about changes: what waits, what failed and why."""

    list_display = ("created_at", "version", "reference", "language", "state", "reason", "attempts", "sent_at")
    list_filter = ("state", "version")
    list_select_related: ClassVar[Any] = ("subject", "version__document", "text")

    @admin.display(description=_("language"))
    def language(self, letter: NoticeLetter) -> str:
        """The language of what it announces."""
        return letter.text.language


@admin.register(Exposure)
class ExposureAdmin(EvidenceAdmin):
    """Who was shown which words by which act; the subject is a reference, never a name."""

    list_display = ("at", "reference", "kind", "words")
    list_filter = ("kind",)
    list_select_related = ("subject",)
    date_hierarchy = "at"
    fields = readonly_fields = ("at", "reference", "kind", "words", "digest")

    @admin.display(description=_("subject"))
    def reference(self, exposure: Exposure) -> str:
        """The subject's public reference."""
        return exposure.subject.reference

    @admin.display(description=_("words"))
    def words(self, exposure: Exposure) -> str:
        """The text that the digest names."""
        text = Text.objects.filter(text_digest=exposure.digest).select_related("version").first()
        return str(text) if text else exposure.digest[:8]
