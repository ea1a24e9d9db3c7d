"""What the screens share: who acts, how a refusal is told, and that a look is recorded before it happens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from onvif_privacy.core.subjects import Strength, strength
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.models import Case
from onvif_privacy.disclosures.services import reading
from onvif_privacy.disclosures.services.acting import APPROVE, AUDIT, WORK
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.sealing import CannotEncrypt


def staff(request: HttpRequest) -> AbstractBaseUser:
    """Return who is signed in; the admin lets nobody else in."""
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user


def may_look(request: HttpRequest) -> bool:
    """Whether somebody has any part in cases."""
    return any(request.user.has_perm(one) for one in (WORK, APPROVE, AUDIT))


def now_strong(request: HttpRequest) -> Strength:
    """Return how surely the person has shown who they are, within the minutes that approvals ask for."""
    return strength(request, conf.REAUTH_MINUTES)


def attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> bool:
    """Run a service and say what became of it; a refusal is words, not an error. True where it was done."""
    try:
        act()
    except (Refused, CannotEncrypt, reading.NotRecorded) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        messages.error(request, "; ".join(error.messages))
    else:
        messages.success(request, done)
        return True
    return False


def looked(request: HttpRequest, action: str, thing: str, case: Case | None = None) -> HttpResponse | None:
    """Record a look before it happens; the answer to give instead where that is impossible."""
    try:
        reading.note(action, thing, actor=staff(request), case=case)
    except reading.NotRecorded as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    return None


def page(request: HttpRequest, admin: Any, name: str, context: dict[str, Any]) -> HttpResponse:
    """Return one page of the room, which nobody keeps a copy of."""
    whole = {**admin.admin_site.each_context(request), "opts": admin.opts, **context}
    response = TemplateResponse(request, f"admin/onvif_privacy_disclosures/{name}.html", whole)
    patch_cache_control(response, private=True, no_store=True)
    return response


def nothing(request: HttpRequest) -> HttpResponse:
    """Return what stands where a case does not exist."""
    return HttpResponse(_("There is no such case."), status=404, content_type="text/plain; charset=utf-8")
