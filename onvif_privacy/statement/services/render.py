"""Turns a source into what is published: facts put in, Markdown made safe, an anchor for each clause."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from onvif_privacy.core.conf import conf as house
from onvif_privacy.core.text import markdown
from onvif_privacy.statement.services.sentences import PLACEHOLDER, BadSource, Problem, Source, digest, sentences

MAX_HTML_BYTES = 500_000


@dataclass(frozen=True)
class Facts:
    """What a site is called, who is written to, and which hosts are meant; frozen with each version."""

    organisation: str
    contact: str
    sites: tuple[str, ...]

    @classmethod
    def present(cls) -> Facts:
        """Return the facts as the settings say them now. White space is folded, so that no fact can open a new line."""
        return cls(
            " ".join(house.ORGANISATION.split()), " ".join(house.CONTACT.split()), tuple(dict.fromkeys(house.SITES))
        )

    @classmethod
    def from_json(cls, value: str) -> Facts:
        """Read what `as_json` wrote."""
        read = json.loads(value)
        return cls(read["organisation"], read["contact"], tuple(read["sites"]))

    def as_json(self) -> str:
        """Return the facts as they are stored with a version."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    def put_into(self, source: str, language: str) -> str:
        """Replace the three placeholders. Plain replacement: nothing in a text is ever run as a template.

        A site that knows no host of its own says "this site" in the language of the text.
        """
        with override(language):
            sites = ", ".join(self.sites) or str(_("this site"))
        values = {"organisation": self.organisation, "contact": self.contact, "sites": sites}
        return PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), source)


@dataclass(frozen=True)
class Rendered:
    """A text ready to be published. ``html`` holds a section for each clause; the title is apart."""

    source: Source
    title: str
    words: str
    html: str

    @property
    def source_digest(self) -> str:
        """SHA-256 (hex) of the whole source before any fact is put in."""
        return digest(self.source.text)

    @property
    def text_digest(self) -> str:
        """SHA-256 (hex) of the words that people read; what receipts and records point at."""
        return digest(self.words)


def render(source: str, facts: Facts, language: str) -> Rendered:
    """Render ``source`` with ``facts``; raises BadSource, also where the HTML would exceed 500 kB."""
    read = sentences(source)
    words = facts.put_into(read.text, language)
    put = sentences(words)  # the facts may not have made or unmade a clause
    html = SafeString("\n").join(clause_html(clause.slug, clause.title, clause.body) for clause in put.clauses)
    if len(html.encode()) > MAX_HTML_BYTES:
        raise BadSource([Problem(0, _("the page would be larger than 500 kB"))])
    return Rendered(read, put.title, words, html)


def clause_html(slug: str, title: str, body: str) -> SafeString:
    """Return one clause as a section whose heading is a link to itself."""
    return format_html(
        '<section class="privacy-clause" id="{slug}" aria-labelledby="{slug}-title">'
        '<h2 id="{slug}-title"><a href="#{slug}">{title}</a></h2>\n{body}</section>',
        slug=slug,
        title=title,
        body=clause_body(body),
    )


def clause_body(body: str) -> SafeString:
    """Return the Markdown below a heading as HTML, through the one profile of the house."""
    return markdown(body)
