"""What a recipient sees of us: a link without a secret, a code, and bytes as long as nothing stands against it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from onvif_privacy.disclosures.models import (
    AccessRecord,
    Authority,
    Block,
    HandOver,
    Package,
    RecipientKey,
    ScopeItem,
    State,
)
from onvif_privacy.disclosures.services import (
    digest,
    files,
    reading,
)
from onvif_privacy.disclosures.services.acting import (
    locked,
    record,
    using,
)
from onvif_privacy.disclosures.services.codes import code_of
from onvif_privacy.disclosures.services.errors import Refused

TRIES: Final = 5
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
Verdict = ScopeItem.Verdict


# The recipient


@dataclass(frozen=True)
class Fetch:
    """What a recipient gets: the encrypted package, and before it the file of a one-time key where there is one."""

    name: str
    parts: Iterator[bytes]
    size: int


def find(reference: str) -> HandOver | None:
    """Return the hand-over of a link that is open; None for any other, whatever the reason."""
    row = (
        HandOver.objects.using(using()).select_related("case__authority", "package").filter(reference=reference).first()
    )
    if row is None or row.recalled_at is not None or row.expires_at <= timezone.now():
        return None
    return row if _tries(row) < TRIES else None


def is_open(row: HandOver) -> bool:
    """Whether the link of a hand-over still opens."""
    return find(row.reference) is not None


def _tries(row: HandOver) -> int:
    wrong = AccessRecord.Action.WRONG_CODE
    return AccessRecord.objects.using(using()).filter(thing=f"handover {row.pk.hex}", action=wrong).count()


def may_continue(row: HandOver) -> bool:
    """Whether bytes may go on leaving: no recall, no block, no doubt about the authority. Two queries."""
    open_one = Block.objects.using(using()).filter(case=row.case_id, closed_at__isnull=True)
    live = HandOver.objects.using(using()).filter(
        pk=row.pk,
        recalled_at__isnull=True,
        package__purged_at__isnull=True,
        case__authority__status=Authority.Status.VERIFIED,
    )
    return live.exists() and not open_one.exists()


def fetch(*, reference: str, code: str, part: str) -> Fetch:
    """Let a recipient fetch ``part`` ("package" or "key"); the look is recorded before the first byte.

    Raises Refused in one form of words for everything: a wrong code, a link that is closed, a stop.
    """
    row = find(reference)
    words = _("This link is not open. Ask whoever sent it to you.")
    if row is None:
        raise Refused(words)
    thing = f"handover {row.pk.hex}"
    if not constant_time_compare(code_of(code.strip().lower()), row.code):
        reading.note("wrong_code", thing, case=row.case)
        raise Refused(_("The code is not right, or this link is not open."))
    with locked(row.case) as case:
        scope = row.package.scope
        if not may_continue(row) or not digest.holds(scope) or case.state not in (State.HANDED_OVER, State.CLOSED):
            raise Refused(words)
    reading.note("download", thing, case=row.case)
    with transaction.atomic(using=using()):
        record("downloaded", row.case, thing=row.pk.hex)
    return _fetched(row, part)


def _fetched(row: HandOver, part: str) -> Fetch:
    package = row.package
    source = files.read(package.storage_name, kind="package", owner=package.pk)
    held = bytearray()
    for piece in source:
        held += piece
        if len(held) >= 4 and len(held) >= 4 + int.from_bytes(held[:4], "big"):
            break
    length = int.from_bytes(held[:4], "big")
    key, rest = bytes(held[4 : 4 + length]), bytes(held[4 + length :])
    name = str(package)
    if part == "key":
        return Fetch(f"{name}.key.age", iter([key]), len(key))
    return Fetch(f"{name}.tar.age", _watched(row, rest, source), package.size - 4 - length)


def _watched(row: HandOver, first: bytes, source: Iterator[bytes]) -> Iterator[bytes]:
    """Yield bytes as long as they may leave; a flag or a recall ends it before the next frame."""
    if not may_continue(row):
        return
    yield first
    for piece in source:
        if not may_continue(row):
            return
        yield piece


def has_key(package: Package) -> bool:
    """Whether the recipient must fetch the file of a one-time key, too."""
    key = package.scope.recipient_key
    return key is not None and key.method == RecipientKey.Method.PASSPHRASE
