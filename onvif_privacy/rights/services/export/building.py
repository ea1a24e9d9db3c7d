"""Making an export, keeping it sealed for a while, handing it out, and deleting it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import override

from onvif_privacy.core import ledger
from onvif_privacy.core.files import Parts
from onvif_privacy.core.keys import known_key, open_stream, seal_stream, subject_key
from onvif_privacy.core.keys.envelope import KEY_ID_BYTES
from onvif_privacy.core.models import Subject
from onvif_privacy.rights.conf import conf
from onvif_privacy.rights.models import ExportFile, Kind, Letter, Request, State
from onvif_privacy.rights.services import letters
from onvif_privacy.rights.services.export.archive import Manifest, produced
from onvif_privacy.rights.services.requests.states import NotNow, locked, move, using

GIVEN_UP_AFTER = timedelta(hours=2)  # a process that died while it made one


def storage() -> Storage:
    """Return where exports lie."""
    return storages[conf.EXPORT_STORAGE]


def _place(export: ExportFile) -> tuple[str, ...]:
    return ("rightsexport", "file", str(export.pk), str(export.subject_id))


def _begun(request: Request) -> ExportFile:
    """Make the row of an export; raises NotNow where one is being made for this person."""
    now, rows = timezone.now(), ExportFile.objects.using(using())
    assert request.subject is not None  # noqa: S101 - an export is somebody's
    slot = request.subject.pk.hex
    old = rows.filter(slot=slot, started_at__lt=now - GIVEN_UP_AFTER).first()
    if old is not None:
        _remove(old)
    export = ExportFile(request=request, subject=request.subject, started_at=now, slot=slot)
    try:
        with transaction.atomic(using=using()):
            export.save(force_insert=True, using=using())
    except IntegrityError:
        raise NotNow("An export of this person is being made.") from None
    return export


def build(*, request: Request) -> ExportFile:
    """Make the export of a request: sealed under the person's own key, so that erasure ends it, too.

    Raises NotNow where the request is not being carried out, another export runs, or the person was erased meanwhile;
    what was written is gone then. Whatever else fails leaves nothing behind, and the next run begins anew.
    """
    if request.kind not in (Kind.EXPORT, Kind.ACCESS) or request.state != State.WORKING:
        raise NotNow(f"The request is {request.get_state_display()}.")
    export, manifest = _begun(request), Manifest()
    try:
        key = subject_key(export.subject_id, "data")
        with override(request.language or None):
            parts = produced(export.subject, request, manifest)
            sealed = seal_stream(parts, key=key.secret, key_id=key.id, place=_place(export))
            # The name is known before the first byte, so that a process that dies leaves nothing unknown.
            export.storage_name = f"{uuid.uuid4().hex}.sealed"
            export.save(update_fields=["storage_name"], using=using())
            export.storage_name = storage().save(export.storage_name, Parts(sealed))
        _finish(request, export, manifest)
    except BaseException:
        _remove(export)
        raise
    return export


def _finish(request: Request, export: ExportFile, manifest: Manifest) -> None:
    now = timezone.now()
    done = {
        "storage_name": export.storage_name,
        "size": manifest.size,
        "digest": manifest.digest,
        "finished_at": now,
        "expires_at": now + timedelta(hours=conf.EXPORT_HOURS),
        "slot": export.pk.hex,
    }
    with locked(request, State.WORKING) as found:
        # Not there any more: an erasure was quicker.
        if not ExportFile.objects.using(using()).filter(pk=export.pk, deleted_at__isnull=True).update(**done):
            raise NotNow("The export was given up.")
        payload = {
            "request": found.reference,
            "export": export.pk.hex,
            "digest": manifest.digest,
            "bytes": manifest.size,
            "rows": manifest.row_count,
        }
        ledger.record("rights.exported", subject=export.subject, payload=payload)
        move(found, State.DONE)
        letters.notify(found, Letter.What.READY)
    export.refresh_from_db(using=using())


def _remove(export: ExportFile) -> None:
    """Delete the file and say so; the row stays as evidence of when there was one."""
    if export.storage_name:
        storage().delete(export.storage_name)
        if storage().exists(export.storage_name):
            raise OSError("The storage still holds an export that was deleted.")
    gone = {"deleted_at": timezone.now(), "slot": export.pk.hex}
    ExportFile.objects.using(using()).filter(pk=export.pk).update(**gone)


def fetch(export: ExportFile) -> Iterator[bytes]:
    """Yield the ZIP of a finished export, after every byte of the stored file was checked.

    Raises NotNow where it has expired or is gone, SealBroken for a changed or cut file, KeyDestroyed after an erasure.
    """
    if export.deleted_at or not export.finished_at or not export.expires_at or export.expires_at <= timezone.now():
        raise NotNow("This export has expired.")
    for _part in _opened(export):  # the end of a stream proves that nothing was cut
        pass
    payload = {"request": export.request.reference, "export": export.pk.hex}
    with transaction.atomic(using=using()):
        rows = ExportFile.objects.using(using()).filter(pk=export.pk, deleted_at__isnull=True)
        if not rows.update(fetched_at=timezone.now()):
            raise NotNow("This export has expired.")
        ledger.record("rights.fetched", subject=export.subject, payload=payload)
    return _opened(export)


def _opened(export: ExportFile) -> Iterator[bytes]:
    with storage().open(export.storage_name) as file:
        head = file.read(1 + KEY_ID_BYTES)
        key = known_key(export.subject_id, "data", bytes(head[1:]))
        file.seek(0)
        yield from open_stream(file.chunks(), key=key.secret, place=_place(export))


def delete_expired(limit: int = 100) -> int:
    """Delete what has expired; returns how many files went. Raises OSError where a storage keeps one."""
    rows = ExportFile.objects.using(using()).filter(deleted_at__isnull=True, expires_at__lte=timezone.now())
    found = list(rows.order_by("expires_at")[:limit])
    for one in found:
        _remove(one)
    return len(found)


def give_up(subjects: tuple[Subject, ...]) -> int:
    """Delete every export of a person, finished or being made; for their erasure. Returns how many there were."""
    found = list(ExportFile.objects.using(using()).filter(subject__in=subjects, deleted_at__isnull=True))
    for one in found:
        _remove(one)
    return len(found)
