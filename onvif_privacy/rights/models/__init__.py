"""Tables of the room: requests with their steps and links, exports, claims of addresses, words under review."""

from onvif_privacy.rights.models.holdings import Claim, ExportFile, Review
from onvif_privacy.rights.models.letters import Letter
from onvif_privacy.rights.models.log import LogLine
from onvif_privacy.rights.models.person import Person
from onvif_privacy.rights.models.requests import (
    OPEN_STATES,
    REPLAYED,
    Channel,
    Kind,
    Proof,
    Request,
    RequestToken,
    State,
    Step,
)
from onvif_privacy.rights.models.retention import Randomised, RetentionRule

__all__ = [
    "OPEN_STATES",
    "REPLAYED",
    "Channel",
    "Claim",
    "ExportFile",
    "Kind",
    "Letter",
    "LogLine",
    "Person",
    "Proof",
    "Randomised",
    "Request",
    "RequestToken",
    "RetentionRule",
    "Review",
    "State",
    "Step",
]
