"""Consent: who decided what, which words they saw, and what follows from it.

A decision, its ledger entry and the standing it changes are one transaction; what cannot be recorded is refused.
"""

from onvif_privacy.core.consent.asking import lock
from onvif_privacy.core.consent.decisions import decide, decide_all, withdraw
from onvif_privacy.core.consent.errors import (
    ConsentError,
    ConsentUnavailable,
    IdempotencyConflict,
    NoticeRequired,
    ObjectionStands,
    SubjectGone,
)
from onvif_privacy.core.consent.notices import notice, notice_digest
from onvif_privacy.core.consent.reading import audience, fold, generations, grants, history, may, state
from onvif_privacy.core.consent.renewals import renew
from onvif_privacy.core.consent.visitor import Privacy, Refusing, State, of
from onvif_privacy.core.consent.writing import ContextRef
from onvif_privacy.core.models import Method, Outcome

__all__ = [
    "ConsentError",
    "ConsentUnavailable",
    "ContextRef",
    "IdempotencyConflict",
    "Method",
    "NoticeRequired",
    "ObjectionStands",
    "Outcome",
    "Privacy",
    "Refusing",
    "State",
    "SubjectGone",
    "audience",
    "decide",
    "decide_all",
    "fold",
    "generations",
    "grants",
    "history",
    "lock",
    "may",
    "notice",
    "notice_digest",
    "of",
    "renew",
    "state",
    "withdraw",
]
