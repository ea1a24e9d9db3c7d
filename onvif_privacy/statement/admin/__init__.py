"""Admin of the statement: drafts to write and publish, versions to look at."""

from onvif_privacy.statement.admin.drafts import DraftAdmin
from onvif_privacy.statement.admin.versions import VersionAdmin

__all__ = ["DraftAdmin", "VersionAdmin"]
