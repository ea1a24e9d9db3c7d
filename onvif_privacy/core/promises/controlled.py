"""The promise about what no software of ours can see: where the site runs, its backups, and who has access."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Attestation
from onvif_privacy.core.promises.attesting import MAX_DAYS
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.own import SECURITY
from onvif_privacy.core.promises.planting import rolled_back
from onvif_privacy.core.promises.shapes import Finding, Kind, Promise, check
from onvif_privacy.core.registry import declare

CONTROLLED = Promise(
    "security.controlled",
    SECURITY,
    _("Hosting, backups and who has access are reviewed each year, and a named person vouches for it."),
)

declare(CONTROLLED)


def _using() -> str:
    return router.db_for_write(Attestation)


@check(CONTROLLED, kind=Kind.ATTESTATION)
def somebody_vouches(look: Look) -> Iterable[Finding]:
    """Read the word of a named person; it holds until its date, a year away at most."""
    newest = Attestation.objects.using(_using()).filter(promise=CONTROLLED.slug).order_by("-until").first()
    if newest is not None:
        look.seen()
        if newest.until <= look.now():
            yield Finding("attestation", f"ended on {newest.until:%Y-%m-%d}")


@somebody_vouches.saboteur
@contextmanager
def a_word_that_ended(plant: Plant) -> Iterator[str]:
    """Let the review be more than a year ago."""
    with rolled_back(_using()):
        _word(days_ago=366, days=365)
        yield "attestation: ended on"


@check(CONTROLLED, kind=Kind.LEDGER, empty=True)
def words_are_those_that_were_given(look: Look) -> Iterable[Finding]:
    """Compare each word, of whatever promise, with its entry, and the time it holds with the longest that it may."""
    for row in Attestation.objects.using(_using()).select_related("entry"):
        look.seen()
        if row.until - row.at > timedelta(days=MAX_DAYS):
            yield Finding(f"attestation {row.pk}", f"holds for more than {MAX_DAYS} days")
        told = ledger.opened(row.entry)
        if (told.get("attestation"), told.get("promise")) != (row.pk.hex, row.promise):
            yield Finding(f"attestation {row.pk}", "is not what its entry says")


@words_are_those_that_were_given.saboteur
@contextmanager
def a_word_for_ten_years(plant: Plant) -> Iterator[str]:
    """Vouch by SQL for longer than anybody may."""
    with rolled_back(_using()):
        _word(days_ago=0, days=3650)
        yield "holds for more than 365 days"


@words_are_those_that_were_given.saboteur
@contextmanager
def a_word_that_nobody_gave(plant: Plant) -> Iterator[str]:
    """Put a word for another promise under an entry that was written for this one."""
    with rolled_back(_using()):
        _word(days_ago=0, days=30, said="security.keys")
        yield "is not what its entry says"


def _word(*, days_ago: int, days: int, said: str = CONTROLLED.slug) -> Attestation:
    at = timezone.now() - timedelta(days=days_ago)
    row = Attestation(promise=said, words="All well.", person="A" * 22, evidence="none", at=at)
    row.until = at + timedelta(days=days)
    row.entry = ledger.record("promise.attested", payload={"attestation": row.pk.hex, "promise": CONTROLLED.slug})
    row.save(using=_using())
    return row
