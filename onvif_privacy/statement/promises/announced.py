"""A change that matters is announced before it takes effect, and not only said to be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import router
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.models import Subject
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import by_hand
from onvif_privacy.core.registry import declare
from onvif_privacy.statement.models import Change, Effect, NoticeLetter, Version
from onvif_privacy.statement.promises.planted import material, published
from onvif_privacy.statement.promises.truth import CHANGES
from onvif_privacy.statement.services.notices import OPEN, PURPOSE, letters_of
from onvif_privacy.statement.services.reading import DEFAULT
from onvif_privacy.statement.services.timeline import timeline

NOTICE = Promise(
    "changes.notice", CHANGES, _("A change that matters is announced as long before it takes effect as promised.")
)

declare(NOTICE)


@check(NOTICE, kind=Kind.LEDGER)
def notice_is_complete_in_time(look: Look) -> Iterable[Finding]:
    """Compare each material version, its day, its notice and its letters."""
    for step in timeline(Effect.objects.of(DEFAULT).using(router.db_for_write(Effect))):
        look.seen()
        version = step.version
        if version.change != Change.MATERIAL:
            continue
        place = f"version {version.number}"
        notice = getattr(version, "notice", None)
        if notice is None:
            yield Finding(place, "has no notice")
        elif step.held and look.now() > step.at - timedelta(days=notice.days):
            yield Finding(place, f"is not announced {notice.days} days before it takes effect")
        elif notice.completed_at and letters_of(version).filter(state__in=OPEN, sending_at=None).exists():
            yield Finding(place, "counts as announced, and letters were never tried")


def _first(using: str) -> Version:
    return Version.objects.using(using).select_related("document").get()


@notice_is_complete_in_time.saboteur
@contextmanager
def mail_job_off(plant: Plant) -> Iterator[str]:
    """Publish a material version and let no letter leave until after its day."""
    with published() as using:
        material(_first(using), days_ago=40)
        yield "days before it takes effect"


@notice_is_complete_in_time.saboteur
@contextmanager
def notice_called_complete_by_hand(plant: Plant) -> Iterator[str]:
    """Fill in by SQL that everybody was told, while the letters wait."""
    with published(guards=False) as using:
        first = _first(using)
        version = material(first, days_ago=0)
        letter = {"purpose": PURPOSE, "version": version, "text": first.texts.get()}
        NoticeLetter.objects.using(using).create(subject=Subject.objects.using(using).create(), **letter)
        statement = "UPDATE onvif_privacy_statement_notice SET audience = 1, queued_at = %s, completed_at = %s"
        by_hand(using, statement, version.published_at, version.published_at)
        yield "letters were never tried"


@notice_is_complete_in_time.saboteur
@contextmanager
def notice_removed(plant: Plant) -> Iterator[str]:
    """Remove the notice by SQL, as if nobody had promised one."""
    with published(guards=False) as using:
        material(_first(using), days_ago=0)
        by_hand(using, "DELETE FROM onvif_privacy_statement_notice")
        yield "has no notice"
