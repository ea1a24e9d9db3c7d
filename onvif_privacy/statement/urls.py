"""Pages of the statement, in the namespace ``onvif_privacy_statement``."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.statement import views

app_name = "onvif_privacy_statement"

urlpatterns = [
    path("", views.current, name="current"),
    path("current.md", views.current_markdown, name="current_markdown"),
    path("<int:number>/", views.version, name="version"),
    path("<int:number>.md", views.version_markdown, name="version_markdown"),
    path("<int:before>..<int:after>/", views.difference, name="difference"),
]
