"""Two pages: one that sets a cookie, one that counts."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path

from .models import Order


def basket(request: HttpRequest) -> HttpResponse:
    """Remember something in an undeclared cookie and in the session."""
    request.session["basket"] = [1]
    response = HttpResponse("<html><body>basket</body></html>")
    response.set_cookie("last_seen", "camera", max_age=3600)
    return response


def orders(request: HttpRequest) -> HttpResponse:
    """Cost one query."""
    return HttpResponse(f"<html><body>{Order.objects.count()} orders</body></html>")


urlpatterns = [path("basket/", basket), path("orders/", orders)]
