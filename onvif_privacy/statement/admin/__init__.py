"""Admin of the statement: drafts to write and publish, what keeps each sentence, versions to look at."""

from onvif_privacy.statement.admin.bindings import BindingAdmin
from onvif_privacy.statement.admin.drafts import DraftAdmin
from onvif_privacy.statement.admin.notices import ExposureAdmin, NoticeAdmin, NoticeLetterAdmin
from onvif_privacy.statement.admin.versions import VersionAdmin

__all__ = ["BindingAdmin", "DraftAdmin", "ExposureAdmin", "NoticeAdmin", "NoticeLetterAdmin", "VersionAdmin"]
