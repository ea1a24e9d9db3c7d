"""Numbers about groups of people, made safe to publish. The only implementation, for every room.

What is hidden cannot be worked out from what is shown: sums, the same total in two tables, and identities between
columns are all taken as equations that a reader may solve.
"""

from onvif_privacy.core.counts.protecting import Protected, protect
from onvif_privacy.core.counts.tables import TOTAL, Identity, Table

__all__ = ["TOTAL", "Identity", "Protected", "Table", "protect"]
