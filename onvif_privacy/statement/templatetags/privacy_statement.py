"""Tags for the site's own templates: ``{% load privacy_statement %}``."""

from __future__ import annotations

from django import template
from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onvif_privacy.core.promises import Verdict
from onvif_privacy.statement.conf import conf
from onvif_privacy.statement.services import banner, exposures, reading, status
from onvif_privacy.statement.services.difference import Change, as_html
from onvif_privacy.statement.services.render import clause_body

register = template.Library()


def _address(clause: str = "") -> str:
    try:
        address = reverse("onvif_privacy_statement:current")
    except NoReverseMatch:  # a site that has not mounted the pages still renders its own
        return ""
    return f"{address}#{clause}" if clause else address


@register.simple_tag
def privacy_statement_link(clause: str = "", text: str = "") -> SafeString:
    """Print a link to the statement, or to one clause of it. No query.

    ``{% privacy_statement_link %}``, ``{% privacy_statement_link "cookies_choice" "about cookies" %}``. Nothing is
    printed where the pages are not mounted.
    """
    address = _address(clause)
    return format_html('<a href="{}">{}</a>', address, text or _("Privacy statement")) if address else SafeString("")


@register.inclusion_tag("onvif_privacy/statement/clause.html")
def privacy_clause(slug: str) -> dict[str, object]:
    """Quote a clause in the words in force, with a link to it. No query once the process knows the statement.

    Prints nothing where no such clause is in force or the database is away: a quotation is never guessed.
    """
    try:
        found = reading.clause_in_force(slug, get_language() or "")
    except Error:
        found = None
    if found is None:
        return {}
    shown, clause = found
    return {
        "clause": clause,
        "body": clause_body(clause.body),
        "language": shown.text.language,
        "address": _address(slug),
    }


@register.inclusion_tag("onvif_privacy/statement/notice.html", takes_context=True)
def privacy_notice(context: template.Context) -> dict[str, object]:
    """Announce a material change, from its publication until ``BANNER_DAYS`` after its effect. No query when warm.

    The same bytes for everybody who is not signed in, and their session is not touched; who is signed in can say
    “I have read it”, and is reminded a year after the statement was last shown to them.
    """
    try:
        step = banner.announced()
        action = reverse("onvif_privacy_statement:read")
    except (Error, NoReverseMatch):
        return {}
    request: HttpRequest | None = context.get("request")
    person = _signed_in(request)
    known = banner.known_of(request) if request and person else banner.Known()
    if step and known.read >= step.version.number:
        step = None
    if step is None and not known.review:
        return {}
    number = step.version.number if step else 0
    return {
        "step": step,
        "is_future": step is not None and (step.held or step.at > timezone.now()),
        "difference": reverse("onvif_privacy_statement:difference", args=[number - 1, number]) if step else "",
        "review": banner.current_step() if step is None else None,
        "statement": _address(),
        "may_say": person,
        "action": action,
        "next": request.get_full_path() if request and person else "",
    }


def _signed_in(request: HttpRequest | None) -> bool:
    """Whether somebody is signed in; the session of a visitor who has none is not asked, so ``Vary`` stays."""
    if request is None or settings.SESSION_COOKIE_NAME not in request.COOKIES or not hasattr(request, "session"):
        return False
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated


@register.simple_tag
def statement_shown() -> SafeString:
    """Print a hidden field that says which words stand behind a form; `exposures.submitted` reads it. No query warm.

    Prints nothing while no statement is in force or the database is away.
    """
    try:
        value = exposures.token(get_language() or "")
    except Error:
        value = ""
    return (
        format_html('<input type="hidden" name="{}" value="{}">', exposures.FIELD, value) if value else SafeString("")
    )


@register.filter
def statement_change(change: Change) -> SafeString:
    """Print one sentence of a difference with ``<ins>`` and ``<del>``."""
    return as_html(change)


SHAPES = {
    Verdict.KEPT: "●",
    Verdict.ATTESTED: "◐",
    Verdict.STALE: "◌",
    Verdict.UNPROVEN: "○",
    Verdict.BROKEN: "✕",
}
SLOT, BASE = 8, 30  # SVG units: the width of a day, and where its mark stands
HEIGHTS = {Verdict.KEPT: 28, Verdict.ATTESTED: 20, Verdict.STALE: 12, Verdict.UNPROVEN: 8, Verdict.BROKEN: 28}


@register.simple_tag
def statement_verdict(verdict: Verdict, is_offered: bool = True) -> SafeString:
    """Print a verdict as a word with a shape; a clause of rooms that are not installed is not offered here."""
    verdict = Verdict(verdict)  # of a stored row it is a plain string
    word = verdict.label if is_offered or verdict is not Verdict.UNPROVEN else _("not offered here")
    return format_html(
        '<span class="privacy-status__verdict privacy-status__verdict--{}"><span aria-hidden="true">{}</span>{}</span>',
        verdict.value,
        SHAPES[verdict],
        word,
    )


@register.simple_tag
def statement_day(number: int, verdict: Verdict | None) -> SafeString:
    """Print the mark of one day in the strip: a bar, a cross for a broken day, a line for one nobody watched."""
    x = number * SLOT + 1
    if verdict is Verdict.BROKEN:
        shape = f"M{x} 2l6 28M{x + 6} 2l-6 28"
        return format_html('<path d="{}" stroke="currentColor" stroke-width="2"/>', shape)
    height = HEIGHTS[verdict] if verdict else 1
    return format_html('<path d="M{} {}h6v{}h-6z"/>', x, BASE - height, height)


@register.simple_tag
def privacy_status_badge() -> SafeString:
    """Print the verdict over all clauses with a link to the public status. No query when warm.

    Prints nothing until the status is public, where it is too old, or while the database is away.
    """
    if not conf.PUBLIC:
        return SafeString("")
    try:
        found = status.remembered()
        address = reverse("onvif_privacy_statement:status")
    except (Error, NoReverseMatch):
        return SafeString("")
    if found is None or not found.holds():
        return SafeString("")
    words = _("Privacy statement")
    return format_html(
        '<a class="privacy-badge" href="{}">{}: {}</a>', address, words, statement_verdict(found.verdict)
    )
