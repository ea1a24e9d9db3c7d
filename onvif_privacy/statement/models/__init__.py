"""What is stored: documents, drafts, published versions, what keeps their sentences, and who was told of them."""

from onvif_privacy.statement.models.keeping import Binding, StatusRelease
from onvif_privacy.statement.models.notices import Board, Exposure, Notice, NoticeLetter
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
    "Board",
    "Change",
    "Document",
    "Draft",
    "DraftText",
    "Effect",
    "Exposure",
    "Notice",
    "NoticeLetter",
    "Sentence",
    "StatusRelease",
    "Text",
    "Version",
]
