"""Pages of the room, in the namespace ``onvif_privacy_disclosures``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.disclosures import views
from onvif_privacy.disclosures.legal import views as legal
from onvif_privacy.disclosures.partners import views as partners

app_name = "onvif_privacy_disclosures"

urlpatterns = [
    path("get/<str:reference>/", legal.get, name="get"),
    path("partners/", partners.partners, name="partners"),
    path("partners.json", partners.partners_file, name="partners-file"),
    path("transparency/", views.transparency, name="transparency"),
    path("transparency/feed.xml", views.transparency_feed, name="transparency-feed"),
    path("transparency/<str:name>", views.transparency_file, name="transparency-file"),
]
