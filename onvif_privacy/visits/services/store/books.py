"""The row of a batch, and the books of the process that its visits come from."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from onvif_privacy.visits.models import Batch, Process
from onvif_privacy.visits.services.records import Books, Parcel, Receipt


def enter(parcel: Parcel, receipt: Receipt, using: str) -> None:
    """Write the batch's row and the books of the process as they are once this commits; the caller has the turn."""
    Batch.objects.using(using).create(
        id=parcel.id, at=timezone.now(), stored=receipt.stored, bots=receipt.bots, invalid=receipt.invalid
    )
    if parcel.books is None:
        return
    if parcel.streamed:
        _add(parcel.books, parcel, receipt, using)
    else:
        _replace(parcel.books, parcel, receipt, using)


def _replace(books: Books, parcel: Parcel, receipt: Receipt, using: str) -> None:
    dropped = dict(books.dropped)
    for reason, number in receipt.dropped.items():
        dropped[reason] = dropped.get(reason, 0) + number
    Process.objects.using(using).update_or_create(
        id=books.process,
        defaults={
            "started": books.started,
            "seen": timezone.now(),
            "accepted": books.accepted,
            "stored": books.stored + receipt.stored,
            "pending": books.pending - len(parcel.records),
            "dropped": dropped,
        },
    )


def _add(books: Books, parcel: Parcel, receipt: Receipt, using: str) -> None:
    """Add what became of a parcel that comes in any order: a process's counters only grow, so the largest is last."""
    now = timezone.now()
    row = Process.objects.using(using).filter(pk=books.process).first() or Process(
        id=books.process, started=books.started, accepted=0, stored=0, pending=0
    )
    row.seen = now
    row.accepted = max(row.accepted, books.accepted)
    row.handed = max(row.handed, books.handed + len(parcel.records))
    row.stored += receipt.stored
    for reason, number in books.dropped.items():
        row.dropped[reason] = max(row.dropped.get(reason, 0), number)
    for reason, number in receipt.dropped.items():
        row.dropped[reason] = row.dropped.get(reason, 0) + number
    if given_up := row.dropped.pop(Process.STREAM_LOST, 0):
        # what was held in a consumer's hands while the stream was emptied has come after all
        row.dropped[Process.STREAM_LOST] = min(given_up, row.in_stream)
    row.settle()
    row.save(using=using)


def lose(rows: Iterable[Process], using: str) -> None:
    """Count what these processes have handed over, and what is not stored, as lost in the stream."""
    for row in rows:
        row.dropped[Process.STREAM_LOST] = row.dropped.get(Process.STREAM_LOST, 0) + row.in_stream
        row.settle()
        row.save(using=using)
