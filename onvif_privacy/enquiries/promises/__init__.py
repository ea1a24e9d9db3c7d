"""What this room promises about the clause ``contact``, and the checks that would notice."""

from onvif_privacy.enquiries.promises import clauses, handled, in_time, numbers, reached

__all__ = ["clauses", "handled", "in_time", "numbers", "reached"]
