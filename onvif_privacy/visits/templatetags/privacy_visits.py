"""Template library ``privacy_visits``: what pages may say about visits."""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from onvif_privacy.visits.conf import conf
from onvif_privacy.visits.models import CustomContent, HouseAd
from onvif_privacy.visits.services import areas, contents, popular
from onvif_privacy.visits.services.advertising import choosing
from onvif_privacy.visits.services.interests import profile, recommending
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
    return _script(context, "onvif_privacy/visits/page.js", "onvif_privacy_visits:page")


def _script(context: template.Context, file: str, to: str) -> SafeString:
    nonce = getattr(context.get("request"), "csp_nonce", "")
    attribute = format_html(' nonce="{}"', nonce) if nonce else ""
    return format_html('<script src="{}" data-to="{}" defer{}></script>', static(file), reverse(to), attribute)


@register.simple_tag
def popular_pages(days: int = 30, limit: int = 5) -> tuple[PopularPage, ...]:
    """Return the most visited pages of the last ``days`` days, at most ``limit``, each with ``path`` and ``visits``.

    Use it as ``{% popular_pages days=30 limit=5 as pages %}``. No query on the page once the process has its copy.
    """
    return popular.pages(days=days, limit=limit)


class ForInterest(template.Node):
    """Two branches: for whoever is interested in an area, and for strangers."""

    def __init__(self, area: FilterExpression, interested: NodeList, stranger: NodeList) -> None:
        self.area = area
        self.interested = interested
        self.stranger = stranger

    def render(self, context: template.Context) -> SafeString:
        """Print one branch; without a request, and where interests are off, the stranger's."""
        area = str(self.area.resolve(context))
        found = profile.of_request(context.get("request")).interested(area)
        return (self.interested if found else self.stranger).render(context)


class ForInterestLazy(ForInterest):
    """Both branches, the same for everybody: the stranger's is shown until the script has asked whose page it is."""

    def render(self, context: template.Context) -> SafeString:
        """Print the stranger's branch, and beside it what the script may put in its place."""
        stranger = self.stranger.render(context)
        if not conf.INTERESTS:
            return stranger
        return format_html(
            '<div data-privacy-interest="{}"><template>{}</template>{}</div>{}',
            self.area.resolve(context),
            self.interested.render(context),
            stranger,
            _script(context, "onvif_privacy/visits/interests.js", "onvif_privacy_visits:interests-here"),
        )


@register.tag
def for_interest(parser: Parser, token: Token) -> ForInterest:
    """``{% for_interest "video" %}…{% else_stranger %}…{% endfor_interest %}``: content for who is interested.

    The page then is the visitor's own for caches. With ``lazy`` after the area it stays the same for everybody, and a
    script asks once whose interests it meets; without JavaScript the stranger's content stays.
    """
    parts = token.split_contents()
    if len(parts) not in (2, 3) or parts[2:] not in ([], ["lazy"]):
        raise template.TemplateSyntaxError(
            'for_interest takes a subject area, and perhaps "lazy": {% for_interest "video" lazy %}.'
        )
    interested, stranger = parser.parse(("else_stranger", "endfor_interest")), NodeList()
    if parser.next_token().contents == "else_stranger":
        stranger = parser.parse(("endfor_interest",))
        parser.delete_first_token()
    node = ForInterestLazy if len(parts) == 3 else ForInterest
    return node(parser.compile_filter(parts[1]), interested, stranger)


@register.simple_tag(takes_context=True)
def custom_content(context: template.Context, slot: str) -> SafeString:
    """Print what the admin holds for a slot: content on what interests the visitor, else the strangers', else nothing.

    The page becomes the visitor's own for caches only while the slot has content for an area. No query on the page once
    the process has its copy, and one for the profile of whoever has one.
    """
    found = contents.choose(slot, lambda: profile.of_request(context.get("request")))
    return contents.render(found, context) if found else mark_safe("")


@register.simple_tag(takes_context=True)
def house_ad(context: template.Context, slot: str) -> SafeString:
    """Print the advertisement whose turn it is in a slot: on what interests the visitor, else everybody's.

    The page becomes the visitor's own for caches only while the slot has an advertisement for an area. No query on the
    page once the process has its copy, and one for the profile of whoever has one.
    """
    found = choosing.choose(slot, lambda: profile.of_request(context.get("request")))
    return choosing.render(found) if found else mark_safe("")


@register.simple_tag(takes_context=True)
def recommended(context: template.Context, limit: int = 3, days: int = 30) -> tuple[PopularPage, ...]:
    """Return the most visited pages on what interests the visitor, else the most visited of all, ``limit`` at most.

    Use it as ``{% recommended limit=3 as items %}``; each has ``path`` and ``visits``. The page itself is left out.
    """
    return recommending.pages(context.get("request"), days=days, limit=limit)


@register.simple_tag(takes_context=True)
def show_content(context: template.Context, row: CustomContent) -> SafeString:
    """Print one row of customised content, whoever looks; for the preview in the admin."""
    return contents.render(row, context)


@register.simple_tag
def show_ad(ad: HouseAd) -> SafeString:
    """Print one advertisement without counting it, whoever looks; for the preview in the admin."""
    return choosing.render(ad)
