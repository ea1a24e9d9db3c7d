"""The stacks that are measured: a bare one, ours, and those of the packages ours are compared with."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template import engines
from django.urls import path

from benchmarks.settings import ABSENT, PEERS

COOKIES = "onvif_privacy.cookies.middleware.CookieMiddleware"
VISITS = "onvif_privacy.visits.middleware.PageVisitMiddleware"
PEER_MIDDLEWARE = {
    "cookie_consent": "cookie_consent.middleware.CleanCookiesMiddleware",
    "request": "request.middleware.RequestMiddleware",
    "tracking": "tracking.middleware.VisitorTrackingMiddleware",
    "user_visit": "user_visit.middleware.UserVisitMiddleware",
}
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0"
BARE, BOTH = "bare stack", "cookies and visits"

Handler = Callable[[HttpRequest], HttpResponseBase]
_floor: deque[tuple[str, int]] = deque(maxlen=8_192)


def page(request: HttpRequest, slug: str) -> HttpResponse:
    """A page that costs nothing, so that what is added shows."""
    return HttpResponse("<p>page</p>")


def list_page(request: HttpRequest) -> HttpResponse:
    """An ordinary page: twenty rows of the database in a template."""
    rows = Permission.objects.select_related("content_type")[:20]
    return HttpResponse(engines["django"].from_string(LIST).render({"rows": rows}, request))


LIST = """<!doctype html><title>List</title><table>{% for row in rows %}
<tr><th scope="row">{{ row.name }}</th><td>{{ row.codename }}</td><td>{{ row.content_type.app_label }}</td></tr>
{% endfor %}</table>"""

urlpatterns = [path("products/<slug:slug>/", page), path("products/", list_page)]


class AppendMiddleware:
    """The least a recorder can do."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        _floor.append((request.path, response.status_code))
        return response


def stacks() -> dict[str, list[str]]:
    """Return the middleware of each stack by name; the first is the base of all ratios."""
    bare = [name for name in settings.MIDDLEWARE if name not in (COOKIES, VISITS)]
    found = {
        BARE: bare,
        "append to a deque": [*bare, "benchmarks.stacks.AppendMiddleware"],
        "cookies": [COOKIES, *bare],
        "visits": [*bare, VISITS],
        BOTH: [COOKIES, *bare, VISITS],
    }
    found |= {package: [*bare, PEER_MIDDLEWARE[app]] for app, package in PEERS.items()}
    if {"cookie_consent", "request"} <= PEERS.keys():
        both = [PEER_MIDDLEWARE["cookie_consent"], PEER_MIDDLEWARE["request"]]
        found["django-cookie-consent and django-request"] = [*bare, *both]
    return found


def absent() -> list[tuple[str, str]]:
    """Return the packages that cannot be measured here, with the reason."""
    return [(package, f"not measured: {reason}") for package, reason in ABSENT.items()]
