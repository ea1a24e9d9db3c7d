"""Pages of this room, and what views of a site ask of it."""

from onvif_privacy.people.views.decorators import own_page

__all__ = ["own_page"]
