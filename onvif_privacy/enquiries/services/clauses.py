"""Tying an enquiry to a clause: its text as it stood, and what its checks said on the day and at receipt."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import timezone

from onvif_privacy.core import doors, promises
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.models import Proof
from onvif_privacy.core.promises import verdict_at
from onvif_privacy.core.registry.kinds import instant
from onvif_privacy.enquiries.models import ClauseLink, Enquiry
from onvif_privacy.enquiries.services.states import digest, using

LONG_AGO = timedelta(days=90)


def choices() -> list[tuple[str, str]]:
    """Return the clauses that installed rooms keep, by title: what an enquiry can be about."""
    return sorted(((one.slug, str(one.title)) for one in promises.clauses.all()), key=lambda one: one[1])


def title_of(slug: str) -> str:
    """Return the title of a clause in the reader's language; its slug where its room is gone."""
    return str(promises.clauses.get(slug).title) if slug in promises.clauses else slug


def history(slug: str, enquiry: Enquiry) -> list[Proof]:
    """Return the changes of verdict of a clause in the three months before an enquiry came, oldest first."""
    return promises.history(slug, enquiry.received_at - LONG_AGO, enquiry.received_at)


def _history_digest(slug: str, enquiry: Enquiry) -> str:
    lines = [[row.check_name, str(row.verdict), instant(row.at), str(row.pk)] for row in history(slug, enquiry)]
    return digest(canonical({"clause": slug, "history": lines, "v": 1}))


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=timezone.get_default_timezone())


def link(enquiry: Enquiry, slug: str) -> ClauseLink:
    """Tie an enquiry to a clause, in the caller's transaction; the same again is the same.

    The day is the one it complains of, else that of receipt. Raises NotDeclared for an unknown clause.
    """
    promises.clauses.get(slug)
    known = ClauseLink.objects.using(using()).filter(enquiry=enquiry, slug=slug).first()
    if known is not None:
        return known
    day = enquiry.complained_on or timezone.localdate(enquiry.received_at, timezone.get_default_timezone())
    moment = min(_end_of(day), enquiry.received_at)
    stood = doors.clause(slug, enquiry.language or settings.LANGUAGE_CODE, moment)
    made = ClauseLink(
        enquiry=enquiry,
        slug=slug,
        text_digest=stood.digest if stood else "",
        words=stood.words if stood else "",
        on=day,
        verdict_on=str(verdict_at(slug, moment)),
        verdict_received=str(verdict_at(slug, enquiry.received_at)),
        history_digest=_history_digest(slug, enquiry),
        at=timezone.now(),
    )
    made.save(using=using())
    return made


__all__ = ["choices", "history", "link", "title_of", "verdict_at"]
