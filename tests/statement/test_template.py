"""The shipped template: complete in every language, and in nobody else's words."""

from __future__ import annotations

import re

import pytest

from onvif_privacy.core.registry import purposes
from onvif_privacy.statement.services.render import Facts, render
from onvif_privacy.statement.services.sentences import Source, sentences
from onvif_privacy.statement.services.template import shipped, shipped_languages

CLAUSES = (
    *("commitment", "scope", "identity", "demographics", "automatic", "boards", "private_messages", "linked_sites"),
    *("operation", "product_news", "surveys", "no_sale", "partner_offers", "trusted_partners", "sensitive"),
    *("popularity", "customised", "legal_disclosure", "cookies_purpose", "cookies_nature", "cookies_choice"),
    *("security", "changes", "contact", "rights"),
)
FACTS = Facts("Example Ltd", "help@example.org", ("www.example.org", "shop.example.org"))
LANGUAGES = shipped_languages()


def template(language: str) -> Source:
    return sentences(shipped(language))


def test_template_ships_in_english_and_german() -> None:
    assert LANGUAGES == ["de", "en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_clause_is_there_in_order(language: str) -> None:
    assert template(language).slugs == CLAUSES


def test_languages_have_the_same_number_of_sentences_in_every_clause() -> None:
    assert template("en").counts() == template("de").counts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_line_is_one_sentence(language: str) -> None:
    assert template(language).warnings() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_template_names_no_organisation(language: str) -> None:
    source = shipped(language)
    assert all(f"{{{fact}}}" in source for fact in ("organisation", "contact", "sites"))
    assert not re.search(r"onvif", source, re.IGNORECASE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_rendered_template_has_an_anchor_for_each_clause_and_no_placeholder_left(language: str) -> None:
    text = render(shipped(language), FACTS, language)
    assert re.findall(r'<section [^>]*id="([^"]+)"', text.html) == list(CLAUSES)
    assert not re.search(r"\{\w+\}", text.html + text.words + text.title)
    assert '<a href="mailto:help@example.org"' in text.html
    assert "www.example.org, shop.example.org" in text.words


def test_every_purpose_of_the_software_rests_on_a_clause_that_exists() -> None:
    ours = [purpose for purpose in purposes.all() if purposes.where(purpose.slug).startswith("onvif_privacy.")]
    assert ours
    assert {purpose.clause for purpose in ours} <= set(CLAUSES)
