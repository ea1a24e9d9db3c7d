"""Answering, or not: every question can be left out, and no page asks whether somebody answered."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from onvif_privacy.outreach.forms import SurveyForm
from onvif_privacy.outreach.models import Survey
from onvif_privacy.outreach.services.campaigns.acting import NotNow
from onvif_privacy.outreach.services.surveys import answering, releasing, tokens
from onvif_privacy.outreach.views.closed import public, said, with_token


def _closed(request: HttpRequest) -> HttpResponseBase:
    return said(request, _("This survey is closed"), _("Thank you for wanting to take part."), 410)


@with_token
@csrf_exempt  # the token is what counts, and nobody who answers needs a cookie
@require_http_methods(["GET", "HEAD", "POST"])
def take_part(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show the questions; take the answers by POST, once for each token."""
    survey = tokens.survey_of(token)
    if survey is None:
        return said(request, _("This link leads nowhere"), _("Please copy all of it from the mail."), 404)
    if survey.state != Survey.State.OPEN:
        return _closed(request)
    if request.method == "POST" and "stop" in request.POST:
        return said(request, _("Nothing was sent"), _("You can close this page, or come back by the same link."))
    form = SurveyForm(request.POST if request.method == "POST" else None, survey=survey)
    if not form.is_valid():
        context = {"survey": survey, "form": form}
        return render(request, "onvif_privacy/outreach/survey.html", context, status=400 if form.is_bound else 200)
    try:
        answering.answer(survey=survey, token=token, answers=form.answers)
    except answering.Spent:
        return said(request, _("You have answered before"), _("Each invitation counts once. Thank you!"), 409)
    except NotNow:
        return _closed(request)
    return said(request, _("Thank you"), _("Your answers were counted. Nothing says that they were yours."))


@public
@require_safe
def results(request: HttpRequest, ref: str) -> HttpResponseBase:
    """Show published results; 404 for a survey whose results are not public, as for one that does not exist."""
    survey = Survey.objects.filter(ref=ref[:11], public=True).first()
    if survey is None:
        raise Http404
    context = {"survey": survey, "releases": releasing.shown(survey)}
    return render(request, "onvif_privacy/outreach/results.html", context)
