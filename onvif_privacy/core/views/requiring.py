"""Views and admin actions that only somebody who signed in strongly enough may use."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from onvif_privacy.core.subjects import Strength, strength

V = TypeVar("V", bound=Callable[..., Any])


def _address() -> str:
    try:
        return reverse("onvif_privacy:again")
    except NoReverseMatch:
        raise ImproperlyConfigured(
            "The page that asks for the password has no address. Add to your urls.py: "
            'path("privacy/", include("onvif_privacy.urls"))'
        ) from None


def asked_again(request: HttpRequest, needed: Strength, minutes: int | None = None) -> HttpResponseBase | None:
    """Return where the person must go first; None where they are sure enough already.

    To the log-in, or to ``again/``, and back to this address. Raises PermissionDenied where only a second factor is
    missing, which is the site's to ask for.
    """
    found = strength(request, minutes)
    if found >= needed:
        return None
    if found is Strength.NONE:
        return redirect_to_login(request.get_full_path())
    if found is Strength.SIGNED_IN:
        return HttpResponseRedirect(f"{_address()}?{urlencode({'next': request.get_full_path()})}")
    raise PermissionDenied(_("This needs a second factor. Sign in with it, then try again."))


def requires_strength(needed: Strength = Strength.RECENT, minutes: int | None = None) -> Callable[[V], V]:
    """Let a view, sync or async, answer only who signed in as strongly as ``needed``, within ``minutes``.

    A form that was sent to it is not sent again: what needs RECENT asks before it shows the form, too.
    """

    def decorate(view: V) -> V:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            first = asked_again(request, needed, minutes)
            return first if first is not None else cast("HttpResponseBase", view(request, *args, **kwargs))

        @wraps(view)
        async def guarded_async(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            first = await sync_to_async(asked_again)(request, needed, minutes)
            if first is not None:
                return first
            return await cast("Awaitable[HttpResponseBase]", view(request, *args, **kwargs))

        return cast("V", guarded_async if iscoroutinefunction(view) else guarded)

    return decorate


class StrengthRequired:
    """Mix into a class-based view, before Django's: ``class Publish(StrengthRequired, FormView)``."""

    strength_needed = Strength.RECENT
    strength_minutes: int | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Ask first, then answer as Django does."""
        first = asked_again(request, self.strength_needed, self.strength_minutes)
        return first if first is not None else super().dispatch(request, *args, **kwargs)  # type: ignore[misc]


def action_requires_strength(needed: Strength = Strength.RECENT, minutes: int | None = None) -> Callable[[V], V]:
    """Let an admin action, a function or a method, run only for who signed in as strongly as ``needed``.

    The person comes back to the list with a message to choose again: what was ticked is not kept.
    """

    def decorate(action: V) -> V:
        @wraps(action)
        def guarded(admin: Any, request: HttpRequest, queryset: Any) -> Any:
            first = asked_again(request, needed, minutes)
            if first is None:
                return action(admin, request, queryset)
            messages.info(request, _("Please confirm who you are. Then choose the rows and the action again."))
            return first

        return cast("V", guarded)

    return decorate
