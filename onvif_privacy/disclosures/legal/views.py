"""The one page that a recipient sees: a link without a secret, a code, and the encrypted file."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from onvif_privacy.core import limits
from onvif_privacy.core.doors import private_page
from onvif_privacy.disclosures.legal.forms import CodeForm
from onvif_privacy.disclosures.services import fetching
from onvif_privacy.disclosures.services.errors import Refused
from onvif_privacy.disclosures.services.reading import NotRecorded


def _page(request: HttpRequest, reference: str, form: CodeForm, status: int = 200) -> HttpResponse:
    row = fetching.find(reference)
    context = {"form": form, "has_key": row is not None and fetching.has_key(row.package)}
    response = render(request, "onvif_privacy/disclosures/get.html", context, status=status)
    patch_cache_control(response, private=True, no_store=True)
    return response


@private_page
@login_not_required
@transaction.non_atomic_requests
@sensitive_post_parameters("code")
@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def get(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Ask for the code; only a POST with it starts the download. Every link looks alike until the code is right."""
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, reference, form, status=200 if request.method != "POST" else 400)
    if not limits.allow("disclosures.get", limits.network(request), limit=20, seconds=300):
        form.add_error(None, _("Too many tries. Please wait five minutes."))
        return _page(request, reference, form, status=429)
    try:
        part = "key" if request.POST.get("part") == "key" else "package"
        found = fetching.fetch(reference=reference, code=form.cleaned_data["code"], part=part)
    except Refused as error:
        form.add_error("code", str(error))
        return _page(request, reference, form, status=403)
    except NotRecorded as error:
        return HttpResponse(str(error), status=503, content_type="text/plain; charset=utf-8")
    response = StreamingHttpResponse(found.parts, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
