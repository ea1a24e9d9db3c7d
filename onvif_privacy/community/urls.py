"""Pages of the room, in the namespace ``onvif_privacy_community``."""

from __future__ import annotations

from django.conf import settings
from django.urls import path

from onvif_privacy.community.conf import conf
from onvif_privacy.community.views import boards, conversations, links

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
CONVERSATIONS = [
    path("conversations/", conversations.listed, name="conversations"),
    path("conversations/search/", conversations.search, name="search_conversations"),
    path("conversations/<uuid:pk>/", conversations.conversation, name="conversation"),
    path("conversations/<uuid:pk>/report/", conversations.report, name="report"),
    path("conversations/<uuid:pk>/leave/", conversations.leave, name="leave"),
    path("conversations/<uuid:pk>/block/<uuid:person>/", conversations.block, name="block"),
]

urlpatterns = [*BOARDS, *LINKS, *(LEAVING if conf.LEAVING != "none" else ())]

if getattr(settings, "ONVIF_PRIVACY_COMMUNITY_CONVERSATIONS", False) is True:  # what is off has no address
    urlpatterns += CONVERSATIONS
