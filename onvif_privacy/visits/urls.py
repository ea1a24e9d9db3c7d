"""Public addresses of the room; what is off has none."""

from django.conf import settings
from django.urls import path

from onvif_privacy.visits import views

app_name = "onvif_privacy_visits"
urlpatterns = []
if getattr(settings, "ONVIF_PRIVACY_VISITS_PAGES", ()):
    urlpatterns.append(path("page/", views.page, name="page"))
if getattr(settings, "ONVIF_PRIVACY_VISITS_INTERESTS", False):
    urlpatterns += [
        path("interests/", views.interests, name="interests"),
        path("interests/here/", views.interests_here, name="interests-here"),
    ]
if getattr(settings, "ONVIF_PRIVACY_VISITS_ADVERTISING", False):
    urlpatterns.append(path("ads/<slug:digest>/", views.ad_picture, name="ad-picture"))
