"""Coming back to an enquiry: by the link in a letter, or by number and code. GET shows a button, POST opens."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from onvif_privacy.core import ledger, limits, subjects
from onvif_privacy.core.doors import private_page
from onvif_privacy.core.keys import KeyDestroyed, SealBroken
from onvif_privacy.enquiries.forms import FollowForm, MessageForm
from onvif_privacy.enquiries.models import Access, Attachment, Direction
from onvif_privacy.enquiries.services import cases, clauses, deadlines, own, reading, receiving, tokens
from onvif_privacy.enquiries.services.receiving import Conflict
from onvif_privacy.enquiries.services.states import NotNow, locked, using
from onvif_privacy.enquiries.views.common import open_page, said, sealed_off

TRIES, HOUR = 5, 3_600
READS_OR_POSTS = ["GET", "HEAD", "POST"]


def _nothing(request: HttpRequest, status: int = 404) -> HttpResponse:
    words = _("The link, or the number and the code, are not valid, or not any more.")
    return said(request, _("Nothing is found"), words, status)


@open_page
@require_http_methods(READS_OR_POSTS)
def link(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the button that opens an enquiry; open it by POST. 404 for words that are no link, or not any more."""
    access = tokens.find_link(token)
    if access is None:
        return _nothing(request)
    if request.method != "POST":
        return render(request, "onvif_privacy/enquiries/link.html", {"ref": access.enquiry.ref})
    Access.objects.using(using()).filter(pk=access.pk, used_at__isnull=True).update(used_at=timezone.now())
    return _opened(request, access)


@open_page
@require_http_methods(READS_OR_POSTS)
def follow(request: HttpRequest) -> HttpResponseBase:
    """Ask for number and code. The answer to wrong ones is the same as to numbers that do not exist."""
    form = FollowForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 400 if form.is_bound else 200
        return render(request, "onvif_privacy/enquiries/follow.html", {"form": form}, status=status)
    ref, code = form.cleaned_data["ref"], form.cleaned_data["code"]
    number = (receiving.normal_ref(ref) or "")[:16]
    # In memory and for every number alike: a count in the database would tell which there are, and whoever knows a
    # number could lock its owner out. A code has 60 bits.
    within = limits.allow("enquiries.code", number, limit=TRIES, seconds=HOUR)
    within &= limits.allow("enquiries.codes", limits.network(request), limit=TRIES * 4, seconds=HOUR)
    access = tokens.find_code(ref, code)
    if access is None or not within:
        return _nothing(request)
    return _opened(request, access)


def _opened(
    request: HttpRequest, access: Access, *, form: MessageForm | None = None, status: int = 200, done: str = ""
) -> HttpResponse:
    """Show an enquiry to its person: where it stands, the dates, what was said, and a field to write."""
    enquiry, page = access.enquiry, tokens.page_token(access)
    user: Any = getattr(request, "user", None)
    context = {
        "enquiry": enquiry,
        "lines": reading.for_person(enquiry),
        "clocks": deadlines.told(enquiry),
        "clauses": [(clauses.title_of(one.slug), one) for one in enquiry.clauses.all()],
        "moves": enquiry.transitions.all(),
        "citations": enquiry.citations.all(),
        "page": page,
        "form": form or MessageForm(initial={"page": page}),
        "done": done,
        "can_attach": bool(user and user.is_authenticated and enquiry.subject_id is None),
        "incoming": Direction.IN,
    }
    return render(request, "onvif_privacy/enquiries/opened.html", context, status=status)


@open_page
@require_POST
def opened(request: HttpRequest) -> HttpResponseBase:
    """Take one more message; where the enquiry is closed, open it again."""
    access = tokens.read_page_token(request.POST.get("page", ""))
    if access is None:
        return _nothing(request)
    form = MessageForm(request.POST, request.FILES)
    if not form.is_valid():
        return _opened(request, access, form=form, status=400)
    words, enquiry = form.cleaned_data["text"], access.enquiry
    try:
        if enquiry.is_open:
            receiving.follow_up(enquiry, words, key=form.shown.key, files=form.cleaned_data["attachments"])
        else:
            cases.reopen(enquiry=enquiry, words=words)
    except (NotNow, Conflict):
        words = _("This form was sent before, or the enquiry was closed meanwhile. Please open it again.")
        return said(request, _("Not taken"), words, 409)
    access.enquiry.refresh_from_db(using=using())
    return _opened(request, access, done=_("We have your message."))


@open_page
@require_POST
def file(request: HttpRequest) -> HttpResponseBase:
    """Hand a file of the person's own enquiry out, as a download that no page can use."""
    access = tokens.read_page_token(request.POST.get("page", ""))
    try:
        wanted: Any = uuid.UUID(request.POST.get("file", ""))
    except ValueError:
        raise Http404 from None
    if access is None:
        raise Http404
    rows = Attachment.objects.using(using()).filter(enquiry=access.enquiry, entry__direction__in=("in", "out"))
    found = rows.select_related("enquiry__subject").filter(pk=wanted).first()
    if found is None:
        raise Http404
    return download(found, reading.name_of(found))


def download(attachment: Attachment, name: str) -> HttpResponse:
    """Answer with a file that came from somebody: whatever it is, no browser opens it on this site.

    404 for what has ended, was changed, or is gone from its storage.
    """
    try:
        content = attachment.file.open().read()
    except (KeyDestroyed, SealBroken, OSError, ValueError):
        raise Http404 from None
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = _disposition(name)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _disposition(name: str) -> str:
    """Return a header on one line, whatever the name is; a path in it is cut off."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(one for one in last if one.isprintable() and one not in '"%')[-120:].strip(". ") or "file"
    return content_disposition_header(as_attachment=True, filename=kept) or "attachment"


def _signed_in(request: HttpRequest) -> AbstractBaseUser | None:
    user = getattr(request, "user", None)
    return user if isinstance(user, AbstractBaseUser) and user.is_authenticated else None


@private_page
@login_not_required
@csrf_protect
@require_POST
def mine(request: HttpRequest) -> HttpResponseBase:
    """Open an enquiry that is under the account of who is signed in, without its code."""
    user = _signed_in(request)
    access = own.access_of(subjects.for_user(user), request.POST.get("ref", "")) if user is not None else None
    return sealed_off(_nothing(request) if access is None else _opened(request, access))


@private_page
@login_not_required
@csrf_protect
@require_POST
def attach(request: HttpRequest) -> HttpResponseBase:
    """Put an opened enquiry under the account of who is signed in."""
    access, user = tokens.read_page_token(request.POST.get("page", "")), _signed_in(request)
    if access is None or user is None:
        return sealed_off(_nothing(request))
    with transaction.atomic(using=using()):
        subject = subjects.for_user(user)
        with locked(access.enquiry) as found:
            if found.subject_id is None:
                found.subject = subject
                found.save(update_fields=["subject"], using=using())
                ledger.record("enquiries.attached", subject=subject, payload={"enquiry": found.ref})
    return sealed_off(_opened(request, access, done=_("It belongs to your account now.")))
