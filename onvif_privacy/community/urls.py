"""Pages of the room, in the namespace ``onvif_privacy_community``."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "onvif_privacy_community"

urlpatterns: list[URLPattern] = []
