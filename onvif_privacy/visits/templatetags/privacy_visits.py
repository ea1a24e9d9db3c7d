"""Template library ``privacy_visits``: what pages may say about visits."""

from __future__ import annotations

from django import template

from onvif_privacy.visits.services import popular
from onvif_privacy.visits.services.popular import PopularPage

register = template.Library()


@register.simple_tag
def popular_pages(days: int = 30, limit: int = 5) -> tuple[PopularPage, ...]:
    """Return the most visited pages of the last ``days`` days, at most ``limit``, each with ``path`` and ``visits``.

    Use it as ``{% popular_pages days=30 limit=5 as pages %}``. No query on the page once the process has its copy.
    """
    return popular.pages(days=days, limit=limit)
