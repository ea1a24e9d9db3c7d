"""Pages of the room, in the namespace ``onvif_privacy_rights``."""

from __future__ import annotations

app_name = "onvif_privacy_rights"

urlpatterns: list[object] = []
