"""Addresses of this room, below wherever the host mounts it."""

from __future__ import annotations

from django.urls import path

from onvif_privacy.cookies import views

app_name = "onvif_privacy_cookies"

urlpatterns = [
    path("", views.settings_page, name="settings"),
    path("choice/", views.choice, name="choice"),
    path("sweep/", views.sweep, name="sweep"),
    path("shown/", views.shown, name="shown"),
    path("names/", views.names, name="names"),
    path("state/", views.state, name="state"),
    path("state.css", views.state_css, name="state-css"),
    path("dialog/<int:policy>/<slug:language>/<slug:version>/", views.dialog, name="dialog"),
    path("declaration/", views.declaration, name="declaration"),
    path("declaration.json", views.declaration_json, name="declaration-json"),
]
