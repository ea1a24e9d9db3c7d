"""Whether somebody is of age, and the page on which a guardian decides. 404 where the site does not ask."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.consent import ConsentUnavailable
from onvif_privacy.people.forms.minors import AgeForm, AskGuardianForm, GuardianForm
from onvif_privacy.people.services import ages, ask_guardian, guardian_decides, guardians, minors, proving
from onvif_privacy.people.services.errors import PeopleError, ProofRefused
from onvif_privacy.people.services.links import statement_url
from onvif_privacy.people.views.decorators import closed_page, own_page
from onvif_privacy.people.views.mine import back, known, page, subject

RETRY_AFTER = "30"  # seconds
PART = "age"


@own_page("GET", "HEAD", "POST")
def age(request: HttpRequest) -> HttpResponse:
    """Ask once; afterwards show what follows from the answer."""
    if not ages.asked():
        raise Http404
    person = known(request)
    answer = minors.age_of(person) if person else None
    if answer is not None:
        return _answered(request, AskGuardianForm())
    form = AgeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        form.keep(subject(request))
        return back("kept", PART)
    return page(request, "age", {"form": form, "statement": statement_url()})


def _answered(request: HttpRequest, form: AskGuardianForm, status: int = 200) -> HttpResponse:
    person = subject(request)
    context = {
        "minor": minors.is_minor(person),
        "guardian": guardians.current(person),
        "offers": ages.guarded() and proving.offered(),
        "form": form,
    }
    return page(request, "age_answered", context, status=status)


@own_page("POST")
def ask(request: HttpRequest) -> HttpResponse:
    """Have a guardian written to."""
    person, form = known(request), AskGuardianForm(request.POST)
    if person is None or not ages.guarded() or not minors.is_minor(person):
        raise Http404
    if not form.is_valid():
        return _answered(request, form)
    try:
        ask_guardian(minor=person, address=form.cleaned_data["email"])
    except (PeopleError, ValidationError):
        form.add_error(
            "email", _("We cannot write to this address. It must not be your own, and three mails a day are sent.")
        )
        return _answered(request, form)
    return back("guardian-asked", PART)


@closed_page("GET", "HEAD", "POST")
def guardian(request: HttpRequest, token: str) -> HttpResponse:
    """Show a guardian what they can allow; a POST records it, once."""
    try:
        found = guardians.read_link(token)
        form = GuardianForm(request.POST if request.method == "POST" else None, offered=guardians.offered(found))
        if form.is_valid():
            guardian_decides(token=token, granted=form.granted, notice=form.notice())
            return page(request, "guardian", {"done": True})
    except (ProofRefused, PeopleError):
        return page(request, "guardian", {"refused": True}, status=404)
    except ConsentUnavailable:
        response = page(request, "guardian", {"form": form, "unavailable": True}, status=503)
        response.headers["Retry-After"] = RETRY_AFTER
        return response
    return page(request, "guardian", {"form": form, "statement": statement_url()})
