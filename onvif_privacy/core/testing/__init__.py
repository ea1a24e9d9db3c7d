"""Test kit for host sites."""

from onvif_privacy.core.registry import temporarily
from onvif_privacy.core.testing.database import guards

__all__ = ["guards", "temporarily"]
