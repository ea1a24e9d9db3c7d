"""Private messages are read by who takes part; every other use of a key was agreed to by two people and is recorded."""

from onvif_privacy.community.promises.private import blind, opened, quiet

__all__ = ["blind", "opened", "quiet"]
