"""From which age somebody decides alone, and whom a purpose must leave out because of it.

Source: GDPR Art. 8(1): 16 years, or what the country says, not below 13. The table holds what the countries of the
European Economic Area and the United Kingdom had said by January 2026; a site whose lawyers read it otherwise sets
``ONVIF_PRIVACY_PEOPLE_MINOR_AGES``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from onvif_privacy.core.models import Outcome, Standing
from onvif_privacy.core.registry import Basis, Purpose, Use
from onvif_privacy.people.conf import conf
from onvif_privacy.people.models import AgeAnswer, Guardian

AGE: Final = 16
AGES: Final[Mapping[str, int]] = {
    **dict.fromkeys(("BE", "DK", "EE", "FI", "GB", "IS", "LV", "MT", "NO", "PT", "SE"), 13),
    **dict.fromkeys(("AT", "BG", "CY", "ES", "IT", "LT"), 14),
    **dict.fromkeys(("CZ", "FR", "GR", "SI"), 15),
}
ADVERTISING: Final = (Use.MARKETING, Use.MARKETING_THIRD_PARTIES, Use.SHARING_FOR_MARKETING)


def asked() -> bool:
    """Whether the site asks people if they are of age."""
    return conf.MINORS != "off"


def guarded() -> bool:
    """Whether a guardian can decide for those who are not."""
    return conf.MINORS == "guardian"


def age_in(country: str) -> int:
    """Return from which age somebody decides alone in a country, by its code."""
    return conf.MINOR_AGES.get(country, AGES.get(country, AGE))


def of_age_from(year: int, month: int, country: str) -> datetime:
    """Return the begin of the first month in which everybody born in a month is of age, in the site's own zone.

    The day of birth is not asked, so the month of the birthday still counts as under age.
    """
    year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    begin = datetime.combine(date(year + age_in(country), month, 1), time.min)
    return timezone.make_aware(begin, timezone.get_default_timezone())


def closed_to_minors(purpose: Purpose) -> bool:
    """Whether a purpose stays closed to minors, whatever a guardian says: what is sensitive, profiles to advertise."""
    if purpose.basis is Basis.EXPLICIT_CONSENT or any(one.startswith("special:") for one in purpose.data_classes):
        return True
    return purpose.use in ADVERTISING and "profile" in purpose.data_classes


def living(rows: QuerySet[Guardian]) -> QuerySet[Guardian]:
    """Return guardians who may decide now."""
    return rows.filter(began_at__isnull=False, ended_at__isnull=True, guardian__erased_at__isnull=True)


def left_out(people: QuerySet[Any], purpose: Purpose) -> QuerySet[Any]:
    """Return the people whose age closes a purpose; the rule behind the veto ``minors``.

    Under age: everybody, but for what their guardian granted. Of age since: whoever has not decided since, because
    what a guardian granted, or they themselves when it could not count, lapses.
    """
    if not asked() or not purpose.basis.asks:
        return people.none()
    now = timezone.now()
    answer = AgeAnswer.objects.filter(subject=OuterRef("pk"), until__isnull=False)
    grown = Exists(answer.filter(until__lte=now))
    granted = Standing.objects.filter(subject=OuterRef("pk"), purpose=purpose.slug, outcome=Outcome.GRANTED)
    since = granted.filter(decided_at__gte=F("subject__age_answer__until"))
    if not guarded() or closed_to_minors(purpose):
        by_guardian: Any = Q(pk__in=[])
    else:
        mine = living(Guardian.objects.filter(minor=OuterRef("subject"), reference=OuterRef("decision__actor")))
        by_guardian = Exists(granted.filter(Exists(mine)))
    return people.filter((Exists(answer.filter(until__gt=now)) & ~by_guardian) | (grown & ~Exists(since)))
