"""Whether every use of a key belongs to an opening: scopes in the ledger, readings, and what two people approved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from onvif_privacy.community.models import Opening, OpeningUse
from onvif_privacy.community.services.conversations.common import using
from onvif_privacy.community.services.openings.common import PURPOSE
from onvif_privacy.core import ledger
from onvif_privacy.core.keys import KeyDestroyed, SealBroken
from onvif_privacy.core.models import Entry, EntrySecret

AT_MOST = 2_000


@dataclass(frozen=True)
class Mismatch:
    """A key use without its opening, or the other way round. ``place`` names a scope or a reading."""

    place: str
    what: str


def scopes_since(since: datetime) -> list[tuple[str, str, str]]:
    """Return the newest scopes that could open keys of conversations: reference, and what its ticket names."""
    rows = Entry.objects.using(using()).filter(kind="gate.opened", at__gte=since).select_related("secret")
    found = list[tuple[str, str, str]]()
    for entry in rows.order_by("-at")[:AT_MOST]:
        try:
            payload = ledger.opened(entry)
        except (KeyDestroyed, SealBroken, EntrySecret.DoesNotExist):  # what has ended says nothing
            continue
        if payload.get("purpose") == PURPOSE:
            ticket = (str(payload.get("ticket") or ""), str(payload.get("approved") or ""))
            found.append((str(payload["scope"]), *ticket))
    return found


def _wrong(use: OpeningUse) -> str:
    opening = use.opening
    if opening.approved_at is None or opening.expires_at is None or opening.approved_by_id == opening.requested_by_id:
        return "was read without the yes of a second person"
    if not opening.approved_at <= use.at <= opening.expires_at:
        return "was read outside of its hours"
    by_report = opening.basis == Opening.Basis.REPORT
    if by_report and use.reader_id not in (opening.requested_by_id, opening.approved_by_id):
        return "was read by somebody else"
    return "" if use.entry.kind == "community.opened" else "is not in the ledger"


def mismatches(since: datetime) -> Iterator[Mismatch]:
    """Yield every scope without its one reading, and every reading that no scope or no opening stands for."""
    uses = list(OpeningUse.objects.using(using()).filter(at__gte=since).select_related("opening", "entry"))
    scopes, known = scopes_since(since), [use.scope_ref for use in uses]
    tickets = {one: said for one, *said in scopes}
    for one in tickets:
        if known.count(one) != 1:
            yield Mismatch(f"scope {one}", "could open keys of conversations and belongs to no reading")
    for use in uses:
        what = _wrong(use) or ("" if use.scope_ref in tickets else "belongs to no scope in the ledger")
        if not what and tickets[use.scope_ref] != _ticket(use.opening):
            what = "was read by another ticket than the ledger knows"
        if what:
            yield Mismatch(f"reading {use.pk.hex}", what)


def _ticket(opening: Opening) -> list[str]:
    """Return what the ledger says of the ticket of an opening: nothing for a report."""
    return [opening.reference, opening.digest] if opening.basis == Opening.Basis.TICKET else ["", ""]
