"""Tables of the room: requests with their steps and links, exports, claims of addresses, words under review."""

from onvif_privacy.rights.models.holdings import Claim, ExportFile, Review
from onvif_privacy.rights.models.letters import Letter
from onvif_privacy.rights.models.requests import OPEN_STATES, Channel, Kind, Proof, Request, RequestToken, State, Step

__all__ = [
    "OPEN_STATES",
    "Channel",
    "Claim",
    "ExportFile",
    "Kind",
    "Letter",
    "Proof",
    "Request",
    "RequestToken",
    "Review",
    "State",
    "Step",
]
