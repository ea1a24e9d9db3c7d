"""Pages of the kernel, and what views of a site ask of it."""

from onvif_privacy.core.views.checkpoint import checkpoint
from onvif_privacy.core.views.confirming import again
from onvif_privacy.core.views.going import go
from onvif_privacy.core.views.keys import keys
from onvif_privacy.core.views.messages import messages
from onvif_privacy.core.views.receipts import receipt_file, receipts
from onvif_privacy.core.views.requiring import StrengthRequired, action_requires_strength, requires_strength

__all__ = [
    "StrengthRequired",
    "action_requires_strength",
    "again",
    "checkpoint",
    "go",
    "keys",
    "messages",
    "receipt_file",
    "receipts",
    "requires_strength",
]
