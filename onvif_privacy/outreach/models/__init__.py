"""Tables of the room. No row holds an address in the clear, and no answer of a survey leads to a person."""

from onvif_privacy.outreach.models.campaigns import Campaign, CampaignText, LinkTarget
from onvif_privacy.outreach.models.messages import DeliveryEvent, Message, SendBatch
from onvif_privacy.outreach.models.people import OptIn, Subscriber, Suppression
from onvif_privacy.outreach.models.released import PartnerRelease, SurveyRelease, UndeclaredMail
from onvif_privacy.outreach.models.surveys import NO_ANSWER, Question, SpentToken, Survey, Tally, TextAnswer

__all__ = [
    "NO_ANSWER",
    "Campaign",
    "CampaignText",
    "DeliveryEvent",
    "LinkTarget",
    "Message",
    "OptIn",
    "PartnerRelease",
    "Question",
    "SendBatch",
    "SpentToken",
    "Subscriber",
    "Suppression",
    "Survey",
    "SurveyRelease",
    "Tally",
    "TextAnswer",
    "UndeclaredMail",
]
