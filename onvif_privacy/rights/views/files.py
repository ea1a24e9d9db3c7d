"""Handing out exports, and the schema they follow."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from onvif_privacy.core.doors import private_page
from onvif_privacy.core.keys import KeyDestroyed, SealBroken
from onvif_privacy.core.models import Subject
from onvif_privacy.core.views import requires_strength
from onvif_privacy.rights.models import ExportFile
from onvif_privacy.rights.services import export, requests
from onvif_privacy.rights.services.requests.states import using
from onvif_privacy.rights.views.asking import account, own, private, said

HOUR = 3600


def handed_out(request: HttpRequest, found: ExportFile) -> HttpResponseBase:
    """Answer with the ZIP of an export as a download that no page can use; 410 once it has expired."""
    try:
        parts = export.fetch(found)
    except requests.NotNow as error:
        return said(request, _("This file is gone"), str(error), 410)
    except (SealBroken, KeyDestroyed, FileNotFoundError):
        return said(request, _("This file cannot be opened"), _("It was changed or deleted. Ask for a new one."), 410)
    response = StreamingHttpResponse(parts, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="my-data-{found.request.reference}.zip"'
    response.headers["Content-Length"] = str(found.size)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; frame-ancestors 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


@private
@require_POST
@account
@requires_strength()
@own
def fetch(request: HttpRequest, subject: Subject, pk: uuid.UUID) -> HttpResponseBase:
    """Give an export to its person, who has shown their password lately; 404 for everybody else."""
    found = (
        ExportFile.objects.using(using()).select_related("request", "subject").filter(pk=pk, subject=subject).first()
    )
    if found is None:
        raise Http404
    return handed_out(request, found)


@private_page
@login_not_required
@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """Return the JSON Schema of exports; cacheable for an hour."""
    response = JsonResponse(export.schema(), content_type="application/schema+json")
    patch_cache_control(response, public=True, max_age=HOUR)
    return response
