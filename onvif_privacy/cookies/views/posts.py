"""What visitors send: a decision, a sweep, an entry to count, and names of unknown cookies."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.http import require_POST

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.forms import DecisionForm, EntryForm
from onvif_privacy.cookies.services import counting, deciding, findings, guard, sweeping
from onvif_privacy.cookies.services.deciding import Decided, Outdated, UnknownPurpose
from onvif_privacy.cookies.services.origin import Origin, origin
from onvif_privacy.cookies.views.pages import next_page, settings_response, silent
from onvif_privacy.core import limits
from onvif_privacy.core.consent import ConsentUnavailable, IdempotencyConflict
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.text import clean

logger = logging.getLogger(__name__)

View = Callable[[HttpRequest], HttpResponse]

SETTINGS = "onvif_privacy_cookies:settings"
GRANTING = ("accept", "save", "allow")
RETRY_SECONDS = 30
NAMES, NAME_LENGTH = 20, 64


class SeeOther(HttpResponseRedirect):
    """303: whatever was posted, the next page is read."""

    status_code = 303


def wants_json(request: HttpRequest) -> bool:
    """Say whether the script asks: it names JSON, a form submitted by a browser does not."""
    return "application/json" in request.headers.get("Accept", "")


def refuse(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    """Say no in the form that was asked for; the settings page always offers the way on."""
    response: HttpResponse
    if wants_json(request):
        response = JsonResponse({"error": code, "message": message}, status=status)
    else:
        response = settings_response(request, status=status, message=message, code=code)
    if status in (429, 503):
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def own_pages_only(view: View) -> View:
    """Let only posts from this site's own pages through; the rest is 403, or asked to confirm where nothing is said."""

    @login_not_required
    @csrf_exempt
    @never_cache
    @require_POST
    @private_page
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        found = origin(request)
        if found is Origin.FOREIGN:
            return refuse(request, 403, "origin", _("This came from another site, so it was not carried out."))
        if found is Origin.UNSAID:
            return confirm(request)
        return view(request)

    return guarded


@ensure_csrf_cookie
def confirm(request: HttpRequest) -> HttpResponse:
    """Ask once more, with a form token: the browser did not say which page this came from."""
    message = _("Your browser did not say which page this came from.")
    form = DecisionForm(request.POST)
    if wants_json(request) or not form.is_valid():
        return refuse(request, 403, "confirm", message)
    asked = {"action": form.action_taken, "purposes": form.slugs}
    return settings_response(request, status=403, code="confirm", confirm=asked)


@own_pages_only
def choice(request: HttpRequest) -> HttpResponse:
    """Take a decision. 303 to the page it came from, or JSON; 400, 403, 409, 429 and 503 leave everything as it was."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return refuse(request, 400, "invalid", _("This form was not understood."))
    if form.cleaned_data["action"] == "choose":
        return SeeOther(reverse(SETTINGS))
    if form.action_taken in GRANTING and not _within_limit(request, form):
        return refuse(request, 429, "limit", _("Too many choices in a short time. Please wait a minute."))
    try:
        decided = _decide(request, form)
    except UnknownPurpose:
        return refuse(request, 400, "purpose", _("This site has no such purpose."))
    except Outdated:
        return refuse(
            request, 409, "outdated", _("What we ask has changed since this page was made. Please choose again.")
        )
    except IdempotencyConflict:
        return refuse(
            request, 409, "repeated", _("This form was sent before with another choice. Please choose again.")
        )
    except ConsentUnavailable:
        logger.warning("A grant could not be recorded, so it was not carried out.", exc_info=True)
        return refuse(
            request,
            503,
            "unavailable",
            _("Your choice cannot be recorded just now, so nothing was allowed. Please try again."),
        )
    return _answer(request, decided)


def _within_limit(request: HttpRequest, form: DecisionForm) -> bool:
    if form.action_taken == "save" and not form.slugs:
        return True  # a refusal is never limited
    return limits.allow("cookies.grant", limits.network(request), limit=20, seconds=60)


def _decide(request: HttpRequest, form: DecisionForm) -> Decided:
    data = form.cleaned_data
    return deciding.decide(
        silent(request),
        action=form.action_taken,
        slugs=form.slugs,
        shown=form.shown,
        key=data["key"],
        surface=data["surface"],
        scripted=wants_json(request),
    )


def _answer(request: HttpRequest, decided: Decided) -> HttpResponse:
    """Answer a decision with its cookies and the first deletions; ``left`` tells the script to sweep on."""
    response: HttpResponse = SeeOther(next_page(request) or reverse(SETTINGS))
    after, deletions = "", HttpResponse()
    deciding.write(deletions, decided.choice)
    if guard.enforcing(decided.policy):
        after = sweeping.sweep(deletions, request, decided.policy, decided.allows)
    if wants_json(request):
        state = {slug: found.value for slug, found in decided.states.items()}
        body = {"state": state, "policy": decided.policy.number, "left": int(bool(after)), "after": after}
        response = JsonResponse(body)
    dict.update(response.cookies, deletions.cookies)
    _deletes_itself(request)
    return response


def _deletes_itself(request: HttpRequest) -> None:
    """Tell the guard that this answer carries its deletions already, by the new choice and not by the old one."""
    privacy: Any = getattr(request, "privacy", None)
    if hasattr(privacy, "deletes"):
        privacy.deletes = False


@own_pages_only
def sweep(request: HttpRequest) -> HttpResponse:
    """Delete what the visitor did not grant, as much as fits; ``after`` is sent back until ``left`` is 0."""
    privacy = silent(request)
    after = clean(request.POST.get("after", ""), 200)
    response, rest = JsonResponse({}), ""
    if guard.enforcing(privacy.declaration):
        holder = HttpResponse()
        rest = sweeping.sweep(holder, request, privacy.declaration, privacy.allows, after=after)
        response = JsonResponse({"left": int(bool(rest)), "after": rest})
        dict.update(response.cookies, holder.cookies)
        _deletes_itself(request)
    else:
        response = JsonResponse({"left": 0, "after": ""})
    return response


@own_pages_only
def names(request: HttpRequest) -> HttpResponse:
    """Take names of cookies that a script saw and nobody declared, from visitors who allowed that. Never a value."""
    privacy, purpose = silent(request), conf.CLIENT_REPORT_PURPOSE
    if purpose in privacy.declaration.optional and privacy.allows(purpose):
        for name in request.POST.getlist("name")[:NAMES]:
            if name and privacy.declaration.cookies.get(name[:NAME_LENGTH]) is None:
                findings.report("undeclared", name[:NAME_LENGTH], source="script")
    return HttpResponse(status=204)


@own_pages_only
def shown(request: HttpRequest) -> HttpResponse:
    """Count an entry on which the bar was seen. The script sends no cookie with it; who it was is not kept."""
    form = EntryForm(request.POST)
    if not conf.STATISTICS:
        raise Http404
    if not form.is_valid():
        return HttpResponse(status=400)
    counting.shown(silent(request), language=form.language_shown, policy=form.cleaned_data["policy"])
    return HttpResponse(status=204)
