"""What the ledger keeps of each step of a case, so that a history changed behind everybody's back is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC

from onvif_privacy.core import ledger
from onvif_privacy.core.ledger.canonical import canonical
from onvif_privacy.core.models import Entry
from onvif_privacy.disclosures.models import Step


def bound(step: Step) -> str:
    """Return the SHA-256 (hex) of a step: case, place, act, whose, between which states, and when.

    The note is not in it: it ends with the key of the case, and is sealed to its place until then.
    """
    facts = [
        step.case_id.hex,
        step.number,
        step.action,
        step.kind,
        str(step.actor_id or ""),
        step.from_state,
        step.to_state,
        step.at.astimezone(UTC).isoformat(timespec="microseconds"),
    ]
    return hashlib.sha256(canonical(facts)).hexdigest()


def told() -> Iterator[tuple[str, str]]:
    """Yield what the ledger says of steps: the digest, and of which case and place it is, in words."""
    rows = Entry.objects.filter(kind="disclosures").select_related("secret")
    for entry in rows.iterator(chunk_size=1000):
        payload = ledger.opened(entry)
        if "row" in payload:
            yield payload["row"], f"case {payload['case']}, step {payload['step']}"
