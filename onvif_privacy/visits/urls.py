"""Public addresses of the room; what is off has none."""

from django.conf import settings
from django.urls import path

from onvif_privacy.visits import views

app_name = "onvif_privacy_visits"
urlpatterns = [path("page/", views.page, name="page")] if getattr(settings, "ONVIF_PRIVACY_VISITS_PAGES", ()) else []
