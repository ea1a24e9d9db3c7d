"""Pages and posts of this room. All are open to everybody, also where a site asks for a sign-in elsewhere."""

from onvif_privacy.cookies.views.decorators import requires_purpose
from onvif_privacy.cookies.views.pages import declaration, declaration_json, dialog, settings_page, state, state_css
from onvif_privacy.cookies.views.posts import choice, names, shown, sweep

__all__ = [
    "choice",
    "declaration",
    "declaration_json",
    "dialog",
    "names",
    "requires_purpose",
    "settings_page",
    "shown",
    "state",
    "state_css",
    "sweep",
]
