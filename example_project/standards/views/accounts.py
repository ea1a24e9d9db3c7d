"""Making a log-in."""

from __future__ import annotations

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from standards.forms import RegisterForm


@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Make a log-in, keep what was given with it in `people`, and sign in."""
    form = RegisterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend="django.contrib.auth.backends.ModelBackend")
        return redirect("members")
    return render(request, "registration/register.html", {"form": form})
