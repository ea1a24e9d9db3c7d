"""Looking for the cases of a person: by POST only, with a purpose, and recorded before the answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.disclosures.legal.admin.acting import attempt, page, staff
from onvif_privacy.disclosures.legal.services import searching
from onvif_privacy.disclosures.models import Case
from onvif_privacy.disclosures.services.acting import AUDIT, WORK


class SearchForm(forms.Form):
    """Whose cases, and what for. What was searched for is shown again to nobody."""

    words = forms.CharField(
        label=_("Who?"),
        max_length=200,
        help_text=_("A user name, an address or a reference of ours, whole."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.CharField(
        label=_("What for?"),
        min_length=searching.PURPOSE_AT_LEAST,
        max_length=200,
        help_text=_("It is recorded with your name, and audited."),
    )


def may_search(request: HttpRequest) -> bool:
    """Whether somebody may ask which cases are about a person."""
    return request.user.has_perm(WORK) or request.user.has_perm(AUDIT)


def view(request: HttpRequest, admin: Any) -> HttpResponse:
    """Ask for a person and a purpose, and show the references of the cases that name that person."""
    if not may_search(request):
        raise PermissionDenied
    form, found = SearchForm(request.POST or None), list[Case]()
    done = (
        request.method == "POST"
        and form.is_valid()
        and attempt(
            request,
            lambda: found.extend(searching.cases_of(actor=staff(request), **form.cleaned_data)),
            _("The search is recorded."),
        )
    )
    context = {"title": _("Search for a person"), "form": SearchForm() if done else form, "found": found, "done": done}
    return page(request, admin, "search", context)
