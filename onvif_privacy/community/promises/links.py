"""Links to other sites are marked, take nothing of a person along, and their sites are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from onvif_privacy.community.conf import conf
from onvif_privacy.community.models import LinkedSite, SiteStatus
from onvif_privacy.community.promises.clauses import LINKS
from onvif_privacy.community.services import crawling, leading, marking, register
from onvif_privacy.community.views import links as views
from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.promises import Finding, Kind, Look, Plant, Promise, check
from onvif_privacy.core.promises.planting import altered, rolled_back
from onvif_privacy.core.registry import declare

MARKED = Promise("linked_sites.marked", LINKS, _("Links to other sites are marked and take nothing of a person along."))
REVIEWED = Promise("linked_sites.reviewed", LINKS, _("Somebody looks at each listed site again within its term."))

declare(MARKED, REVIEWED)

NEEDED = {"noopener", "noreferrer"}
POST = "[a](https://elsewhere.example/page) <https://elsewhere.example/?mail=jo@post.example>"
PRINTED = "{% load privacy_community %}{{ post|user_markdown|outbound }}"


def problems(link: crawling.Link) -> Iterator[str]:
    """Yield what is wrong with one link; nothing for one that stays on the site."""
    url = leading.target(link.href.rstrip("/").rpartition("/")[2]) if "/links/away/" in link.href else None
    if kind := leading.personal(url or (link.href if link.host else "")):
        yield f"takes something of a person along: {kind}"
    if link.host or url:
        if not link.marked:
            yield "leads to another site and is not marked"
        if not link.rel >= NEEDED:
            yield "leads to another site without noopener and noreferrer"


@check(MARKED, kind=Kind.PROBE, empty=True)
def links_of_public_pages_are_marked(look: Look) -> Iterable[Finding]:
    """Ask for the public pages as a stranger, and look at each link that leads away."""
    for page, found in crawling.pages(look.get):
        for link in found:
            for words in problems(link):
                yield Finding(page, f"{words}: {link.host}" if link.host else words)


@contextmanager
def _page(html: str) -> Iterator[None]:
    """Let the first page of the site be this one."""
    whole = Look.get

    def get(look: Look, address: str, *args: object, **extra: object) -> object:
        return HttpResponse(html) if address == "/" else whole(look, address, *args, **extra)  # type: ignore[arg-type]

    with altered(Look, "get", get):
        yield


@links_of_public_pages_are_marked.saboteur
@contextmanager
def address_in_a_link(plant: Plant) -> Iterator[str]:
    """Put the reader's e-mail address into a link."""
    words = str(marking.mark())
    link = f'<a rel="noopener noreferrer" href="https://elsewhere.example/?email=jo%40post.example">x{words}</a>'
    with _page(link):
        yield "/: takes something of a person along: email"


@links_of_public_pages_are_marked.saboteur
@contextmanager
def link_by_hand(plant: Plant) -> Iterator[str]:
    """Write a link to another site without the tag."""
    with _page('<a href="https://elsewhere.example/">x</a>'):
        yield "/: leads to another site and is not marked: elsewhere.example"


@check(MARKED, kind=Kind.REFUSAL)
def links_in_posts_are_marked(look: Look) -> Iterable[Finding]:
    """Print a post with links of its own, and look at them."""
    look.seen()
    template = engines["django"] if "django" in engines.templates else engines.all()[0]
    with altered(leading.logger, "disabled", True):  # the link that is tried here is nobody's, and no finding
        found = crawling.links(template.from_string(PRINTED).render({"post": POST}))
    if len(found) != 1:
        yield Finding("a post", "has a link that takes an address along")
    for link in found:
        for words in problems(link):
            yield Finding("a post", words)


@links_in_posts_are_marked.saboteur
@contextmanager
def links_of_a_post_as_they_are(plant: Plant) -> Iterator[str]:
    """Let the links of posts through untouched."""
    with altered(marking, "outbound", mark_safe):
        yield "a post: leads to another site and is not marked"


def _asked(token: str, target: str) -> HttpResponse:
    host = (house.SITES or ("localhost",))[0]
    request: HttpRequest = RequestFactory().get("/", {"to": target, "url": target}, SERVER_NAME=host, secure=True)
    return views.away(request, token)


@check(MARKED, kind=Kind.REFUSAL)
def leaving_page_takes_only_our_tokens(look: Look) -> Iterable[Finding]:
    """Ask the leaving page to lead where somebody else wants."""
    target = "https://elsewhere.example/phish"
    for token in ("x", target, leading.token(target)[:-1] + "~"):
        look.seen()
        answer = _asked(token, target)
        if answer.status_code != 400 or any(link.host for link in crawling.links(answer.content.decode())):
            yield Finding("leaving page", "leads where a stranger says")


@leaving_page_takes_only_our_tokens.saboteur
@contextmanager
def target_from_the_query(plant: Plant) -> Iterator[str]:
    """Take the target as it comes."""
    with altered(leading, "target", lambda value: "https://elsewhere.example/phish"):
        yield "leaving page: leads where a stranger says"


@check(REVIEWED, kind=Kind.DATABASE, empty=True)
def listed_sites_are_looked_at(look: Look) -> Iterable[Finding]:
    """Look for listed sites that nobody looked at for longer than ``REVIEW_DAYS``."""
    before = look.now().date() - timedelta(days=conf.REVIEW_DAYS)
    listed = register.sites().filter(status=SiteStatus.LISTED)
    look.seen(listed.count())
    for site in listed.filter(reviewed_on__lt=before)[:20]:
        yield Finding(site.host, "was not looked at within its term")


@listed_sites_are_looked_at.saboteur
@contextmanager
def site_that_everybody_forgot(plant: Plant) -> Iterator[str]:
    """List a site and leave it."""
    long_ago = Look().now().date() - timedelta(days=conf.REVIEW_DAYS + 1)
    rows = register.sites()
    with rolled_back(rows.db):
        LinkedSite(host="planted.invalid", status="listed", reviewed_on=long_ago, reviewed_by="x").save(using=rows.db)
        yield "planted.invalid: was not looked at within its term"
