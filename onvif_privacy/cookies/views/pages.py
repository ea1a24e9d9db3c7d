"""What visitors read: settings, declaration, dialog, and the state of their choice."""

from __future__ import annotations

import json
import uuid
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from onvif_privacy.cookies.models import PolicyVersion
from onvif_privacy.cookies.services import deciding, running, shown
from onvif_privacy.cookies.services.changes import LABELS, Change
from onvif_privacy.cookies.services.declared import languages
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.visitor import Silent
from onvif_privacy.core.consent import State
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.text import safe_url

FOLDER = "onvif_privacy/cookies"
HOUR, YEAR = 3600, 31536000

STATE_LABELS = {State.GRANTED: _("allowed"), State.REFUSED: _("declined"), State.UNDECIDED: _("not decided")}
WHY_LABELS = {
    "gpc": _("declined by your browser's privacy signal"),
    "outdated": _("has changed since you allowed it, so you are asked again"),
}
AGAINST_SIGNAL = _("allowed by you although your browser sends a privacy signal")


def silent(request: HttpRequest) -> Silent:
    """Return the visitor's choice without marking the answer; views of this room set their own cache headers."""
    privacy = getattr(request, "privacy", None)
    found = getattr(privacy, "silent", None)
    return found if isinstance(found, Silent) else Silent(request, running.current())


def next_page(request: HttpRequest) -> str:
    """Return the page to go back to, if the request names one of this site; else an empty string."""
    return safe_url(request.POST.get("next") or request.GET.get("next") or "") or ""


def choice_rows(privacy: Silent, policy: Policy, language: str) -> dict[str, Any]:
    """Return what the visitor decided, for their own page."""
    rows = []
    for group in shown.groups(policy, language):
        if group["required"]:
            continue
        state, why = privacy.verdict(group["slug"])
        stored = privacy.stored(group["slug"])
        against = state is State.GRANTED and privacy.gpc and stored is not None and stored.under_gpc
        rows.append(
            {
                "slug": group["slug"],
                "label": group["label"],
                "state": state.value,
                "state_label": STATE_LABELS[state],
                "why": why,
                "why_label": AGAINST_SIGNAL if against and group["gpc"] else WHY_LABELS.get(why, ""),
            }
        )
    return {"decided": privacy.decided, "decided_at": privacy.decided_at, "gpc": privacy.gpc, "rows": rows}


def receipts_url(privacy: Silent) -> str:
    """Return where the visitor's receipts are; empty for who granted nothing, since nothing is recorded of them."""
    if not privacy.reference:
        return ""
    try:
        return reverse("onvif_privacy:receipts")
    except NoReverseMatch:  # this room's pages are mounted without the kernel's
        return ""


def settings_response(
    request: HttpRequest, *, status: int = 200, message: str = "", code: str = "", confirm: dict[str, Any] | None = None
) -> HttpResponse:
    """Return the settings page with what is chosen now, a message, or a choice that waits to be confirmed."""
    privacy, language = silent(request), shown.language_now()
    policy = privacy.declaration
    context = shown.settings_form(policy, language, surface="page", next_page=next_page(request))
    granted = set(confirm["purposes"]) if confirm and confirm["purposes"] else None
    for position, group in enumerate(context["purposes"]):
        state, why = privacy.verdict(group["slug"])
        on = state is State.GRANTED if granted is None else group["slug"] in granted
        context["purposes"][position] = {**group, "granted": on, "state": state.value, "why": why}
    context |= {
        "choice": choice_rows(privacy, policy, language),
        "confirm": confirm,
        "message": message,
        "error": code,
        "key": uuid.uuid4().hex,
        "receipts_url": receipts_url(privacy),
    }
    response = render(request, f"{FOLDER}/preferences.html", context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


@login_not_required
@never_cache
@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    """Show the whole form, with what is chosen now. Works without JavaScript."""
    response = settings_response(request)
    deciding.record_waiting(silent(request), response)
    return response


@login_not_required
@require_safe
def declaration(request: HttpRequest) -> HttpResponse:
    """Show everything that may be stored in a browser, and what has changed. Holds nothing of the visitor."""
    policy, language = silent(request).declaration, shown.language_now()
    context = {
        **shown.form(policy, language, surface="page"),
        "groups": shown.groups(policy, language),
        "versions": _versions(policy),
        "json_url": reverse("onvif_privacy_cookies:declaration-json"),
    }
    return render(request, f"{FOLDER}/declaration.html", context)


def _versions(policy: Policy) -> list[dict[str, Any]]:
    """Return the published versions, newest first; empty while the database is away. One query."""
    if not policy.number:
        return []
    try:
        rows = list(PolicyVersion.objects.order_by("-number").values("number", "published_at", "changes"))
    except DatabaseError:
        return []
    for row in rows:
        row["changes"] = [Change(**change).label for change in row["changes"] if change["kind"] in LABELS]
    return cast("list[dict[str, Any]]", rows)


@private_page
@login_not_required
@require_safe
def declaration_json(request: HttpRequest) -> JsonResponse:
    """Return the declaration in force for machines, in every language. Public for an hour."""
    policy = silent(request).declaration
    response = JsonResponse(
        {
            "policy": policy.number,
            "digest": policy.snapshot.digest,
            "published": shown.published_on(policy) or None,
            **json.loads(policy.snapshot.text()),
        }
    )
    patch_cache_control(response, public=True, max_age=HOUR)
    return response


@private_page
@login_not_required
@require_safe
def dialog(request: HttpRequest, policy: int, language: str, version: str) -> HttpResponse:
    """Return the settings dialog, the same for everybody; kept for ever by caches if its address is the present one."""
    running_policy = silent(request).declaration
    if language not in languages():
        raise Http404
    with override(language):
        html = render_to_string(
            f"{FOLDER}/dialog.html", shown.settings_form(running_policy, language, surface="dialog"), request
        )
    response = HttpResponse(html, headers={"Content-Language": language})
    if policy and (policy, version) == (running_policy.number, shown.dialog_version(running_policy, language)):
        patch_cache_control(response, public=True, max_age=YEAR, immutable=True)
    else:
        patch_cache_control(response, no_store=True)
    return response


@private_page
@login_not_required
@never_cache
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """Return the state of each purpose, the privacy signal and the policy number."""
    privacy = silent(request)
    return JsonResponse(
        {
            "state": {slug: found.value for slug, found in privacy.states().items()},
            "gpc": privacy.gpc,
            "decided": privacy.decided,
            "policy": privacy.declaration.number,
        }
    )


@private_page
@login_not_required
@never_cache
@require_safe
def state_css(request: HttpRequest) -> HttpResponse:
    """Return the few rules that hide the bar of those who decided; asked for by browsers without JavaScript only."""
    privacy = silent(request)
    states = privacy.states()
    context = {
        "decided": not privacy.open_purposes(),
        "granted": [slug for slug, found in states.items() if found is State.GRANTED],
        "gpc": privacy.gpc and bool(privacy.declaration.covered),
        "purposes": [{"slug": slug, "state": found.value} for slug, found in states.items()],
    }
    response = render(request, f"{FOLDER}/state.css", context, content_type="text/css; charset=utf-8")
    deciding.record_waiting(privacy, response)
    return response
