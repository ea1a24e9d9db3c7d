"""Asking whether somebody is of age, and letting them decide alone once they are."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from onvif_privacy.core import contacts
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import needed
from onvif_privacy.people.models import AgeAnswer, Guardian
from onvif_privacy.people.services import ages
from onvif_privacy.people.services.errors import PeopleError
from onvif_privacy.people.services.recording import changing, record


def age_of(subject: Subject) -> AgeAnswer | None:
    """Return what somebody answered; None where they were not asked. One query."""
    return AgeAnswer.objects.filter(subject=subject).first()


def is_minor(subject: Subject | None) -> bool:
    """Whether somebody said that they are not of age yet. One query, none where the site does not ask."""
    answer = age_of(subject) if subject is not None and ages.asked() else None
    return answer is not None and answer.is_under


def answer_age(*, subject: Subject, year: int, month: int, country: str) -> AgeAnswer:
    """Keep whether somebody born in a month is of age in a country, and from when: never the month of birth itself.

    An answer that somebody is under age stands until then; the same person is not asked again before. Raises
    PeopleError where the site does not ask, and ValueError for a month that is none.
    """
    if not ages.asked():
        raise PeopleError("This site asks nobody how old they are.")
    until = ages.of_age_from(year, month, country)
    with changing(subject):
        known = age_of(subject)
        if known is not None and (known.until is not None or until <= timezone.now()):
            return known
        shape = {"until": until if until > timezone.now() else None}
        answer, _new = AgeAnswer.objects.update_or_create(subject=subject, defaults=shape)
        record("age", answer)
    return answer


def end_guardian(guardian: Guardian) -> None:
    """Let somebody's guardian decide no more: what they granted closes at commit. Call it in a transaction."""
    rows = Guardian.objects.filter(pk=guardian.pk, ended_at=None)
    rows.update(ended_at=timezone.now(), slot=None)


def come_of_age(limit: int) -> bool:
    """Ask those who are of age by now to decide for themselves; True while more are left. Call it in a transaction.

    What a guardian granted has lapsed already, by the date alone.
    """
    grown = AgeAnswer.objects.filter(until__lte=timezone.now(), told_at=None, subject__erased_at=None)
    found = list(grown.select_related("subject").order_by("pk")[:limit])
    message = contacts.Message(
        _("You decide for yourself now"),
        _(
            "You are of age now to decide alone what we may use your data for. What a parent or guardian allowed for "
            "you has ended. If you want any of it, please decide on our page about your privacy."
        ),
    )
    for answer in found:
        for guardian in Guardian.objects.filter(minor=answer.subject, ended_at=None):
            end_guardian(guardian)
        if needed("tell"):
            contacts.tell(answer.subject, message)
    AgeAnswer.objects.filter(pk__in=[one.pk for one in found]).update(told_at=timezone.now())
    return len(found) == limit
