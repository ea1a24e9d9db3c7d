"""Tables of the room. What is evidence is append-only; what two people must agree on is held by the database."""

from onvif_privacy.disclosures.models.cases import (
    STRONG,
    Approval,
    AuthenticityCheck,
    Block,
    Case,
    Document,
    Side,
    Step,
)
from onvif_privacy.disclosures.models.duties import Gag, Hold, Letter, Notice, Review
from onvif_privacy.disclosures.models.packages import AccessRecord, DisclosureRecord, HandOver, Package, Snapshot
from onvif_privacy.disclosures.models.partners import (
    Agreement,
    AgreementApproval,
    AgreementSide,
    PartnerHandOver,
    PartnerHolding,
    Recall,
    Service,
)
from onvif_privacy.disclosures.models.registers import (
    Authority,
    Ceiling,
    Ground,
    NoticeMode,
    RecipientKey,
    Regime,
    Requester,
)
from onvif_privacy.disclosures.models.reports import ReportRelease
from onvif_privacy.disclosures.models.scopes import Scope, ScopeItem
from onvif_privacy.disclosures.models.standing import Standing
from onvif_privacy.disclosures.models.states import MOVES, PAIRS, Move, Part, State, move

__all__ = [
    "MOVES",
    "PAIRS",
    "STRONG",
    "AccessRecord",
    "Agreement",
    "AgreementApproval",
    "AgreementSide",
    "Approval",
    "AuthenticityCheck",
    "Authority",
    "Block",
    "Case",
    "Ceiling",
    "DisclosureRecord",
    "Document",
    "Gag",
    "Ground",
    "HandOver",
    "Hold",
    "Letter",
    "Move",
    "Notice",
    "NoticeMode",
    "Package",
    "Part",
    "PartnerHandOver",
    "PartnerHolding",
    "Recall",
    "RecipientKey",
    "Regime",
    "ReportRelease",
    "Requester",
    "Review",
    "Scope",
    "ScopeItem",
    "Service",
    "Side",
    "Snapshot",
    "Standing",
    "State",
    "Step",
    "move",
]
