"""Template library ``privacy_cookies``: thin shells over `services.shown`; all HTML is in templates."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from onvif_privacy.cookies.services import running, shown
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.views.pages import FOLDER, choice_rows, silent
from onvif_privacy.core import consent
from onvif_privacy.core.registry import purposes
from onvif_privacy.core.text import safe_url

register = template.Library()


def _policy(request: HttpRequest | None) -> Policy:
    return running.current() if request is None else silent(request).declaration


def _page(request: HttpRequest | None) -> str:
    return (safe_url(request.get_full_path()) or "") if request is not None else ""


def _form(context: template.Context, **extra: Any) -> dict[str, Any]:
    request = context.get("request")
    language = shown.language_now()
    return {**shown.form(_policy(request), language, surface="page", next_page=_page(request)), **extra}


@register.simple_tag(takes_context=True)
def privacy_cookies(context: template.Context, nonce: Any = None) -> SafeString:
    """Print the bar, its script and the settings control, directly after ``<body>``. The same for every visitor.

    ``nonce`` is printed as it is, for sites with ``strict-dynamic``: ``{% privacy_cookies nonce=csp_nonce %}``.
    Prints nothing while the policy could not be loaded.
    """
    request = context.get("request")
    policy = _policy(request)
    if not policy.reachable:
        return SafeString("")
    bar = shown.bar(policy, shown.language_now(), next_page=_page(request))
    return render_to_string(f"{FOLDER}/banner.html", {**bar, "nonce": nonce}, request)


@register.simple_tag(takes_context=True)
def privacy_cookies_link(context: template.Context) -> SafeString:
    """Print the settings link and the withdraw button, which take the place of the control that the bar leaves."""
    return render_to_string(f"{FOLDER}/link.html", _form(context), context.get("request"))


@register.simple_tag
def privacy_script(slug: str, *, src: str, type: str = "", nonce: Any = None, **attributes: Any) -> SafeString:
    """Print a script that starts only once ``slug`` is granted; ``!slug`` runs while it is refused.

    Further attributes are kept (``async=True``, ``defer=True``, ``integrity="…"``); ``_`` in their names becomes ``-``.
    Raises NotDeclared for an unknown purpose.
    """
    purposes.get(slug.removeprefix("!"))
    pairs: list[tuple[str, Any]] = [("data-privacy", slug), ("data-src", src)]
    if type:
        pairs.append(("data-type", type))
    if nonce is not None and str(nonce):
        pairs.append(("nonce", nonce))
    pairs += [
        (name.replace("_", "-"), value)
        for name, value in attributes.items()
        if value is not True and value is not False
    ]
    flags = [(name.replace("_", "-"),) for name, value in attributes.items() if value is True]
    return format_html(
        '<script type="text/plain"{}{}></script>',
        format_html_join("", ' {}="{}"', pairs),
        format_html_join("", " {}", flags),
    )


@register.simple_tag(takes_context=True)
def privacy_embed(
    context: template.Context, slug: str, *, src: str, title: str, provider: str = "", text: str = "", **extra: Any
) -> SafeString:
    """Print a placeholder for a frame of another site; it loads once ``slug`` is granted, or once by a click.

    Provider and text are those of the first item of that purpose that declares the host, unless given.
    Raises NotDeclared for an unknown purpose.
    """
    request, language = context.get("request"), shown.language_now()
    label = shown.label(_policy(request), slug, language)
    found = _declared_for(_policy(request), slug, src)
    values = _form(
        context,
        purpose=slug,
        label=label,
        src=src,
        title=title,
        provider=provider or (found.said("provider", language) if found else ""),
        text=text or (found.said("text", language) if found else ""),
        **extra,
    )
    return render_to_string(f"{FOLDER}/embed.html", values, request)


def _declared_for(policy: Policy, slug: str, src: str) -> Any:
    host = urlsplit(src).hostname or ""
    return next((item for item in policy.snapshot.items_of(slug) if host and host in item.hosts), None)


class NeedsCookies(template.Node):
    """The notice for everyone; style shows it, or the feature, by what is granted."""

    def __init__(self, slug: FilterExpression, content: NodeList) -> None:
        self.slug = slug
        self.content = content

    def render(self, context: template.Context) -> SafeString:
        """Print notice and feature; raises NotDeclared for an unknown purpose."""
        slug, request = str(self.slug.resolve(context)), context.get("request")
        label = shown.label(_policy(request), slug, shown.language_now())
        values = _form(context, purpose=slug, label=label, content=self.content.render(context))
        return render_to_string(f"{FOLDER}/notice.html", values, request)


class IfGranted(template.Node):
    """A branch on the server; it marks the answer as depending on the visitor."""

    def __init__(self, slug: FilterExpression, granted: NodeList, otherwise: NodeList) -> None:
        self.slug = slug
        self.granted = granted
        self.otherwise = otherwise

    def render(self, context: template.Context) -> SafeString:
        """Print one branch; without a request nothing is granted."""
        slug, request = str(self.slug.resolve(context)), context.get("request")
        purposes.get(slug)
        allowed = request is not None and consent.of(request).allows(slug)
        return (self.granted if allowed else self.otherwise).render(context)


def _one_argument(parser: Parser, token: Token) -> FilterExpression:
    parts = token.split_contents()
    if len(parts) != 2:
        raise template.TemplateSyntaxError(
            f'{parts[0]} takes one purpose, for example {{% {parts[0]} "preferences" %}}.'
        )
    return parser.compile_filter(parts[1])


@register.tag
def needs_cookies(parser: Parser, token: Token) -> NeedsCookies:
    """``{% needs_cookies "preferences" %}…{% endneeds_cookies %}``: a feature, or the notice where it is off."""
    slug = _one_argument(parser, token)
    content = parser.parse(("endneeds_cookies",))
    parser.delete_first_token()
    return NeedsCookies(slug, content)


@register.tag
def if_granted(parser: Parser, token: Token) -> IfGranted:
    """``{% if_granted "statistics" %}…{% else %}…{% endif_granted %}``: on the server, so no cache shares the page."""
    slug = _one_argument(parser, token)
    granted, otherwise = parser.parse(("else", "endif_granted")), NodeList()
    if parser.next_token().contents == "else":
        otherwise = parser.parse(("endif_granted",))
        parser.delete_first_token()
    return IfGranted(slug, granted, otherwise)


@register.simple_tag(takes_context=True)
def cookie_declaration(context: template.Context) -> SafeString:
    """Print the table of everything declared, by purpose."""
    request = context.get("request")
    groups = shown.groups(_policy(request), shown.language_now())
    return render_to_string(f"{FOLDER}/items.html", {"groups": groups}, request)


@register.simple_tag(takes_context=True)
def cookie_choice(context: template.Context) -> SafeString:
    """Print the visitor's own choice; for pages that no cache shares, such as the settings page."""
    request = context["request"]
    privacy = silent(request)
    consent.of(request).state("necessary")  # marks the answer as this visitor's own
    rows = choice_rows(privacy, privacy.declaration, shown.language_now())
    return render_to_string(f"{FOLDER}/choice.html", {"choice": rows}, request)
