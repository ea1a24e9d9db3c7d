"""What people do on "my privacy". Every change is a POST with a token and leaves an entry."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from onvif_privacy.core import consent, subjects
from onvif_privacy.core.consent import IdempotencyConflict, Method, ObjectionStands, Outcome
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.views import requires_strength
from onvif_privacy.rights.forms import CorrectForm, DecideForm, KeyedForm, UnderstoodForm
from onvif_privacy.rights.models import Channel, Kind, Request, State
from onvif_privacy.rights.services import correcting, holdings, requests
from onvif_privacy.rights.services.requests import tokens
from onvif_privacy.rights.services.requests.answering import objectionable
from onvif_privacy.rights.services.requests.states import using
from onvif_privacy.rights.views.asking import SeeOther, account, back, own, private, said

READS_OR_POSTS = ["GET", "HEAD", "POST"]


def tell(request: HttpRequest, words: str) -> None:
    """Say on the next page what was done, where the site shows messages."""
    messages.success(request, words, fail_silently=True)


@private
@require_POST
@own
def decide(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """Withdraw a consent or object to a use; effective at commit. 400 for what cannot be, 409 for a form sent twice."""
    form = DecideForm(request.POST)
    if not form.is_valid() or form.cleaned_data["purpose"] not in purposes:
        return said(request, _("This form was not understood"), _("Please go back and try again."), 400)
    slug, act, key = (form.cleaned_data[name] for name in ("purpose", "act", "key"))
    purpose = purposes.get(slug)
    if (act == "withdraw" and not purpose.basis.asks) or (act == "object" and slug not in objectionable()):
        return said(request, _("This cannot be decided"), _("This use does not rest on your agreement."), 400)
    outcome = Outcome.WITHDRAWN if act == "withdraw" else Outcome.OBJECTED
    try:
        consent.decide(subject=subject, purpose=slug, outcome=outcome, method=Method.FORM, key=key, surface="rights")
    except (IdempotencyConflict, ObjectionStands):
        return said(request, _("Decided already"), _("This was decided before. Please look at the page again."), 409)
    tell(request, _("Recorded: %(purpose)s") % {"purpose": purpose.label})
    return back("decisions")


@private
@require_http_methods(READS_OR_POSTS)
@account
@own
def correct(request: HttpRequest, subject: Subject, label: str, pk: str, name: str) -> HttpResponseBase:
    """Change an own field, or ask staff to; 404 for any field that is not the person's to correct."""
    with holdings.opened(subject) as (scope, _who):
        found = correcting.target(subject, label, pk, name)
        if found is None:
            raise Http404
        scope.claim([found.row])
        before = getattr(found.row, name)
        form = CorrectForm(found, request.POST if request.method == "POST" else None, initial={"value": before})
        if form.is_valid():
            try:
                return _corrected(request, subject, found, form.cleaned_data["value"])
            except ValidationError as error:
                form.add_error("value", error.messages if hasattr(error, "messages") else str(error))
        context = {"form": form, "target": found, "at_once": found.field.correct == "self"}
        status = 400 if form.is_bound else 200
        return render(request, "onvif_privacy/rights/correct.html", context, status=status)


def _corrected(request: HttpRequest, subject: Subject, found: correcting.Target, value: Any) -> HttpResponse:
    if found.field.correct == "self":
        correcting.correct(subject, found, value)
        tell(request, _("Changed."))
        return back("held")
    asked = correcting.ask(subject, found, value)
    tell(request, _("We look at it: request %(reference)s.") % {"reference": asked.reference})
    return back("requests")


def _start(request: HttpRequest, subject: Subject, kind: Kind, key: str) -> Request:
    channel = Channel.ACCOUNT if subject.user_id is not None else Channel.BROWSER
    return requests.open(kind=kind, channel=channel, key=key, subject=subject)


def _to_receipt(made: Request) -> HttpResponse:
    """Lead to where the receipt will stand: nobody can sign in any more then, and not every address was confirmed."""
    token = tokens.issue(made, tokens.RECEIPT, hours=24 * tokens.WAITING_DAYS)
    return SeeOther(reverse("onvif_privacy_rights:link", args=[token]))


def _asked(
    request: HttpRequest, subject: Subject, kind: Kind, template: str, form_class: type[KeyedForm] = KeyedForm
) -> HttpResponseBase:
    """Show what a request brings; start it by POST."""
    form = form_class(request.POST if request.method == "POST" else None)
    if form.is_valid():
        made = _start(request, subject, kind, form.cleaned_data["key"])
        if kind is Kind.ERASE:
            return _to_receipt(made)
        tell(request, _("Recorded as request %(reference)s.") % {"reference": made.reference})
        return back("requests" if subject.user_id is not None else "")
    open_one = Request.objects.using(using()).running().filter(kind=kind, subject=subject).first()
    status = 400 if form.is_bound else 200
    return render(request, template, {"form": form, "open": open_one, "subject": subject}, status=status)


@private
@require_http_methods(READS_OR_POSTS)
@account
@requires_strength()
@own
def download(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """Ask for a copy of everything. Asks for the password again."""
    return _asked(request, subject, Kind.EXPORT, "onvif_privacy/rights/download.html")


@private
@require_http_methods(READS_OR_POSTS)
@account
@requires_strength()
@own
def erase(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """Ask for the erasure of everything. Asks for the password again."""
    return _asked(request, subject, Kind.ERASE, "onvif_privacy/rights/erase.html", UnderstoodForm)


@private
@require_http_methods(READS_OR_POSTS)
@own
def erase_browser(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """Ask, without an account, for the erasure of what this browser's choice let be recorded."""
    if subject.user_id is not None:
        raise Http404
    return _asked(request, subject, Kind.ERASE, "onvif_privacy/rights/erase.html", UnderstoodForm)


@private
@require_http_methods(READS_OR_POSTS)
@account
@requires_strength()
@own
def restrict(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """Restrict the use of what is held, or end that. Asks for the password again."""
    if request.method == "POST" and "end" in request.POST:
        if Request.objects.using(using()).filter(subject=subject, kind=Kind.ERASE, state=State.COOLING).exists():
            return said(request, _("An erasure is waiting"), _("Cancel the erasure first."), 409)
        subjects.unrestrict(subject)
        tell(request, _("The restriction has ended."))
        return back("actions")
    return _asked(request, subject, Kind.RESTRICT, "onvif_privacy/rights/restrict.html")


@private
@require_http_methods(READS_OR_POSTS)
@own
def object_to_all(request: HttpRequest, subject: Subject) -> HttpResponseBase:
    """Object to every use that rests on an interest of ours, and withdraw every consent."""
    return _asked(request, subject, Kind.OBJECT, "onvif_privacy/rights/object.html")


@private
@require_POST
@own
def cancel(request: HttpRequest, subject: Subject, reference: str) -> HttpResponseBase:
    """Withdraw an own request; 404 for anybody else's, 409 where it is too late."""
    found = Request.objects.using(using()).filter(subject=subject, reference=reference).first()
    if found is None:
        raise Http404
    try:
        requests.cancel(request=found)
    except requests.NotNow as error:
        return said(request, _("This cannot be cancelled"), str(error), 409)
    tell(request, _("Request %(reference)s is withdrawn.") % {"reference": reference})
    return back("requests")
