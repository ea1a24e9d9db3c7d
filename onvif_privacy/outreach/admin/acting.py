"""What the screens of this room have in common: services do the work, refusals are words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from onvif_privacy.outreach.services.campaigns.acting import NotNow


def staff(request: HttpRequest) -> AbstractBaseUser:
    """Return who is signed in."""
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


def attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> bool:
    """Run a service and say what became of it."""
    try:
        act()
    except NotNow as error:
        messages.error(request, str(error))
    except PermissionDenied:
        messages.error(request, _("Another person has to do this."))
    else:
        messages.success(request, done)
        return True
    return False


def page(request: HttpRequest, admin: Any, name: str, context: dict[str, Any]) -> HttpResponse:
    """Render a page of a screen."""
    whole = {**admin.admin_site.each_context(request), "opts": admin.opts, **context}
    return TemplateResponse(request, f"admin/onvif_privacy_outreach/{name}.html", whole)
