"""A shop that prints the notice on its pages, keeps them in a shared cache, and takes orders."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from onvif_privacy.core.models import Subject
from onvif_privacy.statement.services import exposures


@csrf_exempt
def page(request: HttpRequest, number: int) -> HttpResponse:
    """Show a page; an order notes which words its form named."""
    if request.method == "POST":
        assert isinstance(request.user, User)
        exposures.submitted(subject=Subject.objects.for_user(request.user), data=request.POST)
    response = render(request, "statement_tests/page.html")
    response.headers["Cache-Control"] = "public, max-age=60"
    return response


urlpatterns = [path("shop/<int:number>/", page), path("privacy/", include("onvif_privacy.urls"))]
