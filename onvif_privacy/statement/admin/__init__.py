"""Admin of the statement: the board, drafts to write and publish, what keeps each sentence, versions, notices."""

from onvif_privacy.statement.admin.bindings import BindingAdmin
from onvif_privacy.statement.admin.board import BoardAdmin
from onvif_privacy.statement.admin.drafts import DraftAdmin
from onvif_privacy.statement.admin.notices import ExposureAdmin, NoticeAdmin, NoticeLetterAdmin
from onvif_privacy.statement.admin.versions import VersionAdmin

__all__ = [
    "BindingAdmin",
    "BoardAdmin",
    "DraftAdmin",
    "ExposureAdmin",
    "NoticeAdmin",
    "NoticeLetterAdmin",
    "VersionAdmin",
]
