"""Screens of staff."""

from onvif_privacy.outreach.admin.campaigns import CampaignAdmin
from onvif_privacy.outreach.admin.looking import DeliveryEventAdmin, MessageAdmin, SendBatchAdmin, UndeclaredMailAdmin
from onvif_privacy.outreach.admin.suppressed import SuppressionAdmin
from onvif_privacy.outreach.admin.surveys import SurveyAdmin

__all__ = [
    "CampaignAdmin",
    "DeliveryEventAdmin",
    "MessageAdmin",
    "SendBatchAdmin",
    "SuppressionAdmin",
    "SurveyAdmin",
    "UndeclaredMailAdmin",
]
