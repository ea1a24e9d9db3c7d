"""Anonymous answers. The pages know nobody: no session is read, no cookie set but the form's, no visit recorded."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from onvif_privacy.core import limits
from onvif_privacy.core.conf import conf as house
from onvif_privacy.people.forms.demographics import DemographicsForm
from onvif_privacy.people.services.demographics import asked
from onvif_privacy.people.services.links import statement_url
from onvif_privacy.people.views.decorators import SeeOther, closed_page
from onvif_privacy.people.views.mine import page

TRIES, SECONDS = 5, 600  # for one network, held in memory only


@closed_page("GET", "HEAD", "POST")
def numbers(request: HttpRequest) -> HttpResponse:
    """Ask for answers that belong to nobody. 404 without a declared table, 429 for too many from one network."""
    if not asked():
        raise Http404
    form = DemographicsForm(request.POST if request.method == "POST" else None)
    context = {"form": form, "k": house.K, "statement": statement_url()}
    if request.method == "POST" and form.is_valid():
        if not limits.allow("people.numbers", limits.network(request), limit=TRIES, seconds=SECONDS):
            response = page(request, "numbers", {**context, "too_many": True}, status=429)
            response.headers["Retry-After"] = str(SECONDS)
            return response
        form.keep()
        return SeeOther(reverse("onvif_privacy_people:numbers-thanks"))
    return page(request, "numbers", context)


@closed_page("GET", "HEAD")
def thanks(request: HttpRequest) -> HttpResponse:
    """Say that the answers were taken."""
    return page(request, "numbers_thanks", {})
