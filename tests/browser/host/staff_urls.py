"""The host site with the admin, as staff see it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from tests.browser.host.urls import urlpatterns as public

urlpatterns = [path("admin/", admin.site.urls), *public]
