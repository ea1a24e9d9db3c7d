"""Tags for the site's own templates: ``{% load privacy_statement %}``."""

from __future__ import annotations

from django import template
from django.db import Error
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from onvif_privacy.statement.services import reading
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


@register.filter
def statement_change(change: Change) -> SafeString:
    """Print one sentence of a difference with ``<ins>`` and ``<del>``."""
    return as_html(change)
