"""Public pages: the statement with its versions, and the status of its clauses. GET writes nothing."""

from onvif_privacy.statement.views.statement import (
    asked_language,
    current,
    current_markdown,
    difference,
    version,
    version_markdown,
)
from onvif_privacy.statement.views.status import status_board, status_file, status_history

__all__ = [
    "asked_language",
    "current",
    "current_markdown",
    "difference",
    "status_board",
    "status_file",
    "status_history",
    "version",
    "version_markdown",
]
