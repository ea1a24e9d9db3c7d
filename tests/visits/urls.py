"""A small site: pages of every kind that the middleware has to tell apart."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import include, path, re_path
from django.views.decorators.http import condition

from onvif_privacy.core.doors import private_page
from onvif_privacy.visits.doors import public_content, subject_area


def page(request: HttpRequest, **kwargs: object) -> HttpResponse:
    return HttpResponse("<p>page</p>")


async def async_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>async</p>")


def stream(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(["<p>", "stream", "</p>"])


def data(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"data": True})


def moved(request: HttpRequest) -> HttpResponse:
    return redirect("/")


def download(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse("<p>saved</p>", headers={"Content-Disposition": 'attachment; filename="page.html"'})


def picture(request: HttpRequest) -> HttpResponseBase:
    return HttpResponse(b"GIF89a", content_type="image/gif")


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=204)


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("broken on purpose")


def missing(request: HttpRequest) -> HttpResponse:
    raise Http404


def personal(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"<p>{request.user}</p>")


def popular(request: HttpRequest) -> HttpResponse:
    return render(request, "visits/popular.html")


class Camera:
    """An object that knows what it is about; number 13 does not."""

    def __init__(self, number: int) -> None:
        self.number = number

    def get_subject_areas(self) -> list[str]:
        if self.number == 13:
            raise RuntimeError("planted")
        return ["lighting", "video"]


@subject_area("video")
def camera(request: HttpRequest, number: int) -> TemplateResponse:
    return TemplateResponse(request, "visits/camera.html", {"object": Camera(number)})


@private_page
def conversation(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>private</p>")


@public_content
def product(request: HttpRequest, slug: str) -> HttpResponse:
    return HttpResponse(f"<p>{len(slug)}</p>")


@condition(etag_func=lambda request: '"same"')
def conditional(request: HttpRequest) -> HttpResponse:
    return HttpResponse("<p>conditional</p>")


news = ([path("", page, name="list"), path("<slug:slug>/", page, name="article")], "news")

urlpatterns = [
    path("", page, name="home"),
    path("async/", async_page),
    path("stream/", stream),
    path("data/", data),
    path("moved/", moved),
    path("download/", download),
    path("picture/", picture),
    path("nothing/", nothing),
    path("broken/", broken),
    path("missing/", missing),
    path("personal/", personal),
    path("popular/", popular, name="popular"),
    path("camera/<int:number>/", camera),
    path("conversation/<int:number>/", conversation),
    path("conditional/", conditional),
    path("products/<str:slug>/", product, name="product"),
    path("news/", include(news)),
    path("reset/<uidb64>/<token>/", auth_views.PasswordResetConfirmView.as_view(), name="password_reset_confirm"),
    path("unsubscribe/<str:token>/", page),
    re_path(r"^rights/(?P<token>[^/]+)/$", page),
    path("enquiries/<path:token>/", page),
    path("admin/", admin.site.urls),
    path("privacy/", include("onvif_privacy.urls")),
]
