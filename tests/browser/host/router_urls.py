"""The host site with routers of single-page sites: each page brings the bar, a blocked script and a live one."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from tests.browser.host.urls import urlpatterns as public

FILES = {"htmx": "htmx.org/dist/htmx.min.js", "turbo": "@hotwired/turbo/dist/turbo.es2017-umd.js"}
# routers parse HTML, so there are no Trusted Types
POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; frame-src *"
PAGE = """{% load privacy_cookies %}<!doctype html><html lang="en"><head><title>Page {{ number }}</title>
<meta name="htmx-config" content='{"includeIndicatorStyles": false, "allowEval": false}'>
<meta name="turbo-refresh-method" content="morph"><script src="/router/{{ router }}.js" defer></script></head>
<body{% if router == "htmx" %} hx-boost="true"{% endif %}>{% privacy_cookies %}
<main><h1>Page {{ number }}</h1><a href="{{ next }}">Next</a>
{% if router == "htmx" %}<button hx-get="{{ next }}" hx-target="main" hx-select="main" hx-swap="outerHTML"
 hx-push-url="true">Swap</button>{% endif %}
{% needs_cookies "statistics" %}<p class="feature">A feature</p>{% endneeds_cookies %}
{% privacy_embed "marketing" src=film title="A film" %}{% privacy_script "statistics" src="/script/counter.js" %}
<script src="/script/anyway.js"></script></main></body></html>"""


def page(request: HttpRequest, router: str, number: int) -> HttpResponse:
    """Show one page of many."""
    context = {
        "router": router,
        "number": number,
        "next": f"/{router}/{number + 1}/",
        "film": f"{settings.OTHER_SITE}/film/",
    }
    response = HttpResponse(engines["django"].from_string(PAGE).render(context, request))
    response.headers["Content-Security-Policy"] = POLICY
    return response


def script(request: HttpRequest, router: str) -> HttpResponse:
    """Hand out a router as it was fetched."""
    if router not in FILES:
        raise Http404
    return HttpResponse((Path(settings.ROUTERS) / FILES[router]).read_bytes(), content_type="text/javascript")


urlpatterns = [path("router/<slug:router>.js", script), path("<slug:router>/<int:number>/", page), *public]
