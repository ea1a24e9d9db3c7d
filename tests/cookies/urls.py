"""A small host: every place from which a cookie can leave."""

from __future__ import annotations

import io
import uuid
from collections.abc import AsyncIterator
from typing import Any, TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import include, path
from django.views.decorators.cache import cache_control, cache_page

from onvif_privacy.cookies.views import requires_purpose

R = TypeVar("R", bound=HttpResponseBase)


def _set(response: R, request: HttpRequest) -> R:
    name, _, value = request.GET.get("cookie", "").partition("=")
    if name:
        response.set_cookie(name, value or "1", path=request.GET.get("path", "/"), domain=request.GET.get("domain"))
    return response


def view(request: HttpRequest) -> HttpResponseBase:
    return _set(HttpResponse("view"), request)


async def async_view(request: HttpRequest) -> HttpResponseBase:
    return _set(HttpResponse("async"), request)


def redirect(request: HttpRequest) -> HttpResponseBase:
    return _set(HttpResponseRedirect("/elsewhere/"), request)


def file(request: HttpRequest) -> HttpResponseBase:
    return _set(FileResponse(io.BytesIO(b"file"), filename="file.txt"), request)


def streaming(request: HttpRequest) -> HttpResponseBase:
    async def parts() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    body: Any = parts() if hasattr(request, "scope") else [b"a", b"b"]
    return _set(StreamingHttpResponse(body), request)


def template(request: HttpRequest) -> HttpResponseBase:
    template = engines["django"].from_string("{% load privacy_cookies %}{% privacy_cookies %}<p>page</p>")
    return _set(TemplateResponse(request, template), request)


def raw(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("raw", headers={"Set-Cookie": f"{request.GET.get('cookie', 'x=1')}; Path=/"})


def missing(request: HttpRequest) -> HttpResponseBase:
    raise Http404


def broken(request: HttpRequest) -> HttpResponseBase:
    raise RuntimeError("broken on purpose")


def forbidden(request: HttpRequest) -> HttpResponseBase:
    raise PermissionDenied


def handler404(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    return _set(HttpResponse("404", status=404), request)


def handler500(request: HttpRequest) -> HttpResponseBase:
    return _set(HttpResponse("500", status=500), request)


def asks(request: Any) -> HttpResponseBase:
    return HttpResponse(request.privacy.state("statistics"))


def asks_silently(request: Any) -> HttpResponseBase:
    return HttpResponse(request.privacy.silent.state("statistics"))


@requires_purpose("preferences")
def needs(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("feature")


@requires_purpose("preferences")
async def async_needs(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("feature")


def life(request: HttpRequest) -> HttpResponseBase:
    response = HttpResponse("life")
    response.set_cookie("theme", "1", max_age=10**9)
    return response


def session(request: HttpRequest) -> HttpResponseBase:
    request.session["seen"] = 1
    return HttpResponse("session")


class Outer:
    """A middleware that a host has placed outside of ours, against the check."""

    sync_capable, async_capable = True, False

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> Any:
        response = self.get_response(request)
        return _set(response, request) if request.path == "/outer/" else response


def plain(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("plain")


@cache_control(public=True, max_age=60)
def for_everybody(request: HttpRequest) -> HttpResponseBase:
    """A page that caches may keep; each time it is made it is another."""
    return HttpResponse(uuid.uuid4().hex)


urlpatterns = [
    path("admin/", admin.site.urls),
    path("privacy/", include("onvif_privacy.urls")),
    path("view/", view),
    path("async/", async_view),
    path("redirect/", redirect),
    path("file/", file),
    path("streaming/", streaming),
    path("template/", template),
    path("raw/", raw),
    path("broken/", broken),
    path("forbidden/", forbidden),
    path("asks/", asks),
    path("cached-asks/", cache_page(60)(asks)),
    path("cached/", cache_page(60)(view)),
    path("public/", for_everybody),
    path("silent/", asks_silently),
    path("needs/", needs),
    path("async-needs/", async_needs),
    path("session/", session),
    path("life/", life),
    path("outer/", plain),
    path("shop/", plain),
    path("shop/cart/", plain),
]
