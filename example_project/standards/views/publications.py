"""News, the product catalogue and the knowledge base."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from standards.models import Article, News, Product, Profile

PRODUCTS_PER_PAGE = 18
VIEW_COOKIE = "catalogue_view"
VIEWS = ("grid", "list")
LONGEST_SEARCH = 80


def search_words(request: HttpRequest) -> list[str]:
    """Words that the visitor looks for, at most six; PostgreSQL refuses NUL, so it is a blank here."""
    return request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", " ").split()[:6]


@require_safe
def news_list(request: HttpRequest) -> HttpResponse:
    """All news, newest first."""
    page = Paginator(News.objects.all(), 12).get_page(request.GET.get("page"))
    return render(request, "standards/news_list.html", {"page": page})


@require_safe
def news_item(request: HttpRequest, slug: str) -> HttpResponse:
    """One piece of news, and three others."""
    item = get_object_or_404(News, slug=slug)
    others = News.objects.exclude(pk=item.pk)[:3]
    return render(request, "standards/news_item.html", {"item": item, "others": others})


@require_safe
def product_list(request: HttpRequest) -> HttpResponse:
    """The catalogue, by kind, profile and words; as a grid or a list, as the visitor prefers.

    The preference comes from the address, else from a cookie. The cookie is set on every choice: whether it may leave
    is not decided here but by the visitor, and held by the middleware.
    """
    products = Product.objects.prefetch_related("profiles")
    kind, profile = request.GET.get("kind", ""), request.GET.get("profile", "")
    if kind in Product.Kind.values:
        products = products.filter(kind=kind)
    if profile:
        products = products.filter(profiles__slug=profile.replace("\0", ""))
    for word in search_words(request):
        products = products.filter(Q(name__icontains=word) | Q(maker__icontains=word) | Q(summary__icontains=word))
    chosen = request.GET.get("view")
    view = next((view for view in (chosen, request.COOKIES.get(VIEW_COOKIE)) if view in VIEWS), "grid")
    context = {
        "page": Paginator(products, PRODUCTS_PER_PAGE).get_page(request.GET.get("page")),
        "kinds": Product.Kind.choices,
        "profiles": Profile.objects.all(),
        "kind": kind,
        "profile": profile,
        "words": " ".join(search_words(request)),
        "view": view,
    }
    response = render(request, "standards/product_list.html", context)
    patch_vary_headers(response, ["Cookie"])
    if chosen in VIEWS:
        response.set_cookie(VIEW_COOKIE, view, max_age=180 * 24 * 3600, samesite="Lax")
    return response


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product, and others of its maker."""
    found = get_object_or_404(Product.objects.prefetch_related("profiles"), slug=slug)
    others = Product.objects.filter(maker=found.maker).exclude(pk=found.pk)[:4]
    return render(request, "standards/product.html", {"product": found, "others": others})


@require_safe
def article_list(request: HttpRequest) -> HttpResponse:
    """The knowledge base by topic, or what a search finds in it."""
    articles = Article.objects.all()
    for word in search_words(request):
        articles = articles.filter(Q(title__icontains=word) | Q(summary__icontains=word) | Q(body__icontains=word))
    found = list(articles)
    topics = [
        (label, [article for article in found if article.topic == topic]) for topic, label in Article.Topic.choices
    ]
    context = {"topics": topics, "number": len(found), "words": " ".join(search_words(request))}
    return render(request, "standards/article_list.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """One article, and others on its topic."""
    found = get_object_or_404(Article, slug=slug)
    others = Article.objects.filter(topic=found.topic).exclude(pk=found.pk)
    return render(request, "standards/article.html", {"article": found, "others": others})
