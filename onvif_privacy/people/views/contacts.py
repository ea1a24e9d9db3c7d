"""Adding, proving, preferring and forgetting e-mail addresses and telephone numbers."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from onvif_privacy.people import services
from onvif_privacy.people.forms import EmailForm, PhoneForm
from onvif_privacy.people.models import ContactPoint
from onvif_privacy.people.services.errors import PeopleError, ProofRefused, TooMany
from onvif_privacy.people.services.proving import read_token
from onvif_privacy.people.views.decorators import closed_page, own_page
from onvif_privacy.people.views.mine import back, page, subject

FORMS = {"email": (EmailForm, _("Another e-mail address")), "phone": (PhoneForm, _("Another telephone number"))}
PART = "contacts"


def _own(request: HttpRequest, pk: uuid.UUID) -> ContactPoint:
    """Return the person's own contact point; another's is as missing as one that does not exist."""
    rows = ContactPoint.objects.select_related("subject").filter(subject__user=request.user.pk)
    found: ContactPoint = get_object_or_404(rows, pk=pk)
    return found


@own_page("GET", "HEAD", "POST")
def add(request: HttpRequest, kind: str) -> HttpResponse:
    """Keep one more."""
    if kind not in FORMS:
        raise Http404
    made, title = FORMS[kind]
    form = made(request.POST if request.method == "POST" else None)
    if form.is_valid():
        data = form.cleaned_data
        try:
            services.add_contact(
                subject=subject(request), kind=kind, value=data[kind], use=data["use"], primary=data["primary"]
            )
        except TooMany:
            return back("too-many", PART)
        return back("kept", PART)
    return page(request, "form", {"form": form, "title": title})


@own_page("POST")
def prefer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make this the first one."""
    services.prefer_contact(contact=_own(request, pk))
    return back("preferred", PART)


@own_page("POST")
def ask_for_proof(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Send the link that proves an address."""
    try:
        services.ask_for_proof(contact=_own(request, pk))
    except PeopleError:
        return back("not-sent", PART)
    return back("sent", PART)


@own_page("POST")
def forget(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Delete it."""
    services.forget_contact(contact=_own(request, pk))
    return back("forgotten", PART)


@closed_page("GET", "HEAD", "POST")
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """Show a button, whoever opened the link; what proves the address is pressing it."""
    try:
        contact = services.prove_contact(token=token) if request.method == "POST" else read_token(token)
    except (ProofRefused, PeopleError):
        return page(request, "prove", {"refused": True}, status=404)
    return page(request, "prove", {"proven": contact.proven_at is not None})
