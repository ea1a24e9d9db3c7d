"""Retention: what outlives its term ends, by what the site declares, and much at once only after somebody says yes."""

from onvif_privacy.rights.services.retention import rules
from onvif_privacy.rights.services.retention.candidates import ends_by_itself
from onvif_privacy.rights.services.retention.overview import HORIZONS, Ending, endings
from onvif_privacy.rights.services.retention.rules import approve
from onvif_privacy.rights.services.retention.running import NotAllEnded, end_for, run, withdrawn

__all__ = [
    "HORIZONS",
    "Ending",
    "NotAllEnded",
    "approve",
    "end_for",
    "endings",
    "ends_by_itself",
    "rules",
    "run",
    "withdrawn",
]
