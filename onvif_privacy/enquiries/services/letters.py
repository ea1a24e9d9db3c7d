"""Letters about enquiries: they say that something is to be read, and quote nothing of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from onvif_privacy.core.conf import conf as house
from onvif_privacy.enquiries.models import Citation, Enquiry, Letter, State
from onvif_privacy.enquiries.services import deadlines, reading, tokens
from onvif_privacy.enquiries.services.states import locked, move, using

TEMPLATES = "onvif_privacy/enquiries/mail"
AN_HOUR = timedelta(hours=1)
ON_ITS_WAY = (Letter.State.WAITING, Letter.State.SENDING)


def is_reached(enquiry: Enquiry) -> bool:
    """Whether letters can go to the person of an enquiry."""
    return enquiry.addressed and enquiry.reply_to is not None and bool(house.BASE_URL)


def write(enquiry: Enquiry, what: Letter.What, *, once: str) -> Letter | None:
    """Have a letter sent, in the caller's transaction; None where there is no address. ``once`` is written once."""
    if not is_reached(enquiry):
        return None
    known = Letter.objects.using(using()).filter(once=f"{what}-{once}").first()
    if known is not None:
        return known
    letter = Letter(
        enquiry=enquiry,
        what=what,
        purpose=reading.PURPOSE,
        token=tokens.issue_link(enquiry),
        language=enquiry.language,
        once=f"{what}-{once}",
    )
    letter.save(force_insert=True, using=using())
    return letter


def was_acknowledged_lately(address_mac: str) -> bool:
    """Whether an acknowledgement was written to an address within the hour: the next one waits for a person to look."""
    rows = Letter.objects.using(using()).filter(what=Letter.What.ACKNOWLEDGED, enquiry__address_mac=address_mac)
    return rows.filter(created_at__gt=timezone.now() - AN_HOUR).exists()


def tell_receipt(enquiry: Enquiry) -> Letter | None:
    """Have the person told that it has come, once, in the caller's transaction; None where there is no address."""
    return write(enquiry, Letter.What.ACKNOWLEDGED, once=str(enquiry.pk))


def acknowledge(enquiry: Enquiry, *, now: bool) -> None:
    """Tell the person that it has come, in the caller's transaction.

    ``now`` says that somebody shows it to them or nobody can be written to: then it counts as acknowledged at once,
    else when the mail server has taken the letter.
    """
    letter = tell_receipt(enquiry)
    if enquiry.state == State.RECEIVED and (now or letter is None):
        move(enquiry, State.ACKNOWLEDGED, acknowledged_at=timezone.now())


def _link(token: str) -> str:
    return house.BASE_URL.rstrip("/") + reverse("onvif_privacy_enquiries:link", args=[token])


def _words(letter: Letter, token: str) -> tuple[str, str]:
    """Return title and text of a letter, in the language that is active."""
    enquiry = letter.enquiry
    cited = Citation.objects.using(using()).filter(enquiry=enquiry).order_by("-version").first()
    clocks = deadlines.told(enquiry)
    context: dict[str, Any] = {
        "enquiry": enquiry,
        "link": _link(token),
        "organisation": house.ORGANISATION,
        "contact": house.CONTACT,
        "until": clocks[0].due if clocks and letter.what == Letter.What.ACKNOWLEDGED else None,
        "version": cited.version if cited else "",
    }
    rendered = render_to_string(f"{TEMPLATES}/{letter.what}.txt", context).strip()
    title, _blank, text = rendered.partition("\n")
    return f"{title.strip()[:180]} [{enquiry.ref}]", text.strip() + "\n"


def compose(letter: Letter) -> EmailMessage | None:
    """Write a letter; None where its enquiry has ended."""
    token = reading.secret_of(letter, "token", letter.enquiry)
    address = reading.address_of(letter.enquiry)
    if token is None or address is None:
        return None
    with override(letter.language or None):
        title, text = _words(letter, token)
    head = {"Reply-To": house.CONTACT}
    if letter.what == Letter.What.ACKNOWLEDGED:
        head["Auto-Submitted"] = "auto-replied"  # RFC 3834: no machine answers it
    return EmailMessage(title, text, to=[address], headers=head)


def after_sending() -> None:
    """Let what follows from letters that have left happen: acknowledged, closed; and forget their links."""
    from onvif_privacy.enquiries.services.cases import close

    over = Letter.objects.using(using()).exclude(state__in=ON_ITS_WAY).filter(token__isnull=False)
    for letter in over.select_related("enquiry__subject")[:500]:
        with locked(letter.enquiry) as found:
            if letter.what == Letter.What.ACKNOWLEDGED and found.state == State.RECEIVED and not found.quarantined:
                if letter.state == Letter.State.SENT:
                    move(found, State.ACKNOWLEDGED, acknowledged_at=letter.sent_at)
            elif letter.what == Letter.What.OUTCOME and found.state == State.VERIFIED:
                close(found)  # sent, or nobody can be reached: it stands on the page
            Letter.objects.using(using()).filter(pk=letter.pk).update(token=None)


__all__ = [
    "acknowledge",
    "after_sending",
    "compose",
    "is_reached",
    "tell_receipt",
    "was_acknowledged_lately",
    "write",
]
