"""All addresses of the example site."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from onvif_privacy.statement import urls as statement_urls

admin.site.site_header = admin.site.site_title = "Standards desk"

urlpatterns = [
    path("", include("standards.urls")),
    path("accounts/", include("django.contrib.auth.urls")),
    path("privacy/", include("onvif_privacy.urls")),
    path(".well-known/", include(statement_urls.well_known)),
    path("admin/", admin.site.urls),
]
