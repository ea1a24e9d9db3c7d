"""Tables of the room: notices and receipts of boards, linked sites, private conversations."""

from onvif_privacy.community.models.boards import BoardNotice, PostReceipt
from onvif_privacy.community.models.conversations import (
    Block,
    Conversation,
    ConversationLetter,
    ConversationMessage,
    Participant,
)
from onvif_privacy.community.models.links import LinkedSite, SiteStatus
from onvif_privacy.community.models.openings import Opening, OpeningKey, OpeningUse, Report, ReportedMessage

__all__ = [
    "Block",
    "BoardNotice",
    "Conversation",
    "ConversationLetter",
    "ConversationMessage",
    "LinkedSite",
    "Opening",
    "OpeningKey",
    "OpeningUse",
    "Participant",
    "PostReceipt",
    "Report",
    "ReportedMessage",
    "SiteStatus",
]
