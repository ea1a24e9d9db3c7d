"""A site with Django's own pages for passwords."""

from __future__ import annotations

from django.urls import include, path

from tests.projects.urls import urlpatterns as usual

urlpatterns = [*usual, path("accounts/", include("django.contrib.auth.urls"))]
