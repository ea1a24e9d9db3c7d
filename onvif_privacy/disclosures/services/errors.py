"""Why something is not done."""

from __future__ import annotations


class Refused(Exception):
    """A rule stands against it; the words say which, for staff. Nothing was changed."""


class Conflict(Refused):
    """Somebody else was faster, or what was shown has changed since: look again."""
