"""Messages that wait for a person: found when they sign in, shown by a banner, read on a page of their own."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import DatabaseError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from onvif_privacy.core import contacts, gate
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.models import Subject, Telling

logger = logging.getLogger(__name__)

SESSION_KEY = "onvif_privacy_messages"
LATEST = 50


def _subject(request: HttpRequest) -> Subject | None:
    return Subject.objects.filter(user=request.user.pk, erased_at__isnull=True).first()


def remember(request: HttpRequest | None, user: Any, **kwargs: object) -> None:
    """Note in the session how many messages wait for whoever signs in. One query, two for who has a subject."""
    if request is None or not hasattr(request, "session"):
        return
    try:
        subject = Subject.objects.filter(user=user.pk).first()
        number = contacts.unseen(subject).count() if subject else 0
    except DatabaseError:  # a message may wait; nobody is kept out for it
        logger.exception("the messages of somebody who signed in could not be looked for")
        return
    if number:
        request.session[SESSION_KEY] = number


@private_page
@login_required
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def messages(request: HttpRequest) -> HttpResponse:
    """Show a signed-in person the messages that mail did not bring, and take their word that they read one."""
    subject = _subject(request)
    waiting = contacts.unseen(subject).order_by("created_at") if subject else None
    if request.method == "POST":
        if waiting is None or not (one := waiting.filter(pk=_asked(request)).first()):
            raise Http404
        contacts.seen(one)
        request.session.pop(SESSION_KEY, None)
        if left := waiting.count():
            request.session[SESSION_KEY] = left
        return HttpResponseRedirect(reverse("onvif_privacy:messages"))
    rows = _opened(subject, waiting) if subject and waiting is not None else []
    return render(request, "onvif_privacy/messages.html", {"rows": rows})


def _opened(subject: Subject, waiting: QuerySet[Telling]) -> list[dict[str, Any]]:
    with gate.scope("own_access", subject=subject):
        return [{"id": one.pk, "title": one.title, "text": one.text, "at": one.created_at} for one in waiting[:LATEST]]


def _asked(request: HttpRequest) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("message", ""))
    except ValueError:
        raise Http404 from None
