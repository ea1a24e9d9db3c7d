"""Public pages of the kernel. None yet: keys, checkpoint and signing in again come with what they serve."""

from django.urls import URLPattern

app_name = "onvif_privacy"
urlpatterns: list[URLPattern] = []
