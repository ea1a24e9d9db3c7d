"""The form for everybody."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from onvif_privacy.core import limits
from onvif_privacy.core.conf import conf as house
from onvif_privacy.enquiries.forms import ContactForm
from onvif_privacy.enquiries.models import Channel, Kind
from onvif_privacy.enquiries.services import receiving, tokens
from onvif_privacy.enquiries.views.common import open_page, said

logger = logging.getLogger(__name__)
RETRY_SECONDS = 30


def _page(request: HttpRequest, form: ContactForm, status: int = 200, **more: Any) -> HttpResponseBase:
    context = {"form": form, "contact": house.CONTACT, **more}
    return render(request, "onvif_privacy/enquiries/contact.html", context, status=status)


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponseBase:
    """Take a comment or complaint. What cannot be stored comes back with everything that was typed (503)."""
    if request.method != "POST":
        return _page(request, ContactForm())
    form = ContactForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 400)
    try:
        return _received(request, form)
    except receiving.Conflict:
        words = _("This form was sent before with other words. Please open a fresh one.")
        return said(request, _("Sent already"), words, 409)
    except (DatabaseError, OSError):
        logger.exception("an enquiry could not be stored")
        response = _page(request, form, 503, lost=True)
        response.headers["Retry-After"] = str(RETRY_SECONDS)
        return response


def _received(request: HttpRequest, form: ContactForm) -> HttpResponseBase:
    data = form.cleaned_data
    message = receiving.Message(
        kind=Kind(data["kind"]),
        channel=Channel.FORM,
        text=data["text"],
        address=data["address"],
        clauses=data.get("clauses", ()),
        complained_on=data["complained_on"],
        files=data["attachments"],
        language=get_language() or settings.LANGUAGE_CODE,
    )
    shown, network = form.shown, limits.network(request)
    made = receiving.by_form(message, key=shown.key, network=network, age=shown.age, filled_trap=form.filled_trap)
    context = {
        "enquiry": made.enquiry,
        "code": tokens.spaced(made.code),
        "clocks": made.clocks,
        "contact": house.CONTACT,
    }
    return render(request, "onvif_privacy/enquiries/received.html", context)
