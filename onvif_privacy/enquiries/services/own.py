"""The part "Comments and complaints" of "my privacy": what somebody put under their account, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from onvif_privacy.core.models import Subject
from onvif_privacy.enquiries.models import Access, Enquiry, normal_ref
from onvif_privacy.enquiries.services import deadlines, tokens
from onvif_privacy.enquiries.services.deadlines import Calendar, Clock
from onvif_privacy.enquiries.services.states import using

SHOWN = 20  # the newest; all of them are in what the person takes along


@dataclass(frozen=True)
class Row:
    """One enquiry as the page shows it: no word of it. ``opens`` says whether it can still be read."""

    enquiry: Enquiry
    clocks: list[Clock]
    opens: bool


def panel(request: HttpRequest, subject: Subject) -> Mapping[str, Any]:
    """Return what the panel is rendered with: the newest first. Four queries at most, however many there are."""
    found = list(Enquiry.objects.using(using()).filter(subject=subject).order_by("-received_at")[: SHOWN + 1])
    shown = found[:SHOWN]
    running = [one for one in shown if one.is_open]
    calendar = Calendar.present() if running else None
    pauses = deadlines.paused_of(running) if running else {}
    clocks = {one.pk: deadlines.told(one, calendar=calendar, pauses=pauses[one.pk]) for one in running}
    rows = [Row(one, clocks.get(one.pk, []), tokens.is_valid(one)) for one in shown]
    return {"rows": rows, "more": len(found) > SHOWN}


def access_of(subject: Subject, ref: str) -> Access | None:
    """Return a way into somebody's own enquiry; None for a number that is not theirs, or that has ended."""
    rows = Access.objects.using(using()).select_related("enquiry__subject").filter(mail=False)
    found = rows.filter(enquiry__subject=subject, enquiry__ref=normal_ref(ref[:16]) or "").first()
    return found if found is not None and tokens.is_valid(found.enquiry) else None
