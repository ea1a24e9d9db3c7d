"""Screens of letters: what waits, what failed and why; and the letters that staff write themselves."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from onvif_privacy.core import contacts, outbox
from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.admin.evidence import staff
from onvif_privacy.core.gate import PurposeRequired
from onvif_privacy.core.models import Outgoing, Telling
from onvif_privacy.core.registry import needed


class OutgoingAdmin(EvidenceAdmin):
    """Base of screens for letters, in every room: to look at, and to let failed ones be tried again.

    The subject is a reference; no screen shows an address. Trying again needs the permission to change the model.
    """

    actions: Any = ("try_again",)
    list_display: Any = ("created_at", "reference", "purpose", "state", "reason", "attempts", "sent_at")
    list_filter = ("state", "purpose")
    list_select_related = ("subject",)
    date_hierarchy = "created_at"
    fields: ClassVar[Any] = (
        "reference",
        "purpose",
        "state",
        "reason",
        "attempts",
        "created_at",
        "not_before",
        "sending_at",
        "sent_at",
    )
    readonly_fields: ClassVar[Any] = ("reference", "created_at")

    def has_again_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may let failed letters be tried again."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    @admin.display(description=_("subject"))
    def reference(self, letter: Outgoing) -> str:
        """The subject's public reference."""
        return letter.subject.reference if letter.subject else "–"

    @admin.action(description=_("Try to send again (failed ones)"), permissions=["again"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Let the chosen letters be tried again."""
        number = outbox.retry(queryset)
        words = ngettext("%d letter is tried again.", "%d letters are tried again.", number) % number
        self.message_user(request, words, messages.SUCCESS if number else messages.WARNING)


@admin.register(Telling)
class TellingAdmin(OutgoingAdmin):
    """Messages to people. Staff open one only to write it as a letter, and each opening is an entry."""

    list_display = ("created_at", "reference", "standing", "reason", "seen_at", "sent_at")
    list_filter = ("channel", "state")
    fields: ClassVar[Any] = (
        "reference",
        "standing",
        "reason",
        "attempts",
        "created_at",
        "sending_at",
        "sent_at",
        "seen_at",
    )
    readonly_fields: ClassVar[Any] = ("reference", "created_at", "standing")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not listed where nothing sends such messages."""
        return needed("tell") and super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return needed("tell") and super().has_view_permission(request, obj)

    @admin.display(description=_("how it stands"))
    def standing(self, telling: Telling) -> str:
        """What has become of the message; a letter to write leads to its page."""
        if telling.channel == Telling.Channel.BANNER:
            return str(_("read") if telling.seen_at else _("waits for a sign-in"))
        if telling.channel == Telling.Channel.LETTER and telling.state != Telling.State.SENT:
            address = reverse("admin:onvif_privacy_telling_letter", args=[telling.pk])
            return format_html('<a href="{}">{}</a>', address, _("Write the letter"))
        how = _("by letter") if telling.channel == Telling.Channel.LETTER else _("by mail")
        return f"{telling.get_state_display()} {how}"

    def get_urls(self) -> list[Any]:
        """Add the page of a letter."""
        page = self.admin_site.admin_view(self.letter_view)
        return [path("<uuid:pk>/letter/", page, name="onvif_privacy_telling_letter"), *super().get_urls()]

    def letter_view(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Ask, show the words, take note that the letter is in the post: each step is a POST."""
        telling = get_object_or_404(contacts.to_post().select_related("subject__user"), pk=pk)
        if not self.has_again_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "posted" in request.POST:
            contacts.posted(telling, actor=staff(request))
            self.message_user(request, _("Noted: the letter is in the post."), messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:onvif_privacy_telling_changelist"))
        words = None
        if request.method == "POST":
            try:
                words = contacts.read_letter(telling, actor=staff(request))
            except PurposeRequired:
                raise Http404(_("This person's data has been erased.")) from None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Write the letter"),
            "opts": self.opts,
            "original": telling,
            "words": words,
            "account": self._account(telling),
        }
        return render(request, "admin/onvif_privacy/letter.html", context)

    @staticmethod
    def _account(telling: Telling) -> str:
        """Return the address of the account's own screen, where staff may find out whom to write to; else empty."""
        user = telling.subject.user if telling.subject else None
        try:
            return (
                reverse(f"admin:{user._meta.app_label}_{user._meta.model_name}_change", args=[user.pk]) if user else ""
            )
        except NoReverseMatch:
            return ""
