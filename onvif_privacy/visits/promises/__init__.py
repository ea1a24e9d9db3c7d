"""What this room promises of recorded visits, and the checks that would notice if it were not so."""

from onvif_privacy.visits.promises import (
    advertising,
    books,
    columns,
    contents,
    customised,
    interests,
    private,
    recorders,
    uniques,
    uses,
)

__all__ = [
    "advertising",
    "books",
    "columns",
    "contents",
    "customised",
    "interests",
    "private",
    "recorders",
    "uniques",
    "uses",
]
