"""What keeps each sentence: the list, and the form on which one sentence is bound."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.admin import EvidenceAdmin
from onvif_privacy.statement.admin.acting import attempt, may_look, person, staff
from onvif_privacy.statement.forms import BindingForm
from onvif_privacy.statement.models import Binding, Draft, Version
from onvif_privacy.statement.services import bindings, keeping
from onvif_privacy.statement.services.keeping import Line
from onvif_privacy.statement.services.permissions import BIND
from onvif_privacy.statement.services.sentences import digest


def rows(lines: list[Line]) -> list[dict[str, Any]]:
    """Return the lines with the name of whoever calls one a plain fact."""
    names: dict[str, str] = {}
    found = []
    for line in lines:
        fact = line.kept.fact
        if fact and fact.bound_by not in names:
            names[fact.bound_by] = person(fact.bound_by)
        who = (_("the package") if fact.shipped else names[fact.bound_by]) if fact else ""
        found.append({"line": line, "who": who, "digest": line.sentence.digest if line.sentence else ""})
    return found


@admin.register(Binding)
class BindingAdmin(EvidenceAdmin):
    """Who bound which sentence to what, and who took it back; nothing is ever deleted."""

    list_display = ("words", "promise", "fact", "who", "bound_at", "withdrawn_at")
    list_filter = ("fact", "shipped", ("withdrawn_at", admin.EmptyFieldListFilter), "promise")
    fields = readonly_fields = (
        *("words", "digest", "promise", "fact", "shipped", "reason", "who", "bound_at"),
        *("withdrawn_name", "withdrawn_at", "withdrawn_reason", "entry"),
    )
    list_per_page = 25

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request) or super().has_view_permission(request, obj)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    @admin.display(description=_("sentence"))
    def words(self, binding: Binding) -> str:
        """The sentence itself, or its digest where no text holds it any more."""
        return keeping.words_of(binding.digest) or binding.digest

    @admin.display(description=_("bound by"))
    def who(self, binding: Binding) -> str:
        """Who bound it."""
        return str(_("the package")) if binding.shipped else person(binding.bound_by)

    @admin.display(description=_("withdrawn by"))
    def withdrawn_name(self, binding: Binding) -> str:
        """Who took it back."""
        return person(binding.withdrawn_by or "")

    def get_urls(self) -> list[URLPattern]:
        """Add the sentences of a version, and the form of one sentence."""
        name, wrap = "onvif_privacy_statement_binding", self.admin_site.admin_view
        return [
            path("sentence/<str:digest>/", wrap(self.bind_view), name=f"{name}_bind"),
            path("version/<int:number>/", wrap(self.version_view), name=f"{name}_version"),
            *super().get_urls(),
        ]

    def version_view(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show what keeps each sentence of a published version."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        version = Version.objects.select_related("document").filter(number=number).first()
        if version is None:
            raise Http404
        title = _("What keeps the sentences of version %(number)s") % {"number": number}
        context = {"rows": rows(keeping.lines_of(version)), "language": version.document.language}
        return self._page(request, "version_sentences.html", title, context)

    def bind_view(self, request: HttpRequest, digest: str) -> HttpResponse:
        """Bind one sentence, or call it a plain fact."""
        if not request.user.has_perm(BIND):
            raise PermissionDenied
        words = keeping.words_of(digest)
        if words is None:
            raise Http404
        kept = bindings.live([digest]).get(digest, bindings.UNBOUND)
        proposed = kept.promises or tuple(request.GET.getlist("promise"))
        kind = "fact" if kept.fact and not kept.promises else "promises"
        initial = {"kind": kind, "promises": [slug for slug in proposed if slug in bindings.choices()]}
        form = BindingForm(request.POST if request.method == "POST" else None, initial=initial)
        if form.is_valid():
            data = form.cleaned_data
            act = lambda: bindings.rebind(  # noqa: E731
                digest=digest,
                promises=data["promises"],
                fact=data["kind"] == "fact",
                reason=data["reason"],
                actor=staff(request),
            )
            if attempt(request, act, _("The sentence is bound.")):
                return HttpResponseRedirect(_back(digest))
        return self._page(request, "bind.html", _("What keeps this sentence"), {"words": words, "form": form})

    def _page(self, request: HttpRequest, name: str, title: Any, context: dict[str, Any]) -> HttpResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/onvif_privacy_statement/{name}", {**shared, **context})


def _back(mark: str) -> str:
    """Return the page to go on with: the draft that holds the sentence, else the list of bindings."""
    for draft in Draft.objects.prefetch_related("texts"):
        if any(digest(line.rstrip()) == mark for text in draft.texts.all() for line in text.source.split("\n")):
            return reverse("admin:onvif_privacy_statement_draft_review", args=[draft.pk]) + f"#s{mark[:12]}"
    return reverse("admin:onvif_privacy_statement_binding_changelist")
