"""Template library ``privacy_visits``: what pages may say about visits."""

from __future__ import annotations

from django import template

from onvif_privacy.visits.services import areas, popular
from onvif_privacy.visits.services.popular import PopularPage

register = template.Library()


@register.simple_tag(takes_context=True)
def subject_area(context: template.Context, *slugs: str) -> str:
    """Say what the page is about; prints nothing. Its visits count for these subject areas.

    ``{% subject_area "video" "lighting" %}``. What is no short name is left out; without a request nothing happens.
    """
    request = context.get("request")
    if request is not None:
        areas.mark(request, slugs)
    return ""


@register.simple_tag
def popular_pages(days: int = 30, limit: int = 5) -> tuple[PopularPage, ...]:
    """Return the most visited pages of the last ``days`` days, at most ``limit``, each with ``path`` and ``visits``.

    Use it as ``{% popular_pages days=30 limit=5 as pages %}``. No query on the page once the process has its copy.
    """
    return popular.pages(days=days, limit=limit)
