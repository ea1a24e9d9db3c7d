"""What the room declares to the house."""

from __future__ import annotations

from onvif_privacy.core.registry import (
    Code,
    Count,
    Digest,
    EntryKind,
    Flag,
    Guard,
    Instant,
    Ref,
    Slug,
    declare,
)

declare(
    EntryKind("rights.opened", {"request": Ref, "kind": Code, "channel": Code, "received": Instant, "due": Instant}),
    EntryKind("rights.confirmed", {"request": Ref, "kind": Code, "proof": Code}),
    EntryKind("rights.state", {"request": Ref, "state": Code}),
    EntryKind("rights.extended", {"request": Ref, "to": Instant, "reason": Digest}),
    EntryKind("rights.refused", {"request": Ref, "reason": Digest}),
    EntryKind("rights.reviewed", {"request": Ref, "review": Ref, "outcome": Code, "reason": Digest}),
    EntryKind("rights.approved", {"request": Ref}),
    EntryKind("rights.corrected", {"model": Slug, "fields": [Slug], "request": Ref}),
    EntryKind("rights.exported", {"request": Ref, "export": Ref, "digest": Digest, "bytes": Count, "rows": Count}),
    EntryKind("rights.fetched", {"request": Ref, "export": Ref}),
    EntryKind("rights.planned", {"request": Ref, "plan": Digest}),
    EntryKind("rights.step", {"request": Ref, "step": Code, "rows": Count, "fields": Count, "files": Count}),
    EntryKind("rights.erased", {"request": Ref, "receipt": Digest, "kept": Count, "whole": Flag}),
)

declare(
    # a link is used once, whoever asks the database
    Guard(
        "onvif_privacy_rights.RequestToken",
        "when",
        condition="OLD.used_at IS NOT NULL",
        events=("UPDATE",),
        name="a second use of a link",
    ),
    # what was done of an erasure is not done again, and not taken back
    Guard(
        "onvif_privacy_rights.Step",
        "when",
        condition="OLD.done_at IS NOT NULL",
        events=("UPDATE",),
        name="a change of a step that is done",
    ),
)
