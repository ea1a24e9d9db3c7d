"""What this room promises, and the checks that would notice if it were not so."""

from onvif_privacy.rights.promises import answered, complete, ending, repeated, whole

__all__ = ["answered", "complete", "ending", "repeated", "whole"]
