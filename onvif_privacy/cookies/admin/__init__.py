"""Admin of the room: versions, drafts, findings, and what came of the bar."""

from onvif_privacy.cookies.admin import declaring as declaring
from onvif_privacy.cookies.admin import statistics as statistics
