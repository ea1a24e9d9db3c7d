"""The rules of the room. ``GateBackend`` is what ``EMAIL_BACKEND`` names."""

from typing import Any

__all__ = ["GateBackend"]


def __getattr__(name: str) -> Any:
    """Give the backend when it is asked for: Django imports it by name, long after the models are there."""
    if name == "GateBackend":
        from onvif_privacy.outreach.services.mailgate import GateBackend

        return GateBackend
    raise AttributeError(name)
