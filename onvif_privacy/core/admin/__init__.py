"""Admin of the kernel. `EvidenceAdmin` and `OutgoingAdmin` are bases for the screens of every room."""

# screens are registered by being imported
from onvif_privacy.core.admin import evidence, jobs, ledger, letters, overviews, tools  # noqa: F401
from onvif_privacy.core.admin.base import EvidenceAdmin
from onvif_privacy.core.admin.letters import OutgoingAdmin

__all__ = ["EvidenceAdmin", "OutgoingAdmin"]
