"""Template library ``privacy_visits``: what pages may say about visits."""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from onvif_privacy.visits.conf import conf
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


@register.simple_tag(takes_context=True)
def visits_script(context: template.Context) -> SafeString:
    """Print the script with `privacyVisits.page()`, for a site that declared ``ONVIF_PRIVACY_VISITS_PAGES``.

    Carries the nonce of the site's content policy where the request has one (``csp_nonce``); prints nothing where no
    page is declared.
    """
    if not conf.PAGES:
        return mark_safe("")
    nonce = getattr(context.get("request"), "csp_nonce", "")
    attribute = format_html(' nonce="{}"', nonce) if nonce else ""
    source, to = static("onvif_privacy/visits/page.js"), reverse("onvif_privacy_visits:page")
    return format_html('<script src="{}" data-to="{}" defer{}></script>', source, to, attribute)


@register.simple_tag
def popular_pages(days: int = 30, limit: int = 5) -> tuple[PopularPage, ...]:
    """Return the most visited pages of the last ``days`` days, at most ``limit``, each with ``path`` and ``visits``.

    Use it as ``{% popular_pages days=30 limit=5 as pages %}``. No query on the page once the process has its copy.
    """
    return popular.pages(days=days, limit=limit)
