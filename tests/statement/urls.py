"""The pages of this room alone, at the address the README gives them."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("privacy/statement/", include("onvif_privacy.statement.urls")),
]
