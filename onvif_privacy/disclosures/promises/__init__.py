"""What this room promises, and the checks that would notice if it were not so."""

from onvif_privacy.disclosures.promises import cases, notices, partners, regimes, scope

__all__ = ["cases", "notices", "partners", "regimes", "scope"]
