"""What the personal-data declarations mean: whose rows, how long, how they end, and what is not declared yet."""

from onvif_privacy.core.personal.completeness import Gap, gaps
from onvif_privacy.core.personal.drafts import draft
from onvif_privacy.core.personal.ending import Ended, end_row
from onvif_privacy.core.personal.keeping import Kept, kept, terms_of
from onvif_privacy.core.personal.rows import leaves, rows_of

__all__ = ["Ended", "Gap", "Kept", "draft", "end_row", "gaps", "kept", "leaves", "rows_of", "terms_of"]
