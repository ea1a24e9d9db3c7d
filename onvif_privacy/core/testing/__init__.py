"""Test kit for host sites."""

from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing.database import guards
from onvif_privacy.core.testing.saboteurs import Saboteurs

__all__ = ["Saboteurs", "guards", "temporarily"]
