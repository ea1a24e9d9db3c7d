"""Admin of the room: versions to look at and to publish, drafts to write, findings to deal with."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.admin.audits import PolicyScreenshotInline, picture_view
from onvif_privacy.cookies.models import (
    CookieFinding,
    DeclaredItem,
    DeclaredItemText,
    KnownItem,
    PolicyText,
    PolicyVersion,
)
from onvif_privacy.cookies.services import known, proposing, publishing
from onvif_privacy.cookies.services.changes import LABELS, Change
from onvif_privacy.cookies.services.snapshot import Contradiction
from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.core.registry import device_items, purposes

IGNORE_DAYS = 90


def _labels(changes: list[dict[str, Any]]) -> list[str]:
    return [Change(**change).label for change in changes if change["kind"] in LABELS]


class PolicyTextInline(admin.TabularInline):  # type: ignore[type-arg] # not subscriptable at run time
    """The words of a version, to look at only."""

    model = PolicyText
    fields = readonly_fields = ("language", "buttons", "words", "fallbacks")
    extra = 0
    can_delete = False

    @admin.display(description=_("words"))
    def words(self, text: PolicyText) -> SafeString:
        """Bar and dialog, as stored."""
        return format_html("<pre>{}</pre><hr><pre>{}</pre>", text.banner.text, text.dialog.text)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PolicyText]:
        """Bring the words along."""
        return super().get_queryset(request).select_related("banner", "dialog")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PolicyVersion)
class PolicyVersionAdmin(EvidenceAdmin):
    """Published versions; the button publishes the drafts of code and admin."""

    list_display = ("number", "published_at", "published_by", "summary")
    fields = (
        "number",
        "published_at",
        "published_by",
        "package",
        "digest",
        "what_changed",
        "generations",
        "declaration",
        "assets",
        "entry",
    )
    readonly_fields = ("what_changed", "declaration")
    inlines = [PolicyTextInline, PolicyScreenshotInline]
    change_list_template = "admin/onvif_privacy_cookies/policyversion/change_list.html"

    @admin.display(description=_("changes"))
    def summary(self, version: PolicyVersion) -> str:
        """The first changes of a version."""
        labels = _labels(version.changes)
        return "; ".join(labels[:3]) + (" …" if len(labels) > 3 else "")

    @admin.display(description=_("changes"))
    def what_changed(self, version: PolicyVersion) -> SafeString:
        """Every change of a version."""
        rows = (
            (label, "·" if not change["reason"] else change["reason"])
            for label, change in zip(_labels(version.changes), version.changes, strict=False)
        )
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{} {}</li>", rows))

    @admin.display(description=_("declaration"))
    def declaration(self, version: PolicyVersion) -> SafeString:
        """The canonical snapshot, laid out."""
        return format_html("<pre>{}</pre>", json.dumps(json.loads(version.snapshot), indent=2, ensure_ascii=False))

    def get_urls(self) -> list[URLPattern]:
        """Add the page that shows the differences and publishes them, and the pictures of versions."""
        wrap, mine = self.admin_site.admin_view, "onvif_privacy_cookies"
        publish = path("publish/", wrap(self.publish_view), name=f"{mine}_publish")
        picture = path("picture/<uuid:key>/", wrap(self.picture_view), name=f"{mine}_picture")
        return [publish, picture, *super().get_urls()]

    def picture_view(self, request: HttpRequest, key: uuid.UUID) -> HttpResponse:
        """Hand out a screenshot to who may see versions."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return picture_view(key)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Offer the button to those who may publish."""
        context = {**(extra_context or {}), "may_publish": self.may_publish(request)}
        return super().changelist_view(request, context)

    def may_publish(self, request: HttpRequest) -> bool:
        """Whether the person may publish."""
        return request.user.has_perm("onvif_privacy_cookies.publish_policy")

    def publish_view(self, request: HttpRequest) -> HttpResponse:
        """Show what would be published; publish on POST, with the reasons given for changes of wording."""
        if not self.may_publish(request):
            raise PermissionDenied
        try:
            draft = publishing.draft()
            if request.method == "POST":
                return self._publish(request, draft)
        except (Contradiction, publishing.NotPublishable, publishing.PublishedMeanwhile, ValueError) as error:
            self.message_user(request, str(error), messages.ERROR)
            return self._back()
        worded = sorted({change.purpose for change in draft.changes if change.kind == "wording" and change.material})
        context = {
            **self.admin_site.each_context(request),
            "title": _("Publish the cookie policy"),
            "draft": draft,
            "worded": worded,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/onvif_privacy_cookies/policyversion/publish.html", context)

    def _publish(self, request: HttpRequest, draft: publishing.Draft) -> HttpResponse:
        reasons = {slug: request.POST.get(f"cosmetic_{slug}", "").strip()[:200] for slug in purposes_of(draft)}
        try:
            version = publishing.publish(
                actor=request.user,  # type: ignore[arg-type] # the admin lets nobody else in
                cosmetic={slug: reason for slug, reason in reasons.items() if reason},
            )
        except publishing.NothingToPublish as error:
            self.message_user(request, str(error), messages.WARNING)
        else:
            self.message_user(
                request, _("Published as version %(number)d.") % {"number": version.number}, messages.SUCCESS
            )
        return self._back()

    def _back(self) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:onvif_privacy_cookies_policyversion_changelist"))


def purposes_of(draft: publishing.Draft) -> list[str]:
    """Return the purposes whose wording changed."""
    return sorted({change.purpose for change in draft.changes if change.kind == "wording"})


class DeclaredItemForm(forms.ModelForm):  # type: ignore[type-arg]
    """A draft: its purpose must be one that is asked about, and code must not declare the same."""

    provider_url = forms.URLField(label=_("page of the provider"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [
            (purpose.slug, purpose.label) for purpose in purposes.all() if purpose.device and not purpose.retired
        ]
        self.fields["purpose"] = forms.ChoiceField(choices=offered, label=_("purpose"))

    def clean(self) -> dict[str, Any]:
        """Refuse what code declares already."""
        data = super().clean() or self.cleaned_data
        key = f"{data.get('kind')}:{data.get('name')}"
        if key in device_items:
            raise ValidationError(_("This is declared in %(place)s already.") % {"place": device_items.where(key)})
        return data


class DeclaredItemTextInline(admin.TabularInline):  # type: ignore[type-arg]
    """What visitors read, by language."""

    model = DeclaredItemText
    extra = 1
    min_num = 1


@admin.register(DeclaredItem)
class DeclaredItemAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Drafts. Nothing of them runs until it is published."""

    form = DeclaredItemForm
    inlines = [DeclaredItemTextInline]
    list_display = ("name", "kind", "purpose", "provider", "duration_days")
    list_filter = ("kind", "purpose")


@admin.register(CookieFinding)
class CookieFindingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """What the guard saw. To be declared, fixed in code, or ignored with a reason and an end."""

    list_display = ("name", "kind", "source", "view", "count", "last_seen", "ignored_until")
    list_filter = ("kind", "source")
    search_fields = ("name", "view")
    readonly_fields = ("name", "kind", "source", "view", "count", "first_seen", "last_seen", "proposal")
    fields = (*readonly_fields, "ignored_until", "ignored_because")
    actions = ["ignore"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    @admin.display(description=_("known as"))
    def proposal(self, finding: CookieFinding) -> str:
        """What the imported list says of the name, and the way to a declaration that begins with it."""
        item = known.matcher().get(finding.name)
        values = proposing.fields_of(item) if item else {"name": finding.name}
        query = urlencode({name: value for name, value in values.items() if value is not None})
        link = format_html(
            '<a href="{}?{}">{}</a>', reverse("admin:onvif_privacy_cookies_declareditem_add"), query, _("Declare it")
        )
        said = f"{item.platform}, {item.category}: {item.description}" if item else _("unknown")
        return format_html("{} · {}", said, link)

    @admin.action(description=_("Ignore for 90 days"), permissions=["change"])
    def ignore(self, request: HttpRequest, queryset: QuerySet[CookieFinding]) -> None:
        """Put findings aside; who and until when is the reason kept with them."""
        until = timezone.localdate() + timedelta(days=IGNORE_DAYS)
        reason = _("put aside by %(user)s") % {"user": request.user.get_username()}
        number = queryset.update(ignored_until=until, ignored_because=str(reason)[:200])
        self.message_user(request, _("%(number)d put aside until %(until)s.") % {"number": number, "until": until})


@admin.register(KnownItem)
class KnownItemAdmin(EvidenceAdmin):
    """The site's copy of the Open Cookie Database, to look things up; files change it."""

    list_display = ("name", "platform", "category", "retention", "controller")
    list_filter = ("category",)
    search_fields = ("name", "platform")

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not listed before something was imported."""
        return KnownItem.objects.exists() and super().has_module_permission(request)
