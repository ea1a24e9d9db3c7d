"""What the database itself holds: the moves there are, independence, evidence, and that words are never others."""

# ruff: noqa: S608 - the conditions are made of names of our own tables

from __future__ import annotations

from onvif_privacy.core.registry import Guard
from onvif_privacy.enquiries.models import ALLOWED

APP = "onvif_privacy_enquiries"
ROOM = f"{APP}_"


def _refused_moves() -> str:
    """Return the condition of every move that is not in the table."""
    ways = [
        f"(OLD.state = '{before}' AND NEW.state = '{after}'" + (f" AND {more})" if more else ")")
        for (before, after), more in ALLOWED.items()
    ]
    return f"NEW.state <> OLD.state AND NOT ({' OR '.join(ways)})"


ACTIVE = "NEW.handler, NEW.determined_by, NEW.remedied_by, NEW.verified_by"
GUARDS: tuple[Guard, ...] = (
    Guard(f"{APP}.Enquiry", "when", condition=_refused_moves(), events=("UPDATE",), name="this move"),
    Guard(
        f"{APP}.Enquiry",
        "when",
        condition=(
            "NEW.received_at <> OLD.received_at OR NEW.ref <> OLD.ref OR "
            "(NEW.kind <> OLD.kind AND OLD.state NOT IN ('received', 'acknowledged'))"
        ),
        events=("UPDATE",),
        name="another day of receipt, kind or number",
    ),
    Guard(
        f"{APP}.Enquiry",
        "when",
        condition="NEW.state <> 'received'",
        events=("INSERT",),
        name="an enquiry that begins elsewhere",
    ),
    Guard(
        f"{APP}.Enquiry",
        "when",
        condition=f"EXISTS (SELECT 1 FROM {ROOM}concern c WHERE c.enquiry_id = NEW.id AND c.person IN ({ACTIVE}))",
        events=("UPDATE",),
        name="an act of somebody it is about",
    ),
    Guard(
        f"{APP}.Enquiry",
        "when",
        condition=(
            "NEW.state = 'remedied' AND OLD.state <> 'remedied' AND NOT EXISTS (SELECT 1 "
            f"FROM {ROOM}remedy r WHERE r.enquiry_id = NEW.id AND r.turn = NEW.turn AND r.evidence_digest <> '')"
        ),
        events=("UPDATE",),
        name="a remedy without evidence",
    ),
    Guard(
        f"{APP}.Entry",
        "when",
        # words can end; they are never others
        condition=(
            "NEW.enquiry_id <> OLD.enquiry_id OR NEW.sequence <> OLD.sequence OR NEW.direction <> OLD.direction OR "
            "NEW.author <> OLD.author OR NEW.at <> OLD.at OR "
            "(NEW.body IS NOT NULL AND (OLD.body IS NULL OR NEW.body <> OLD.body))"
        ),
        events=("UPDATE",),
        name="other words",
    ),
    Guard(
        f"{APP}.Concern",
        "when",
        condition=(
            f"EXISTS (SELECT 1 FROM {ROOM}enquiry e WHERE e.id = NEW.enquiry_id AND NEW.person IN "
            "(e.handler, e.determined_by, e.remedied_by, e.verified_by))"
        ),
        events=("INSERT",),
        name="a concern about somebody who acts in it",
    ),
    Guard(
        f"{APP}.Remedy",
        "when",
        condition=(
            f"EXISTS (SELECT 1 FROM {ROOM}concern c WHERE c.enquiry_id = NEW.enquiry_id AND c.person = NEW.done_by)"
        ),
        events=("INSERT",),
        name="a remedy by somebody it is about",
    ),
    Guard(
        f"{APP}.ClockPause",
        "when",
        condition=f"NOT EXISTS (SELECT 1 FROM {ROOM}clockrule r WHERE r.id = NEW.rule_id AND r.pausable)",
        events=("INSERT", "UPDATE"),
        name="a pause of a clock that nobody pauses",
    ),
    *(
        Guard(f"{APP}.{model}", "insert_only")
        for model in ("ClauseLink", "Concern", "Remedy", "Transition", "Publication", "Citation")
    ),
)
