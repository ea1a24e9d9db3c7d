"""All addresses of the example site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

admin.site.site_header = admin.site.site_title = "Standards desk"

urlpatterns = [
    path("", include("standards.urls")),
    path("accounts/", include("django.contrib.auth.urls")),
    path("privacy/", include("onvif_privacy.urls")),
    path("admin/", admin.site.urls),
]
