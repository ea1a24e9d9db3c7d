"""How sure the site is who sits there: not at all, signed in, password lately, second factor lately."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import Any, cast

from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise as LazyText
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core.conf import conf

SESSION_KEY = "onvif_privacy_confirmed"


class Strength(IntEnum):
    """Strength of a sign-in, weakest first; each includes those before it."""

    NONE = 0
    SIGNED_IN = 1
    RECENT = 2
    SECOND_FACTOR = 3

    @property
    def label(self) -> str | LazyText:
        """What a person must have done, in words."""
        return {
            Strength.NONE: _("nothing"),
            Strength.SIGNED_IN: _("signed in"),
            Strength.RECENT: _("entered the password a moment ago"),
            Strength.SECOND_FACTOR: _("confirmed with a second factor a moment ago"),
        }[self]


Judge = Callable[[HttpRequest, int], Strength]


def _mark(user: Any) -> str:
    """Bind a confirmation to the person and to their present password: a change of either ends it."""
    bound = f"{user.pk}|{user.get_session_auth_hash()}"
    return salted_hmac("onvif_privacy.strength", bound, algorithm="sha256").hexdigest()


def confirm(request: HttpRequest) -> None:
    """Remember that the person signed in here has just shown their password; gives the session a new key."""
    request.session.cycle_key()
    request.session[SESSION_KEY] = {"at": int(timezone.now().timestamp()), "of": _mark(request.user)}


def _seconds_since_confirmed(request: HttpRequest) -> float | None:
    """Return how long ago; None where it never was, was by somebody else, or lies in the future."""
    kept = request.session.get(SESSION_KEY)
    if not isinstance(kept, dict) or not isinstance(kept.get("at"), int):
        return None
    if not constant_time_compare(str(kept.get("of", "")), _mark(request.user)):
        return None
    age = timezone.now().timestamp() - kept["at"]
    return age if age >= -1 else None  # the stored second was cut, never rounded up


def by_password(request: HttpRequest, minutes: int) -> Strength:
    """Judge by Django's session: RECENT for ``minutes`` after the page ``privacy/again/`` was answered.

    Signing in alone is not RECENT, because an administrator who acts as somebody else signs in, too. Never gives
    SECOND_FACTOR; a site that has one writes a function like this (``ONVIF_PRIVACY_STRENGTH``).
    """
    if not getattr(request, "user", None) or not request.user.is_authenticated or not request.user.is_active:
        return Strength.NONE
    age = _seconds_since_confirmed(request) if hasattr(request, "session") else None
    return Strength.RECENT if age is not None and age < minutes * 60 else Strength.SIGNED_IN


def strength(request: HttpRequest, minutes: int | None = None) -> Strength:
    """Return the strength of this request's sign-in, by the function that ``ONVIF_PRIVACY_STRENGTH`` names.

    ``minutes`` is how long a confirmation counts, else ``ONVIF_PRIVACY_RECENT_MINUTES``. Raises ValueError where the
    function answers anything but a strength: a word that means nothing is no yes.
    """
    judge = cast("Judge", import_string(conf.STRENGTH))
    return Strength(judge(request, conf.RECENT_MINUTES if minutes is None else minutes))
