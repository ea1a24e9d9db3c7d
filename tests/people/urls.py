"""A site that fills its order form from what people saved, with every way to cache it."""

from __future__ import annotations

from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template import Context, Template
from django.urls import include, path
from django.views.decorators.cache import cache_control, cache_page

from onvif_privacy.people.services import initial_for
from tests.people.forms import CheckoutForm

PAGE = Template(
    '{% load privacy_people %}{% people_preference "standards" as look %}[{{ look }}]'
    '{% people_preference_choice "standards" %}{% people_preference_choice "news" values="long short" %}'
)


def checkout(request: HttpRequest) -> HttpResponse:
    """Show the order form."""
    form = CheckoutForm(initial=initial_for(request, CheckoutForm))
    return HttpResponse(str(form))


def look(request: HttpRequest) -> HttpResponse:
    """Show a page that a device keeps the look of."""
    return HttpResponse(PAGE.render(Context({"request": request, "csrf_token": get_token(request)})))


urlpatterns = [
    path("checkout/", checkout),
    path("cached/", cache_page(600)(checkout)),
    path("public/", cache_control(public=True, max_age=600)(checkout)),
    path("look/", look),
    path("accounts/login/", LoginView.as_view(), name="login"),
    path("privacy/", include("onvif_privacy.urls")),
]
