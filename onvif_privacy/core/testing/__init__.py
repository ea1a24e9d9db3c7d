"""Test kit for host sites."""

from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing.canaries import Canaries, Sighting, SweepBlind
from onvif_privacy.core.testing.database import guards
from onvif_privacy.core.testing.saboteurs import Saboteurs
from onvif_privacy.core.testing.watch import UngatedRead, ungated_reads

__all__ = [
    "Canaries",
    "Saboteurs",
    "Sighting",
    "SweepBlind",
    "UngatedRead",
    "guards",
    "temporarily",
    "ungated_reads",
]
