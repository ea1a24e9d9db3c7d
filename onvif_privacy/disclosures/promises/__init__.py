"""What this room promises, and the checks that would notice if it were not so."""

from onvif_privacy.disclosures.promises import cases, histories, notices, partners, regimes, scope, standing

__all__ = ["cases", "histories", "notices", "partners", "regimes", "scope", "standing"]
