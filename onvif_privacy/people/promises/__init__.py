"""What this room promises of what people give, and the checks that would notice if it were not so."""

from onvif_privacy.people.promises import devices, identity, minors, numbers, special

__all__ = ["devices", "identity", "minors", "numbers", "special"]
