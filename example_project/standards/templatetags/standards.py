"""What the site's templates need beside Django's own tags."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django import template
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt

from onvif_privacy.visits.services.popular import PopularPage
from standards.models import Article, News, Product

register = template.Library()

RENDERER = MarkdownIt("js-default")  # raw HTML stays text, and links cannot run anything
SECTIONS = {
    "/": "Home page",
    "/about/": "About us",
    "/board/": "Message board",
    "/knowledge/": "Knowledge base",
    "/news/": "News",
    "/products/": "Product catalogue",
    "/shop/": "Shop",
    "/tour/": "Tour of this demonstration",
}


@register.filter
def markdown(source: str) -> SafeString:
    """Text of an editor as HTML that can do no harm."""
    return SafeString(RENDERER.render(source))


@register.filter
def euro(amount: Decimal) -> str:
    """``Decimal("1150.00")`` → ``€ 1,150.00``."""
    return f"€\N{NO-BREAK SPACE}{amount:,.2f}"


@register.inclusion_tag("standards/parts/illustration.html")
def illustration(name: str, size: str = "") -> dict[str, str]:
    """Drawing of that name out of ``illustrations.svg``; decorative, so hidden from screen readers.

    The drawing takes its colours from the page: `size` is a class of the style sheet.
    """
    return {"name": name, "size": size}


@register.simple_tag
def with_titles(pages: Iterable[PopularPage]) -> list[tuple[str, str]]:
    """``(path, title)`` of popular pages, for those that exist and have a title; three queries at most."""
    paths = [page.path for page in pages]
    slugs = [path.rstrip("/").rpartition("/")[2] for path in paths if path not in SECTIONS]
    titles = dict(SECTIONS)
    for model in (News, Article, Product):
        titles |= {row.get_absolute_url(): str(row) for row in model._default_manager.filter(slug__in=slugs)}
    return [(path, titles[path]) for path in paths if path in titles]
