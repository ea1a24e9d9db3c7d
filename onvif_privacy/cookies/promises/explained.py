"""What needs a declined cookie says so, and the rest of the site goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.http import HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from onvif_privacy.cookies.promises.trying import answered, policy, published, request
from onvif_privacy.cookies.services import shown
from onvif_privacy.cookies.views import decorators
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.own import CHOICE
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.registry import declare

EXPLAINED = Promise("cookies_choice.explained", CHOICE, _("A feature that needs a declined cookie says so."))

declare(EXPLAINED)

FEATURE = b"The feature itself."


def _feature(asked: HttpRequest) -> HttpResponse:
    return HttpResponse(FEATURE)


@check(EXPLAINED, kind=Kind.REFUSAL, empty=True)
def a_feature_that_is_off_says_why(look: Look) -> Iterable[Finding]:
    """Ask for a feature of each optional purpose as somebody who chose nothing, and read what comes instead."""
    found = policy()
    for slug in sorted(found.optional):
        look.seen()
        answer = answered(request(), decorators.requires_purpose(slug)(_feature))
        content = getattr(answer, "content", b"").decode(errors="replace")
        if FEATURE.decode() in content:
            yield Finding(f"purpose {slug}", "its feature runs though nobody allowed it")
        elif escape(shown.label(found, slug, shown.language_now())) not in content:
            yield Finding(f"purpose {slug}", "its feature is missing and nothing says why")
        elif f'value="{slug}"' not in content:
            yield Finding(f"purpose {slug}", "its notice leads to no way of allowing it")


@a_feature_that_is_off_says_why.saboteur
@contextmanager
def a_feature_that_runs_anyway(plant: Plant) -> Iterator[str]:
    """Take everybody for somebody who allowed it."""
    with published(), altered(decorators, "granted", lambda asked, slug: True):
        yield "its feature runs though nobody allowed it"


@a_feature_that_is_off_says_why.saboteur
@contextmanager
def an_empty_page_instead(plant: Plant) -> Iterator[str]:
    """Refuse without a word."""
    with published(), altered(decorators, "notice", lambda asked, slug: HttpResponse(status=403)):
        yield "nothing says why"
