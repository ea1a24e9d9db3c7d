"""The necessary items that Django and this room set, read from the settings that really set them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.services.choice import cookie_names, lifetime
from onvif_privacy.cookies.services.declared import NECESSARY, Item
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.registry import SESSION, DeviceItem


def items() -> tuple[Item, ...]:
    """Return the built-in items as the settings stand now.

    They are never frozen into a policy alone: a site that renames its session cookie must not lose its sign-in until
    somebody publishes.
    """
    return tuple(Item.declared(item) for item in (*_of_django(), *_of_this_room()))


def _domains(domain: str | None) -> tuple[str, ...]:
    return (domain,) if domain else ()


def _of_django() -> Iterator[DeviceItem]:
    provider = house.ORGANISATION
    if apps.is_installed("django.contrib.sessions"):
        yield DeviceItem(
            settings.SESSION_COOKIE_NAME,
            purpose=NECESSARY,
            provider=provider,
            duration=SESSION
            if settings.SESSION_EXPIRE_AT_BROWSER_CLOSE
            else timedelta(seconds=settings.SESSION_COOKIE_AGE),
            text=_("Holds the number of your session."),
            reason=_("Keeps you signed in and remembers what you entered from one page to the next."),
            domains=_domains(settings.SESSION_COOKIE_DOMAIN),
            paths=(settings.SESSION_COOKIE_PATH,),
            http_only=settings.SESSION_COOKIE_HTTPONLY,
            set_by="server",
        )
    if not settings.CSRF_USE_SESSIONS:
        yield DeviceItem(
            settings.CSRF_COOKIE_NAME,
            purpose=NECESSARY,
            provider=provider,
            duration=timedelta(seconds=settings.CSRF_COOKIE_AGE) if settings.CSRF_COOKIE_AGE else SESSION,
            text=_("Holds a random secret that forms are compared with."),
            reason=_("Protects your forms: no other site can send them in your name."),
            domains=_domains(settings.CSRF_COOKIE_DOMAIN),
            paths=(settings.CSRF_COOKIE_PATH,),
            http_only=settings.CSRF_COOKIE_HTTPONLY,
            set_by="server",
        )
    if apps.is_installed("django.contrib.messages") and "Session" not in settings.MESSAGE_STORAGE:
        yield DeviceItem(
            "messages",
            purpose=NECESSARY,
            provider=provider,
            duration=SESSION,
            text=_("Carries a short message to the next page, such as “saved”."),
            reason=_("Tells you whether what you did has worked."),
            domains=_domains(settings.SESSION_COOKIE_DOMAIN),
            http_only=settings.SESSION_COOKIE_HTTPONLY,
            set_by="server",
        )
    if settings.USE_I18N and len(settings.LANGUAGES) > 1:
        yield DeviceItem(
            settings.LANGUAGE_COOKIE_NAME,
            purpose=NECESSARY,
            provider=provider,
            duration=timedelta(seconds=settings.LANGUAGE_COOKIE_AGE) if settings.LANGUAGE_COOKIE_AGE else SESSION,
            text=_("Holds the language you picked."),
            reason=_("Remembers the language you picked; it is set only when you pick one."),
            domains=_domains(settings.LANGUAGE_COOKIE_DOMAIN),
            paths=(settings.LANGUAGE_COOKIE_PATH,),
            http_only=settings.LANGUAGE_COOKIE_HTTPONLY,
            set_by="server",
        )


def _of_this_room() -> Iterator[DeviceItem]:
    from onvif_privacy.cookies.conf import conf

    choice, state = cookie_names()
    for name, http_only, text in (
        (
            choice,
            True,
            _("Holds what you decided about cookies, signed. A refusal holds nothing that tells you apart."),
        ),
        (
            state,
            False,
            _("Holds the same decision for the scripts of the page, without anything that tells you apart."),
        ),
    ):
        yield DeviceItem(
            name,
            purpose=NECESSARY,
            provider=house.ORGANISATION,
            duration=timedelta(seconds=lifetime()),
            text=text,
            reason=_("Remembers your decision, so that you are not asked again on each page."),
            domains=_domains(conf.DOMAIN),
            http_only=http_only,
            set_by="server",
        )
    yield DeviceItem(
        "privacy_declined",
        purpose=NECESSARY,
        provider=house.ORGANISATION,
        duration=SESSION,
        text=_("Remembers in this tab that you declined, where the browser keeps no cookies."),
        reason=_("Remembers your decision, so that you are not asked again on each page."),
        kind="session_storage",
        set_by="script",
    )
