"""Where visits end up. One engine so far: the site's own database (`orm`)."""

from onvif_privacy.visits.services.store.orm import rebuild, take_turn, write

__all__ = ["rebuild", "take_turn", "write"]
