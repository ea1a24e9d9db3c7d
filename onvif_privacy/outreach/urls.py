"""Pages of the room, in the namespace ``onvif_privacy_outreach``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.outreach.views import joining, leaving, partner, preferring, survey

app_name = "onvif_privacy_outreach"

urlpatterns = [
    path("mail/join/", joining.join, name="join"),
    path("mail/join/sent/", joining.joined, name="joined"),
    path("mail/confirm/<str:token>/", joining.confirm, name="confirm"),
    path("mail/u/<str:token>/", leaving.unsubscribe, name="unsubscribe"),
    path("mail/choose/", preferring.choose, name="choose"),
    path("mail/partner/<str:token>/", partner.counts, name="partner"),
    path("survey/<str:token>/", survey.take_part, name="survey"),
    path("survey/<str:ref>/results/", survey.results, name="results"),
]
