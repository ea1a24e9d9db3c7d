"""The log of erasures outside the database, and doing again what a restored database has forgotten."""

from onvif_privacy.rights.services.replay.log import LogBroken, last_number, lines
from onvif_privacy.rights.services.replay.running import REASON, run, why_restored
from onvif_privacy.rights.services.replay.writing import known

__all__ = ["REASON", "LogBroken", "known", "last_number", "lines", "run", "why_restored"]
