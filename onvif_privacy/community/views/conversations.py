"""``conversations/``: one's own conversations, one of them, and reporting messages of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from onvif_privacy.community.conversation_forms import MessageForm, ReportForm, SearchForm, StartForm
from onvif_privacy.community.models import Report
from onvif_privacy.community.services import conversations
from onvif_privacy.community.services.conversations import NotThere, Refused
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.core import gate, limits, subjects
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.models import Subject

V = TypeVar("V", bound=Callable[..., HttpResponseBase])

STARTS_AN_HOUR, POSTS_A_MINUTE, SEARCHES_A_MINUTE, HOUR, MINUTE = 20, 30, 20, 3_600, 60
READS_OR_POSTS = ["GET", "HEAD", "POST"]
ROOM = "onvif_privacy_community"


def _sealed_off(response: HttpResponseBase) -> HttpResponseBase:
    """Let no cache, frame, search engine or other site have a part of the answer."""
    patch_cache_control(response, private=True, no_store=True)
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _said(request: HttpRequest, title: str, words: str, status: int) -> HttpResponse:
    context = {"title": title, "words": words}
    return render(request, "onvif_privacy/community/said.html", context, status=status)


def own(view: V) -> V:
    """Serve a page to who is signed in, with their subject as second argument; no visit of it is recorded."""

    @private_page
    @login_not_required  # the question below decides, so that the way back is kept
    @csrf_protect
    @sensitive_post_parameters()
    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        user = getattr(request, "user", None)
        if not isinstance(user, AbstractBaseUser) or not user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        try:
            return _sealed_off(view(request, subjects.for_user(user), *args, **kwargs))
        except NotThere:
            raise Http404 from None
        except gate.GateClosed:
            words = _("This cannot be done just now. Please try again later.")
            return _sealed_off(_said(request, _("Not just now"), words, 503))

    return cast("V", page)


def _to(name: str, *args: Any) -> HttpResponse:
    response = HttpResponseRedirect(reverse(f"{ROOM}:{name}", args=args))
    response.status_code = 303  # whatever was posted, the next page is read
    return response


def _within(form: Any, subject: Subject, kind: str, limit: int, seconds: int) -> bool:
    """Whether somebody did not write or search too often; says so in the form else."""
    if limits.allow(f"conversations.{kind}", subject.reference, limit=limit, seconds=seconds):
        return True
    form.add_error(None, _("That was too often. Please wait a while."))
    return False


@own
@require_http_methods(READS_OR_POSTS)
@sensitive_variables()
def listed(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Show one's conversations, and begin one by POST."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _within(form, subject, "start", STARTS_AN_HOUR, HOUR):
        data = form.cleaned_data
        try:
            with transaction.atomic(using=using()):
                made = conversations.start(subject=subject, others=data["to"])
                conversations.post(subject=subject, conversation=made.pk, text=data["text"], key=data["key"])
            return _to("conversation", made.pk)
        except Refused as error:
            form.add_error(None, str(error))
    context = {"form": form, "search": SearchForm(), "conversations": conversations.listed(subject=subject)}
    return render(request, "onvif_privacy/community/conversations.html", context, status=400 if form.errors else 200)


@own
@require_http_methods(READS_OR_POSTS)
@sensitive_variables()
def search(request: HttpRequest, subject: Subject) -> HttpResponse:
    """Look for words in one's newest messages, by POST."""
    form = SearchForm(request.POST if request.method == "POST" else None)
    found = None
    if form.is_valid() and _within(form, subject, "search", SEARCHES_A_MINUTE, MINUTE):
        found = conversations.search(subject=subject, words=form.cleaned_data["words"])
    context = {"search": form, "found": found}
    return render(request, "onvif_privacy/community/search.html", context, status=400 if form.errors else 200)


def _before(request: HttpRequest) -> int | None:
    said = request.GET.get("before", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


@own
@require_http_methods(READS_OR_POSTS)
@sensitive_variables()
def conversation(request: HttpRequest, subject: Subject, pk: uuid.UUID) -> HttpResponse:
    """Show one conversation, the newest messages last, and write in it by POST."""
    form = MessageForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and _within(form, subject, "post", POSTS_A_MINUTE, MINUTE):
        data = form.cleaned_data
        try:
            made = conversations.post(subject=subject, conversation=pk, text=data["text"], key=data["key"])
            response = _to("conversation", pk)
            response["Location"] += f"#m{made.number}"
            return response
        except NotThere:
            raise
        except Refused as error:
            form.add_error(None, str(error))
    people = conversations.others(subject=subject, conversation=pk)
    page = conversations.read(subject=subject, conversation=pk, before=_before(request))
    context = {"form": form, "people": people, "page": page, "pk": pk, "before": _before(request)}
    return render(request, "onvif_privacy/community/conversation.html", context, status=400 if form.errors else 200)


@own
@require_http_methods(READS_OR_POSTS)
@sensitive_variables()
def report(request: HttpRequest, subject: Subject, pk: uuid.UUID) -> HttpResponse:
    """Choose messages and say why; the site copies them itself."""
    page = conversations.read(subject=subject, conversation=pk, before=_before(request))
    lines = [line for line in page.lines if line.text is not None]
    form = ReportForm(request.POST if request.method == "POST" else None, lines=lines)
    if form.is_valid():
        data = form.cleaned_data
        try:
            conversations.report(
                subject=subject,
                conversation=pk,
                messages=[uuid.UUID(one) for one in data["messages"]],
                kind=Report.Kind(data["kind"]),
                words=data["words"],
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            words = _("Two people of our staff must agree before one of them reads what you chose, and no more.")
            return _said(request, _("We have your report"), words, 200)
    chosen = set(request.POST.getlist("messages"))
    rows = [(line, str(line.id) in chosen) for line in lines]
    context = {"form": form, "rows": rows, "pk": pk, "older": page.older}
    return render(request, "onvif_privacy/community/report.html", context, status=400 if form.errors else 200)


@own
@require_POST
def leave(request: HttpRequest, subject: Subject, pk: uuid.UUID) -> HttpResponse:
    """Leave a conversation."""
    conversations.leave(subject=subject, conversation=pk)
    return _to("conversations")


@own
@require_POST
def block(request: HttpRequest, subject: Subject, pk: uuid.UUID, person: uuid.UUID) -> HttpResponse:
    """Hear somebody of a conversation no more, or again."""
    if person not in {one.id for one in conversations.others(subject=subject, conversation=pk)}:
        raise NotThere
    sender = Subject.objects.get(pk=person)
    act = conversations.unblock if "again" in request.POST else conversations.block
    act(subject=subject, sender=sender)
    return _to("conversation", pk)
