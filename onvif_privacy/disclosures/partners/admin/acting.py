"""What every screen with an act needs: who acts, how a refusal is told, and one page that shows all and asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse

from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.views.requiring import asked_again
from onvif_privacy.disclosures.conf import conf
from onvif_privacy.disclosures.partners.registering import NotPossible
from onvif_privacy.disclosures.partners.terms import TermsRefused
from onvif_privacy.disclosures.services.transparency.publishing import NotPublished

TEMPLATE = "admin/onvif_privacy_disclosures/act.html"


def staff(request: HttpRequest) -> AbstractBaseUser:
    """Return who is signed in; the admin lets nobody else through."""
    if not isinstance(request.user, AbstractBaseUser):
        raise PermissionDenied
    return request.user


def has_any(request: HttpRequest, *permissions: str) -> bool:
    """Whether somebody has one of the permissions."""
    return any(request.user.has_perm(one) for one in permissions)


def sent(request: HttpRequest) -> QueryDict | None:
    """Return the form that was sent, an empty one too; None for a look."""
    return request.POST if request.method == "POST" else None


def attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> bool:
    """Run a service and show what it said; returns whether it went through."""
    try:
        act()
    except (NotPossible, TermsRefused, NotPublished) as error:
        messages.error(request, str(error))
    except ValidationError as error:
        for problem in error.messages:
            messages.error(request, problem)
    else:
        messages.success(request, done)
        return True
    return False


def sure(request: HttpRequest) -> HttpResponseBase | None:
    """Return where to go first to give the password again; None for who has just done so."""
    return asked_again(request, Strength.RECENT, conf.REAUTH_MINUTES)


def groups(digest: str) -> str:
    """Return a digest in groups of four, to be read aloud."""
    return " ".join(digest[start : start + 4] for start in range(0, len(digest), 4))


def page(
    request: HttpRequest,
    model_admin: admin.ModelAdmin[Any],
    *,
    title: Any,
    form: forms.Form,
    facts: list[tuple[Any, Any]],
    button: Any,
) -> HttpResponse:
    """Return the page on which somebody sees everything and presses one button."""
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.model._meta,
        "title": title,
        "form": form,
        "facts": facts,
        "button": button,
    }
    return TemplateResponse(request, TEMPLATE, context)


def back(obj: Any) -> HttpResponseRedirect:
    """Return to the screen of a row."""
    meta = obj._meta
    return HttpResponseRedirect(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk]))
