"""Public pages: the statement in force, each version, and the difference between two. GET writes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, override
from django.views.decorators.http import require_safe

from onvif_privacy.core.management.database import advice
from onvif_privacy.statement.services import reading
from onvif_privacy.statement.services.appendix import legal_bases, recorded
from onvif_privacy.statement.services.copies import known, newest_texts
from onvif_privacy.statement.services.difference import by_clause
from onvif_privacy.statement.services.difference import difference as compare
from onvif_privacy.statement.services.reading import DEFAULT, Shown
from onvif_privacy.statement.services.timeline import Step, following, in_force

logger = logging.getLogger("onvif_privacy.statement")
View = Callable[..., HttpResponse]
RETRY_AFTER = "30"  # seconds


def public(view: View) -> View:
    """Serve a page to everybody, in the language of ``?language=`` where that is one of the site's.

    Without a transaction around it: the page also comes while the database is away.
    """

    @wraps(view)
    def page(request: HttpRequest, **kwargs: int) -> HttpResponse:
        with override(asked_language(request)):
            try:
                return view(request, **kwargs)
            except Error as error:
                logger.warning("The statement cannot be shown. %s", advice(error))
                context = {"advice": advice(error) if settings.DEBUG else ""}
                response = render(request, "onvif_privacy/statement/away.html", context, status=503)
                response.headers["Retry-After"] = RETRY_AFTER
                return response

    served: View = transaction.non_atomic_requests(login_not_required(require_safe(page)))
    return served


def asked_language(request: HttpRequest) -> str:
    """Return the language of ``?language=`` if the site speaks it, else the one that is active."""
    asked = request.GET.get("language", "")
    return asked if asked in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


@public
def current(request: HttpRequest) -> HttpResponse:
    """Show the statement in force; 404 with an explanation while nothing is published."""
    found = reading.current(get_language() or "")
    if found is None:
        return render(request, "onvif_privacy/statement/unpublished.html", {"debug": settings.DEBUG}, status=404)
    return _statement(request, found, is_current=True)


@public
def version(request: HttpRequest, number: int) -> HttpResponse:
    """Show one version, whether it was, is or will be in force."""
    found = _version(number)
    step = in_force(found.steps, timezone.now())
    return _statement(request, found, is_current=step is not None and step.version == found.version)


@public
def text(request: HttpRequest, digest: str) -> HttpResponse:
    """Show exactly the words that a receipt names by their digest, whatever was published or corrected since."""
    found = reading.named(digest)
    if found is None:
        raise Http404
    newest = _version(found.version.number, found.language)
    is_corrected = newest.text.revision != found.revision
    step = in_force(newest.steps, timezone.now())
    is_current = not is_corrected and step is not None and step.version == found.version
    shown = replace(
        newest, text=found, languages=(found.language,)
    )  # a receipt names words, and these have one language
    return _statement(request, shown, is_current=is_current, is_corrected=is_corrected, is_other_language=False)


@public
def current_markdown(request: HttpRequest) -> HttpResponse:
    """Give the words in force as Markdown."""
    found = reading.current(get_language() or "")
    if found is None:
        raise Http404
    return _markdown(found)


@public
def version_markdown(request: HttpRequest, number: int) -> HttpResponse:
    """Give the words of one version as Markdown; their SHA-256 is the digest in receipts."""
    return _markdown(_version(number))


@public
def difference(request: HttpRequest, before: int, after: int) -> HttpResponse:
    """Show what changed from one version to another, sentence by sentence."""
    old, new = _version(before), _version(after)
    if old.text.language != new.text.language:  # compare like with like
        language = new.version.document.language
        old, new = _version(before, language), _version(after, language)
    changes = compare(old.text.words, new.text.words)
    context = {
        "old": old,
        "new": new,
        "parts": [part for part in by_clause(changes) if part.differs],
        "unchanged": [part.heading for part in by_clause(changes) if part.heading and not part.differs],
        "count": sum(change.kind != "same" for change in changes),
        "direction": _direction(new.text.language),
    }
    return render(request, "onvif_privacy/statement/difference.html", context)


def _step(number: int) -> tuple[tuple[Step, ...], Step]:
    steps = known(DEFAULT).steps
    found = next((step for step in steps if step.version.number == number), None)
    if found is None:
        raise Http404
    return steps, found


def _version(number: int, language: str | None = None) -> Shown:
    steps, step = _step(number)
    texts = newest_texts([step.version.pk])
    text = reading.pick(texts, step, language or get_language() or "")
    if text is None:
        raise Http404
    return Shown(text, step.version, step.at, tuple(sorted(code for _pk, code in texts)), steps)


def _statement(request: HttpRequest, found: Shown, *, is_current: bool, **more: object) -> HttpResponse:
    now = timezone.now()
    planned, present = following(found.steps, now), in_force(found.steps, now)
    context = {
        "found": found,
        "text": found.text,
        "clauses": reading.clauses(found.text.words),
        "direction": _direction(found.text.language),
        "is_current": is_current,
        "is_future": present is None or found.version.number > present.version.number,
        "is_undated": any(step.is_undated for step in found.steps if step.version == found.version),
        "planned": planned if planned and planned.version != found.version else None,
        "is_other_language": found.text.language.partition("-")[0] != (get_language() or "").partition("-")[0],
        "languages": [(code, name) for code, name in settings.LANGUAGES if code in found.languages],
        "history": list(reversed(found.steps)),
        "legal_bases": legal_bases(),
        "recorded": recorded(),
        **more,
    }
    return render(request, "onvif_privacy/statement/statement.html", context)


def _markdown(found: Shown) -> HttpResponse:
    return HttpResponse(
        found.text.words,
        content_type="text/markdown; charset=utf-8",
        headers={"Content-Language": found.text.language},
    )


def _direction(language: str) -> str:
    return "rtl" if language.partition("-")[0] in settings.LANGUAGES_BIDI else "ltr"
