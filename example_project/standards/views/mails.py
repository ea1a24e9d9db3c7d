"""What left this demonstration: every mail became a file, and this page reads them."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import urlize
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from standards.mails import BETWEEN

NEWEST = 40


@dataclass(frozen=True)
class Shown:
    """One mail as the page shows it."""

    to: str
    subject: str
    date: str
    text: SafeString


def _read(raw: bytes) -> Shown:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101 - as the policy says
    part = message.get_body(("plain",))
    text = str(part.get_content()) if part is not None else ""
    return Shown(str(message["To"]), str(message["Subject"]), str(message["Date"]), urlize(text, autoescape=True))


def newest() -> list[Shown]:
    """Return the newest mails of this machine."""
    files = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), key=lambda one: one.stat().st_mtime, reverse=True)
    found: list[Shown] = []
    for file in files[:NEWEST]:
        raw = [one for one in file.read_bytes().split(BETWEEN) if one.strip()]
        found += [_read(one) for one in reversed(raw)]
        if len(found) >= NEWEST:
            break
    return found[:NEWEST]


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """Show them on the machine of whoever tries the demonstration; nowhere else is there such a page."""
    if not settings.DEBUG:
        raise Http404
    return render(request, "standards/mails.html", {"mails": newest()})
