"""What the staff's pages show of the declarations and of the keys. Never a value, never a secret."""

from onvif_privacy.core.overview.declared import DeclaredField, DeclaredModel, Grade, Overview, declared, grade_of
from onvif_privacy.core.overview.keys import KeyLine, KeyOverview, held_keys

__all__ = [
    "DeclaredField",
    "DeclaredModel",
    "Grade",
    "KeyLine",
    "KeyOverview",
    "Overview",
    "declared",
    "grade_of",
    "held_keys",
]
