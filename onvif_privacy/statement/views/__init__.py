"""Pages: the statement with its versions, the status of its clauses, one button. GET writes nothing."""

from onvif_privacy.statement.views.read import read
from onvif_privacy.statement.views.statement import (
    asked_language,
    current,
    current_markdown,
    difference,
    text,
    version,
    version_markdown,
)
from onvif_privacy.statement.views.status import status_board, status_file, status_history

__all__ = [
    "asked_language",
    "current",
    "current_markdown",
    "difference",
    "read",
    "status_board",
    "status_file",
    "status_history",
    "text",
    "version",
    "version_markdown",
]
