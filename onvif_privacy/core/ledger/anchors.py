"""Taking checkpoints to where the owner of this database cannot write: only there a cut or rewritten ledger shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

from django.core.files.base import ContentFile
from django.core.files.storage import InvalidStorageError, storages
from django.core.mail import EmailMessage
from django.db import router, transaction
from django.utils.module_loading import import_string

from onvif_privacy.core.clock import DatabaseNow, later
from onvif_privacy.core.conf import conf
from onvif_privacy.core.ledger.export import Checkpoint, last_checkpoint
from onvif_privacy.core.ledger.stamping import StampRefused, client_missing, stamp
from onvif_privacy.core.models import Anchoring
from onvif_privacy.core.querysets import AppendOnlyQuerySet

Anchor = Callable[[Checkpoint], bytes | None]
EARLY = 0.9  # cron starts a run a little earlier or later than the one before


class AnchorUnusable(ValueError):
    """An anchor of the settings leads nowhere; the message says what to write."""


def file_name(checkpoint: Checkpoint, ending: str = "txt") -> str:
    """Return the name of a checkpoint's file, so that a folder of them sorts by age."""
    return f"checkpoint-{checkpoint.size:010d}.{ending}"


def _mail(checkpoint: Checkpoint, *, address: str) -> None:
    subject = f"Checkpoint {checkpoint.size} of {checkpoint.origin}"
    message = EmailMessage(" ".join(subject.split()), checkpoint.note, to=[address])
    message.attach(file_name(checkpoint), checkpoint.note, "text/plain")
    if message.send() != 1:
        raise ConnectionError("The mail was not taken.")


def _store(checkpoint: Checkpoint, *, alias: str) -> None:
    storage, name = storages[alias], file_name(checkpoint)
    if storage.exists(name):  # taken before, when the row about it was lost
        with storage.open(name) as file:
            if file.read() == checkpoint.note.encode():
                return
    storage.save(name, ContentFile(checkpoint.note.encode()))


def anchor(target: str) -> Anchor:
    """Return the function that takes a checkpoint to a place of the settings; raises AnchorUnusable."""
    scheme, colon, rest = target.partition(":")
    if scheme == "mailto" and colon:
        return partial(_mail, address=rest)
    if scheme == "storage" and colon:
        try:
            storages[rest]
        except InvalidStorageError as error:
            raise AnchorUnusable(str(error)) from None
        return partial(_store, alias=rest)
    if colon:
        if missing := client_missing():
            raise AnchorUnusable(missing)
        return partial(stamp, address=target)
    try:
        found: Anchor = import_string(target)
    except ImportError as error:
        raise AnchorUnusable(str(error)) from None
    if not callable(found):
        raise AnchorUnusable(f"{target} is no function.")
    return found


def label(target: str) -> str:
    """Return how an anchor is named in records: an address without the name and password that it may hold."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https"):
        target = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
    return target[:200]


def _rows() -> AppendOnlyQuerySet[Anchoring]:
    return AppendOnlyQuerySet(Anchoring, using=router.db_for_write(Anchoring))


def lacking(checkpoint: Checkpoint) -> list[str]:
    """Return the anchors of the settings that have not had this checkpoint. One query."""
    have = set(_rows().filter(size=checkpoint.size).values_list("anchor", flat=True))
    return [target for target in conf.LEDGER_ANCHORS if label(target) not in have]


def due(checkpoint: Checkpoint) -> list[str]:
    """Return those of them whose last checkpoint is old enough. Two queries."""
    recent = later(-EARLY * timedelta(hours=conf.LEDGER_ANCHOR_HOURS))
    lately = set(_rows().filter(at__gt=recent).values_list("anchor", flat=True))
    return [target for target in lacking(checkpoint) if label(target) not in lately]


def files_of(row: Anchoring) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of an anchored checkpoint, and of the time stamp or receipt that came back."""
    yield f"checkpoint-{row.size:010d}.txt", row.note.encode()
    if row.receipt is not None:
        place = re.sub(r"[^a-z0-9.]+", "-", row.anchor.lower()).strip("-.")
        ending = "tsr" if row.anchor.startswith(("http:", "https:")) else "receipt"
        yield f"checkpoint-{row.size:010d}.{place}.{ending}", bytes(row.receipt)


def files() -> Iterator[tuple[str, bytes]]:
    """Yield the files of every anchored checkpoint, oldest first."""
    for row in _rows().order_by("size", "anchor").iterator():
        yield from files_of(row)


def keep(checkpoint: Checkpoint, target: str, receipt: bytes | None) -> None:
    """Remember that an anchor took a checkpoint, with what came back. Once, whoever was first."""
    row = Anchoring(
        anchor=label(target),
        size=checkpoint.size,
        digest=checkpoint.digest.hex(),
        note=checkpoint.note,
        receipt=receipt,
        at=DatabaseNow(),
    )
    with transaction.atomic(using=_rows().db):  # Django 6.1 opens none for one row
        _rows().bulk_create([row], ignore_conflicts=True)


__all__ = [
    "Anchor",
    "AnchorUnusable",
    "StampRefused",
    "anchor",
    "due",
    "file_name",
    "files",
    "files_of",
    "keep",
    "label",
    "lacking",
    "last_checkpoint",
]
