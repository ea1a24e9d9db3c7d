"""What this room promises, and the checks that would notice if it were not so."""

from onvif_privacy.disclosures.promises import partners

__all__ = ["partners"]
