"""Canary contacts: nobody's addresses, each given to one recipient, so that mail to one says who passed it on."""

from onvif_privacy.core.canaries.minting import mint
from onvif_privacy.core.canaries.watching import INCIDENT, look, watch

__all__ = ["INCIDENT", "look", "mint", "watch"]
