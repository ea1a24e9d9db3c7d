"""The home page and pages about the site itself."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from standards.models import Event, News, Profile

FILM_COOKIE = "film_viewer"


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Latest news, the standards, what others read, and the next dates."""
    newest, *more = News.objects.all()[:4] or [None]
    events = Event.objects.filter(starts_on__gte=timezone.localdate())[:4]
    context = {"newest": newest, "news": more, "profiles": Profile.objects.all(), "events": events}
    return render(request, "standards/home.html", context)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Who we are, with a film that starts only when its visitor wants it."""
    return render(request, "standards/about.html")


@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """What to try on this demonstration site."""
    return render(request, "standards/tour.html")


@require_safe
@xframe_options_sameorigin
def film(request: HttpRequest) -> HttpResponse:
    """The embedded film. Like most players it would rather recognise you: its cookie is declared as marketing."""
    response = render(request, "standards/film.html")
    response.set_cookie(FILM_COOKIE, "1", max_age=30 * 24 * 3600, samesite="Lax")
    return response
