"""Tables of the room: enquiries with their entries and files, how they are handled, clocks, letters, publications."""

from onvif_privacy.enquiries.models.clocks import ClockPause, ClockRule, Holiday
from onvif_privacy.enquiries.models.enquiries import (
    ALLOWED,
    Channel,
    Enquiry,
    Kind,
    Outcome,
    State,
    normal_ref,
)
from onvif_privacy.enquiries.models.entries import Attachment, Direction, Entry
from onvif_privacy.enquiries.models.handling import ClauseLink, Concern, Remedy, Transition
from onvif_privacy.enquiries.models.letters import Access, Intake, Letter, Probe
from onvif_privacy.enquiries.models.publishing import Citation, Publication

__all__ = [
    "ALLOWED",
    "Access",
    "Attachment",
    "Channel",
    "Citation",
    "ClauseLink",
    "ClockPause",
    "ClockRule",
    "Concern",
    "Direction",
    "Enquiry",
    "Entry",
    "Holiday",
    "Intake",
    "Kind",
    "Letter",
    "Outcome",
    "Probe",
    "Publication",
    "Remedy",
    "State",
    "Transition",
    "normal_ref",
]
