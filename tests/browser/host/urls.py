"""The host site's addresses, with the rooms mounted as the README says."""

from __future__ import annotations

from django.urls import include, path

from tests.browser.host import views

PAGES = ("/", "/article/", "/order/", "/plain/")

urlpatterns = [
    path("", views.page, name="home"),
    path("article/", views.page, {"name": "article"}, name="article"),
    path("order/", views.page, {"name": "order"}, name="order"),
    path("order-of-scripts/", views.page, {"name": "scripts"}),
    path("plain/", views.plain, name="plain"),
    path("nonce/", views.with_nonce),
    path("favicon.ico", views.no_icon),
    path("script/<slug:name>.js", views.script),
    path("privacy/", include("onvif_privacy.urls")),
]
