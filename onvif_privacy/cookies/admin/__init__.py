"""Admin of the room: versions, drafts, findings, audits, and what came of the bar."""

from onvif_privacy.cookies.admin import audits as audits
from onvif_privacy.cookies.admin import declaring as declaring
from onvif_privacy.cookies.admin import statistics as statistics
