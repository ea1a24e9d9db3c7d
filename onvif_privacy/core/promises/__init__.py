"""Promises: what must be true for a clause of the statement to hold, and the checks that would notice if it were not.

Each check comes with a saboteur, a planted violation that it must catch. A promise that cannot be seen to fail is not
kept.
"""

from onvif_privacy.core.promises import attesting
from onvif_privacy.core.promises.attesting import attest
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.running import Looked, look_at, run_checks
from onvif_privacy.core.promises.shapes import (
    Check,
    Clause,
    Finding,
    Kind,
    Promise,
    Saboteur,
    check,
    checks,
    clauses,
    promises,
)
from onvif_privacy.core.promises.verdicts import Standing, Verdict, history, of_clause, of_promise, overview, verdict_at

__all__ = [
    "Check",
    "Clause",
    "Finding",
    "Kind",
    "Look",
    "Looked",
    "Plant",
    "Promise",
    "Saboteur",
    "Standing",
    "Verdict",
    "attest",
    "attesting",
    "check",
    "checks",
    "clauses",
    "history",
    "look_at",
    "of_clause",
    "of_promise",
    "overview",
    "promises",
    "run_checks",
    "verdict_at",
]
