"""Pages of the statement and of its status, in the namespace ``onvif_privacy_statement``.

``well_known`` is for the site's root: ``path(".well-known/", include(statement_urls.well_known))``.
"""

from __future__ import annotations

from django.urls import path

from onvif_privacy.statement import views

app_name = "onvif_privacy_statement"

urlpatterns = [
    path("statement/", views.current, name="current"),
    path("statement/current.md", views.current_markdown, name="current_markdown"),
    path("statement/read/", views.read, name="read"),
    path("statement/text/<slug:digest>/", views.text, name="text"),
    path("statement/<int:number>/", views.version, name="version"),
    path("statement/<int:number>.md", views.version_markdown, name="version_markdown"),
    path("statement/<int:before>..<int:after>/", views.difference, name="difference"),
    path("status/", views.status_board, name="status"),
    path("status/<slug:slug>/", views.status_history, name="status_history"),
]

well_known = [path("privacy-status.json", views.status_file, name="onvif_privacy_status_file")]
