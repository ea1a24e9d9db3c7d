"""``statement/read/``: the button “I have read it”, for who is signed in."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST

from onvif_privacy.core.doors import private_page
from onvif_privacy.core.models import Subject
from onvif_privacy.core.text import safe_url
from onvif_privacy.statement.services import banner, copies
from onvif_privacy.statement.services.reading import DEFAULT


@private_page
@login_required
@never_cache
@csrf_protect
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Note that the person read the version whose number was posted, and go back to where they were."""
    asked = request.POST.get("version", "")
    step = next((one for one in copies.known(DEFAULT).steps if str(one.version.number) == asked), None)
    if step is None:
        raise Http404
    subject = Subject.objects.for_user(request.user)  # type: ignore[arg-type] # nobody else is let through
    banner.read(request, subject, step, get_language() or "")
    target = safe_url(request.POST.get("next", ""))
    inside = target if target and target.startswith("/") else reverse("onvif_privacy_statement:current")
    return HttpResponseRedirect(inside)
