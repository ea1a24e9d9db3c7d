"""Everybody whose data left is told on a day that comes by itself; silence and copies end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.registry import declare
from onvif_privacy.disclosures.models import DisclosureRecord, Gag, HandOver, Hold, Notice, Package, Snapshot
from onvif_privacy.disclosures.promises.clauses import LEGAL
from onvif_privacy.disclosures.promises.planted import snapshot, world
from onvif_privacy.disclosures.services import files
from onvif_privacy.disclosures.services.acting import using

NOTICES = Promise(
    "legal_disclosure.notices",
    LEGAL,
    _("Everybody whose data was handed over is told, at once or on a day that no one can push away."),
)
declare(NOTICES)

A_DAY = timedelta(days=1)


@check(NOTICES, kind=Kind.LEDGER, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def every_hand_over_is_in_peoples_own_lists(look: Look) -> Iterable[Finding]:
    """Compare hand-overs with the lines in people's own lists, and with the notices."""
    rows = HandOver.objects.using(using()).annotate(
        lines=Count("records", distinct=True), told=Count("case__notices", distinct=True)
    )
    for row in rows.order_by("at").iterator(chunk_size=500):
        look.seen()
        if row.lines < row.subject_count:
            yield Finding(f"hand-over {row.pk}", "is missing from somebody's own list")
        if row.told < row.subject_count:
            yield Finding(f"hand-over {row.pk}", "has somebody whom nobody will tell")


@every_hand_over_is_in_peoples_own_lists.saboteur
@contextmanager
def a_hand_over_without_a_line(plant: Plant) -> Iterator[str]:
    """Take the line out of the person's list."""
    with world() as made:
        made.again(DisclosureRecord).filter(hand_over=made.hand_over).delete()
        yield f"{made.hand_over.pk}: is missing"


@every_hand_over_is_in_peoples_own_lists.saboteur
@contextmanager
def somebody_without_a_notice(plant: Plant) -> Iterator[str]:
    """Forget the notice."""
    with world() as made:
        made.again(Notice).filter(case=made.case).delete()
        yield f"{made.hand_over.pk}: has somebody whom"


@check(NOTICES, kind=Kind.DATABASE, every=timedelta(hours=1), ttl=timedelta(hours=24), empty=True)
def no_day_passes_and_none_is_pushed(look: Look) -> Iterable[Finding]:
    """Look for notices whose day has passed, that wait longer than their order, or that nobody looked at again."""
    today = look.now().date()
    rows = Notice.objects.using(using()).filter(state__in=("waiting", "due"))
    look.seen(rows.count())
    for one in rows.filter(earliest_on__lt=today - A_DAY):
        gags = Gag.objects.using(using()).filter(case=one.case_id, lifted_on__isnull=True, until__gt=today)
        if not gags.exists():
            yield Finding(f"notice {one.pk}", "was due and is not sent")
    for one in rows.filter(mode="after_gag", earliest_on__isnull=False):
        gags = Gag.objects.using(using()).filter(case=one.case_id)
        if not gags.filter(Q(until__gte=one.earliest_on) | Q(lifted_on__gte=one.earliest_on)).exists():
            yield Finding(f"notice {one.pk}", "waits longer than any order of silence says")
    for one in rows.filter(earliest_on__isnull=True, review_by__lt=today):
        yield Finding(f"notice {one.pk}", "was to be looked at again")
    lines = DisclosureRecord.objects.using(using()).filter(
        visible_from__lte=today, hand_over__case__notices__state="waiting"
    )
    for line in lines.filter(hand_over__subject_count=1).distinct():
        yield Finding(f"line {line.pk}", "is shown before its notice")


@no_day_passes_and_none_is_pushed.saboteur
@contextmanager
def a_notice_that_was_not_sent(plant: Plant) -> Iterator[str]:
    """Let the day pass."""
    with world() as made:
        made.again(Notice).filter(case=made.case).update(earliest_on=timezone.now().date() - timedelta(days=9))
        yield "was due and is not sent"


@no_day_passes_and_none_is_pushed.saboteur
@contextmanager
def a_day_that_was_pushed_away(plant: Plant) -> Iterator[str]:
    """Move the day of a notice by update(), without an order."""
    with world() as made:
        later = timezone.now().date() + timedelta(days=900)
        made.again(Notice).filter(case=made.case).update(mode="after_gag", earliest_on=later, review_by=None)
        yield "waits longer than any order"


@no_day_passes_and_none_is_pushed.saboteur
@contextmanager
def a_line_that_is_shown_too_early(plant: Plant) -> Iterator[str]:
    """Show a line before its day."""
    with world() as made:
        made.again(DisclosureRecord).filter(hand_over=made.hand_over).update(visible_from=timezone.now().date())
        yield "is shown before its notice"


@check(NOTICES, kind=Kind.LEDGER, every=timedelta(days=1), ttl=timedelta(hours=48), empty=True)
def copies_end_on_their_day(look: Look) -> Iterable[Finding]:
    """Compare the days of holds and packages with what is still there, in the table and in the storage."""
    now = look.now()
    late = Hold.objects.using(using()).filter(ended_at__isnull=True, until__lt=now - A_DAY)
    packages = Package.objects.using(using()).filter(purged_at__isnull=True, purge_on__lt=(now - A_DAY).date())
    look.seen(late.count() + packages.count())
    yield from (Finding(f"hold {one.pk}", "has not ended") for one in late)
    yield from (Finding(f"package {one.pk}", "was not destroyed") for one in packages)
    for model in (Snapshot, Package):
        for one in (
            model._base_manager.using(using()).filter(purged_at__isnull=False).order_by(F("purged_at").desc())[:500]
        ):
            look.seen()
            if one.storage_name and files.storage().exists(one.storage_name):
                yield Finding(f"{model.__name__.lower()} {one.pk}", "is gone from the table and lies in the storage")


@copies_end_on_their_day.saboteur
@contextmanager
def a_file_that_a_purge_left(plant: Plant) -> Iterator[str]:
    """Mark a copy as destroyed and leave its file."""
    with world() as made:
        captured = snapshot(made.scope, b"")
        made.stored.append(captured.storage_name)
        made.again(Snapshot).filter(pk=captured.pk).update(purged_at=timezone.now())
        yield f"snapshot {captured.pk}: is gone from the table"


@copies_end_on_their_day.saboteur
@contextmanager
def a_package_that_stays(plant: Plant) -> Iterator[str]:
    """Let the day of a package pass."""
    with world() as made:
        made.again(Package).filter(pk=made.package.pk).update(purge_on=timezone.now().date() - timedelta(days=9))
        yield f"package {made.package.pk}: was not destroyed"
