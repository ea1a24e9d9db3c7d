"""Pages of the room, in the namespace ``onvif_privacy_community``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.community.conf import conf
from onvif_privacy.community.views import boards, links

app_name = "onvif_privacy_community"

BOARDS = [
    path("boards/notice/", boards.notice, name="notice"),
]
LINKS = [
    path("links/", links.sites, name="sites"),
]
LEAVING = [
    path("links/away/<str:token>/", links.away, name="away"),
]

urlpatterns = [*BOARDS, *LINKS, *(LEAVING if conf.LEAVING != "none" else ())]
