"""Sensitive values: each use asked for by itself, and withdrawn as easily."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse

from onvif_privacy.core.consent import ConsentUnavailable
from onvif_privacy.people.forms import SensitiveForm
from onvif_privacy.people.services import minors
from onvif_privacy.people.services.sensitive import own_values, uses, withdraw_sensitive
from onvif_privacy.people.views.decorators import own_page
from onvif_privacy.people.views.mine import back, known, page, special_rows, subject

RETRY_AFTER = "30"  # seconds


def _use(slug: str) -> str:
    if slug not in {one.slug for one in uses()}:
        raise Http404
    return slug


@own_page("GET", "HEAD")
def special(request: HttpRequest) -> HttpResponse:
    """Show what is kept for which use, and what is not. 404 where the site asks for nothing sensitive."""
    if not uses():
        raise Http404
    person = known(request)
    values: dict[str, Any] = own_values(person) if person else {}
    return page(request, "special", {"rows": special_rows(person, values)})


@own_page("GET", "HEAD", "POST")
def give(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask for one value, with a box of its own."""
    if minors.is_minor(known(request)):
        raise Http404
    form = SensitiveForm(request.POST if request.method == "POST" else None, purpose=_use(slug))
    if form.is_valid():
        try:
            form.keep(subject(request))
        except ConsentUnavailable:
            response = page(request, "special_form", {"form": form, "unavailable": True}, status=503)
            response.headers["Retry-After"] = RETRY_AFTER
            return response
        return back("kept", "special")
    return page(request, "special_form", {"form": form})


@own_page("POST")
def withdraw(request: HttpRequest, slug: str) -> HttpResponse:
    """Take one consent back; the value is deleted at once."""
    person = known(request)
    if person is not None:
        withdraw_sensitive(subject=person, purpose=_use(slug))
    return back("withdrawn", "special")
