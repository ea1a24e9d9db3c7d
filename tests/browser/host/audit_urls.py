"""The host site as an audit finds it: pages without a fault, and some that do everything wrong."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from tests.browser.host import views

GOOD = """{% load privacy_cookies %}<!doctype html><html lang="en"><title>Good</title>
<meta name="color-scheme" content="light dark"><body>{% privacy_cookies %}
<h1>Good</h1><a href="/">Home</a> <a href="/good/">Good</a>
{% privacy_script "statistics" src="/script/counter.js" %}"""
FAULTY = """{% load privacy_cookies %}<!doctype html><html lang="en"><title>Faulty</title><body>{% privacy_cookies %}
<style>.privacy-buttons [value=decline] { font-size: 11px; border: 0 }
.privacy-asks p { color: #bbb !important }</style>
<h1>Faulty</h1><a href="/bare/">Bare</a>
<script data-privacy="statistics" src="/script/counter.js"></script><script src="{{ advert }}"></script>
<script>document.cookie = "theme=1; path=/; max-age=34000000";
document.cookie = "stray=1"; localStorage.kept = 1;</script>"""


def shown(request: HttpRequest, html: str, policy: str = "") -> HttpResponse:
    """Show a page; ``policy`` takes the place of the strict one."""
    context = {"advert": f"{settings.OTHER_SITE}/advert.js"}
    response = HttpResponse(engines["django"].from_string(html).render(context, request))
    if policy:
        response.headers["Content-Security-Policy"] = policy
    return response


urlpatterns = [
    path("", shown, {"html": GOOD}),
    path("good/", shown, {"html": GOOD}),
    path("faulty/", shown, {"html": FAULTY, "policy": "default-src * 'unsafe-inline'"}),
    path("bare/", shown, {"html": "<!doctype html><title>Bare</title><h1>Bare</h1>"}),
    path("favicon.ico", views.no_icon),
    path("script/<slug:name>.js", views.script),
    path("privacy/", include("onvif_privacy.urls")),
]
