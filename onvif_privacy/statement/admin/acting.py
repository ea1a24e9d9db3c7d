"""What both screens need: who acts, and how a refusal of a service is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from onvif_privacy.core.models import Subject
from onvif_privacy.statement.services import drafts
from onvif_privacy.statement.services.permissions import BIND, EDIT, PUBLISH
from onvif_privacy.statement.services.publishing import Refused
from onvif_privacy.statement.services.sentences import BadSource


def may_look(request: HttpRequest) -> bool:
    """Whether somebody may see drafts and versions because they may write, publish or bind them."""
    return any(request.user.has_perm(one) for one in (EDIT, PUBLISH, BIND))


def person(reference: str) -> str:
    """Return the user name behind a subject reference, or the reference itself where the user is gone."""
    subject = Subject.objects.by_reference(reference) if reference else None
    return str(subject.user) if subject and subject.user else reference or "–"


def attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> bool:
    """Run a service; show its refusal line by line, or ``done``. Returns whether it went through."""
    try:
        act()
    except BadSource as error:
        for problem in error.problems:
            messages.error(request, str(problem))
    except (Refused, drafts.DraftExists) as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
        return True
    return False


def staff(request: HttpRequest) -> AbstractBaseUser:
    """Return who is signed in; the admin lets nobody else through."""
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user
