"""Counsel has confirmed the instruments of law that cases rest on, and exactly as they stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.disclosures.legal.services.regimes import confirm
from onvif_privacy.disclosures.models import Case, HandOver, Regime
from onvif_privacy.disclosures.promises.clauses import LEGAL
from onvif_privacy.disclosures.promises.planted import World, world
from onvif_privacy.disclosures.services.acting import using
from onvif_privacy.disclosures.services.regimes import digest_of

REGIMES = Promise(
    "legal_disclosure.regimes",
    LEGAL,
    _("Counsel has confirmed every instrument of law that a case rests on, before anything left by it."),
)
declare(REGIMES)


@check(REGIMES, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24))
def instruments_in_use_are_confirmed(look: Look) -> Iterable[Finding]:
    """Find hand-overs by an instrument that nobody had confirmed by then.

    While a case rests on an instrument that waits for counsel, nothing has been seen and the promise is unproven; so
    it is on a site that has none confirmed.
    """
    early = []
    rows = HandOver.objects.using(using()).select_related("package__scope__regime").order_by("at")
    for row in rows.iterator(chunk_size=500):
        confirmed = row.package.scope.regime.confirmed_on
        if confirmed is None or confirmed > row.at.date():
            early.append(Finding(f"hand-over {row.pk}", "left by an instrument that nobody had confirmed"))
    used = Regime.objects.using(using()).filter(pk__in=Case.objects.using(using()).values("regime"))
    if not used.filter(confirmed_on__isnull=True).exists():
        look.seen(Regime.objects.using(using()).filter(confirmed_on__isnull=False).count())
    return early


@instruments_in_use_are_confirmed.saboteur
@contextmanager
def a_hand_over_by_an_unconfirmed_instrument(plant: Plant) -> Iterator[str]:
    """Hand over by a draft that no counsel has read."""
    with world() as made:
        yield f"hand-over {made.hand_over.pk}: left by an instrument"


@instruments_in_use_are_confirmed.saboteur
@contextmanager
def a_confirmation_that_came_too_late(plant: Plant) -> Iterator[str]:
    """Confirm the instrument on the day after the hand-over."""
    with world() as made:
        tomorrow = timezone.now().date() + timedelta(days=1)
        made.again(Regime).filter(pk=made.scope.regime_id).update(confirmed_by="counsel", confirmed_on=tomorrow)
        yield f"hand-over {made.hand_over.pk}: left by an instrument"


@check(REGIMES, kind=Kind.LEDGER, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def what_was_confirmed_is_what_stands(look: Look) -> Iterable[Finding]:
    """Compare each confirmed row with the digest that its confirmation has in the ledger."""
    rows = Regime.objects.using(using()).filter(confirmed_on__isnull=False).prefetch_related("ceilings")
    entries = {one.pk: one for one in Entry.objects.select_related("secret").filter(pk__in=[row.entry for row in rows])}
    for row in rows:
        look.seen()
        entry = entries.get(row.entry) if row.entry else None
        told = ledger.opened(entry) if entry is not None else {}
        if told.get("thing") != row.pk.hex:
            yield Finding(f"regime {row}", "was confirmed by nobody: its confirmation is of another row, or of none")
        elif told.get("digest") != digest_of(row):
            yield Finding(f"regime {row}", "does not say what was confirmed")


def _confirmed(made: World) -> Regime:
    regime = Regime.objects.using(using()).get(pk=made.scope.regime_id)
    made.approver.is_superuser = True
    confirm(regime, by="counsel", actor=made.approver)
    return Regime.objects.using(using()).get(pk=regime.pk)


@what_was_confirmed_is_what_stands.saboteur
@contextmanager
def a_row_that_was_edited_in_place(plant: Plant) -> Iterator[str]:
    """Let a confirmed instrument silence people for longer."""
    with world() as made:
        regime = _confirmed(made)
        made.again(Regime).filter(pk=regime.pk).update(gag_max_days=9999)
        yield f"regime {regime}: does not say what was confirmed"


@what_was_confirmed_is_what_stands.saboteur
@contextmanager
def a_confirmation_copied_to_a_new_version(plant: Plant) -> Iterator[str]:
    """Give a draft the confirmation of the version before."""
    with world() as made:
        old = _confirmed(made)
        new = Regime.objects.using(using()).get(pk=old.pk)
        new.pk, new.version, new.supersedes, new._state.adding = None, old.version + 1, old, True
        new.save(using=using())
        yield f"regime {new}: was confirmed by nobody"
