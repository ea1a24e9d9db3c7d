"""What the screens of reports and openings share: pages that nobody keeps, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_cache_control

from onvif_privacy.community.services.conversations import Refused
from onvif_privacy.core.admin import EvidenceAdmin

APP = "onvif_privacy_community"


def staff(request: HttpRequest) -> AbstractBaseUser:
    return cast("AbstractBaseUser", request.user)  # the admin lets nobody else in


def attempt(request: HttpRequest, act: Callable[[], object], done: Any) -> None:
    """Run a service and say what became of it; a refusal is words, not an error."""
    try:
        act()
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)


class Screens(EvidenceAdmin):
    """Base of the two screens with pages of their own."""

    def page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        """Answer with a page that nobody keeps a copy of."""
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        response = TemplateResponse(request, f"admin/{APP}/{name}.html", whole)
        patch_cache_control(response, private=True, no_store=True)
        return response

    def found(self, request: HttpRequest, pk: Any) -> Any:
        """Return the row for who may see it; 404, 403."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return get_object_or_404(self.get_queryset(request), pk=pk)

    def address(self, name: str, *args: Any) -> str:
        """Return the address of a page of this screen."""
        return reverse(f"admin:{APP}_{self.opts.model_name}_{name}", args=args)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one."""
        try:
            return self.one(request, self.found(request, object_id))
        except ValidationError:
            return HttpResponseRedirect(self.address("changelist"))

    def one(self, request: HttpRequest, row: Any, **more: Any) -> HttpResponse:
        """Show one; each screen says how."""
        raise NotImplementedError
