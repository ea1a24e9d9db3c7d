"""The one table of what may happen to a case: who, from where, to where. Guards, services and screens read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import models
from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

PROCESS: Final = "legal_process"
"""The purpose for which what a case holds of people is read."""


class State(models.TextChoices):
    """Where a case stands. What would be more states elsewhere is a `Block`, an outcome or a date on the package."""

    RECEIVED = "received", _("received")
    VERIFIED = "verified", _("verified")
    SUBMITTED = "submitted", _("submitted")
    APPROVED = "approved", _("approved")
    HANDED_OVER = "handed_over", _("handed over")
    CLOSED = "closed", _("closed")


class Part(models.TextChoices):
    """What an act makes of the person: it puts them on a side for good, stops (which puts nobody anywhere), or none."""

    WORK = "work", _("working side")
    APPROVE = "approve", _("approving side")
    STOP = "stop", _("stops")
    SYSTEM = "system", _("by itself")


RECEIVED, VERIFIED, SUBMITTED = State.RECEIVED.value, State.VERIFIED.value, State.SUBMITTED.value
APPROVED, HANDED_OVER, CLOSED = State.APPROVED.value, State.HANDED_OVER.value, State.CLOSED.value
OPEN: Final = (RECEIVED, VERIFIED, SUBMITTED, APPROVED, HANDED_OVER)
BEFORE: Final = (RECEIVED, VERIFIED, SUBMITTED, APPROVED)
ANY: Final = (*OPEN, CLOSED)
UNCHANGED: Final = ""


@dataclass(frozen=True)
class Move:
    """One line of the table: an action, the states it is possible in, the state it leads to, and whose act it is.

    ``to`` empty leaves the state as it is.
    """

    action: str
    label: str | LazyText
    sources: tuple[str, ...]
    to: str
    parts: tuple[str, ...]


W, A, STOP, S = (one.value for one in Part)

MOVES: Final = (
    Move("ask", _("asked for what is missing"), (RECEIVED,), UNCHANGED, (W,)),
    Move("note", _("worked on"), OPEN, UNCHANGED, (W,)),
    Move("verify", _("verified"), (RECEIVED,), VERIFIED, (W,)),
    Move("submit", _("submitted"), (VERIFIED,), SUBMITTED, (W,)),
    Move("vote", _("approved by one of two"), (SUBMITTED,), UNCHANGED, (A,)),
    Move("approve", _("approved"), (SUBMITTED,), APPROVED, (A,)),
    Move("refuse", _("approved: nothing is handed over"), (SUBMITTED,), CLOSED, (A,)),
    Move("return", _("returned"), (SUBMITTED,), VERIFIED, (A,)),
    Move("amend", _("taken back to be changed"), (SUBMITTED, APPROVED), VERIFIED, (W, S)),
    Move("build", _("built"), (APPROVED,), UNCHANGED, (W,)),
    Move("seal", _("sealed"), (APPROVED,), UNCHANGED, (A,)),
    Move("hand_over", _("handed over"), (APPROVED,), HANDED_OVER, (A,)),
    Move("recall", _("recalled"), (HANDED_OVER,), APPROVED, (A,)),
    Move("close", _("closed"), (HANDED_OVER,), CLOSED, (W, S)),
    Move("propose_drop", _("proposed to drop"), BEFORE, UNCHANGED, (W,)),
    Move("drop", _("dropped"), BEFORE, CLOSED, (A,)),
    Move("consent", _("agreed to"), OPEN, UNCHANGED, (A,)),
    Move("block", _("stopped"), OPEN, UNCHANGED, (W, STOP, S)),
    Move("unblock", _("let go on"), OPEN, UNCHANGED, (W, A, S)),
    Move("preserve", _("preserved"), ANY, UNCHANGED, (W,)),
    Move("end_hold", _("hold ended"), ANY, UNCHANGED, (W, S)),
    Move("gag", _("silence ordered"), OPEN, UNCHANGED, (W,)),
)
"""Every act on a case but its receipt. ``note``, ``consent``, ``block`` and ``unblock`` leave the state."""

PAIRS: Final = tuple(sorted({(source, move.to) for move in MOVES if move.to for source in move.sources}))
"""Every change of state there is."""


def move(action: str) -> Move:
    """Return the line of an action; raises KeyError."""
    return {one.action: one for one in MOVES}[action]
