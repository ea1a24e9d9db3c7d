"""Tags and filters of this room: ``{% load privacy_community %}``."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from onvif_privacy.community.forms import PublicPostMixin
from onvif_privacy.community.services import detecting, leading, marking, notices, posting
from onvif_privacy.core.text import markdown

register = template.Library()


def _name(form: PublicPostMixin) -> str:
    return f"privacy-board-{(form.prefix or form.public_name()).replace('.', '-')}"


@register.inclusion_tag("onvif_privacy/community/board_notice.html")
def board_notice(form: PublicPostMixin) -> dict[str, Any]:
    """Print the notice above a public form, in the language of the page, and what the last check found."""
    shown = notices.notice(form.public_name(), get_language() or "en")
    refusal = form.refusal
    found = [
        {"label": form[name].label, "pieces": list(detecting.pieces(refusal.texts[name], some))}
        for name, some in (refusal.found.items() if refusal is not None and refusal.anyway else ())
        if some and refusal is not None
    ]
    return {
        "id": _name(form),
        "notice": shown,
        "token": notices.issue(shown),
        "token_name": form.add_prefix(posting.TOKEN),
        "found": found,
    }


@register.inclusion_tag("onvif_privacy/community/board_submit.html")
def board_submit(form: PublicPostMixin, label: str = "") -> dict[str, Any]:
    """Print the button of a public form, tied to the notice; beside it "publish anyway" where something was found."""
    refusal = form.refusal
    return {
        "id": _name(form),
        "label": label,
        "anyway": refusal.anyway if refusal is not None else "",
        "anyway_name": form.add_prefix(posting.ANYWAY),
    }


@register.filter
def user_markdown(value: object) -> SafeString:
    """Render what somebody wrote as Markdown, through the one profile: no raw HTML, no pictures, safe links."""
    return markdown(str(value or ""), schemes=leading.schemes())


@register.filter(is_safe=True)
def outbound(value: object) -> SafeString:
    """Mark each link of some HTML that leads to another site; what must not lead there becomes text."""
    return marking.outbound(conditional_escape(str(value) if not isinstance(value, str) else value))


class OutboundNode(Node):
    """``{% outbound url %}words{% endoutbound %}``."""

    def __init__(self, url: FilterExpression, words: NodeList) -> None:
        self.url = url
        self.words = words

    def render(self, context: template.Context) -> SafeString:
        return marking.link(str(self.url.resolve(context) or ""), self.words.render(context))


@register.tag(name="outbound")
def outbound_tag(parser: Parser, token: Token) -> OutboundNode:
    """Print a link to another site, marked: ``{% outbound url %}words{% endoutbound %}``."""
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError("Write {% outbound url %}words{% endoutbound %}.")
    words = parser.parse(("endoutbound",))
    parser.delete_first_token()
    return OutboundNode(parser.compile_filter(parts[1]), words)
