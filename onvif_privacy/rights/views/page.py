""" "My privacy": everything that is held, decided and asked, on one page that needs no JavaScript."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.functional import Promise as LazyText
from django.views.decorators.http import require_safe

from onvif_privacy.core import consent
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import NotDeclared, Panel, ordered_panels, personal_data
from onvif_privacy.rights.forms import new_key
from onvif_privacy.rights.services import holdings, panels
from onvif_privacy.rights.views.asking import asking, own, private

logger = logging.getLogger(__name__)

# What somebody without an account sees: what their browser decided and let be recorded, and the way to end it.
FOR_BROWSERS = ("decisions", "visits", "interests", "actions")


@dataclass(frozen=True)
class Shown:
    """One panel, rendered; empty where it could not be."""

    slug: str
    title: str | LazyText
    html: str


def _shown(request: HttpRequest, subject: Subject, panel: Panel) -> Shown:
    try:
        context = {**panel.context(request, subject), "subject": subject, "key": new_key()}
        return Shown(panel.slug, panel.title, render_to_string(panel.template, context, request))
    except Error:
        raise
    except Exception:  # a room's panel must not take the others along
        logger.exception("the panel %s could not be shown", panel.slug)
        return Shown(panel.slug, panel.title, "")


def _login(request: HttpRequest) -> str:
    return redirect_to_login(request.get_full_path()).url


@private
@require_safe
def me(request: HttpRequest) -> HttpResponseBase:
    """Show what is held of whoever asks; a stranger reads how to ask."""
    subject = asking(request)
    if subject is None or subject.erased_at is not None:
        return render(
            request,
            "onvif_privacy/rights/stranger.html",
            {"login_url": _login(request), "ask_url": reverse("onvif_privacy_rights:ask") if house.BASE_URL else ""},
        )
    account = subject.user_id is not None
    wanted = [one for one in ordered_panels() if account or one.slug in FOR_BROWSERS]
    with holdings.opened(subject):
        shown = [_shown(request, subject, panel) for panel in wanted]
    context = {"panels": [one for one in shown if one.html], "failed": [one for one in shown if not one.html]}
    return render(request, "onvif_privacy/rights/me.html", {**context, "account": account, "subject": subject})


def _number(request: HttpRequest) -> int:
    asked = request.GET.get("page", "1")
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) < 10**7 else 1


@private
@require_safe
@own
def table(request: HttpRequest, subject: Subject, label: str) -> HttpResponse:
    """Show all rows of one model about the person, page by page; 404 for what is not declared or not held."""
    if subject.user_id is None:
        raise Http404
    try:
        declaration = personal_data.get(label.lower())
    except NotDeclared:
        raise Http404 from None
    with holdings.opened(subject) as (scope, who):
        rows = holdings.rows(declaration, who)
        pages = Paginator(rows.order_by("pk"), panels.PAGE)
        number = _number(request)
        if not pages.count or number > pages.num_pages:
            raise Http404
        found = panels.table(declaration, who, scope, consent.state(subject), size=panels.PAGE, number=number)
        context = {"table": found, "count": pages.count, "page": pages.get_page(number)}
        return render(request, "onvif_privacy/rights/table.html", context)
