"""What is stored: documents, drafts, published versions, and what keeps their sentences."""

from onvif_privacy.statement.models.keeping import Binding, StatusRelease
from onvif_privacy.statement.models.published import (
    Change,
    Document,
    Draft,
    DraftText,
    Effect,
    Sentence,
    Text,
    Version,
)

__all__ = [
    "Binding",
    "Change",
    "Document",
    "Draft",
    "DraftText",
    "Effect",
    "Sentence",
    "StatusRelease",
    "Text",
    "Version",
]
