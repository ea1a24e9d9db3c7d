"""The addresses of a test site: the admin, and the rooms under ``privacy/`` as the README mounts them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("privacy/", include("onvif_privacy.urls")),
]
