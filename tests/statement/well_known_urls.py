"""A site that has mounted the signed status."""

from __future__ import annotations

from django.urls import include, path

from onvif_privacy.statement import urls
from tests.projects.urls import urlpatterns as site

urlpatterns = [*site, path(".well-known/", include(urls.well_known))]
