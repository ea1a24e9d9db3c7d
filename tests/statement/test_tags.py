"""Tags for the site's own templates."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import override_settings
from pytest_django import DjangoAssertNumQueries

from onvif_privacy.core.registry import footer_links
from onvif_privacy.statement.services import copies
from tests.statement.factories import published
from tests.statement.test_copies import database_away

pytestmark = pytest.mark.django_db
LOAD = "{% load privacy_statement %}"


def printed(source: str) -> str:
    return Template(LOAD + source).render(Context())


def test_link_leads_to_the_statement_without_a_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        html = printed("{% privacy_statement_link %}")
    assert html == '<a href="/privacy/statement/">Privacy statement</a>'


def test_link_leads_to_a_clause_with_words_of_the_site() -> None:
    context = Context({"words": "safe & sound"})
    html = Template(LOAD + '{% privacy_statement_link "security" words %}').render(context)
    assert html == '<a href="/privacy/statement/#security">safe &amp; sound</a>'


@override_settings(ROOT_URLCONF="tests.statement.empty_urls")
def test_link_is_left_out_where_the_pages_are_not_mounted() -> None:
    assert printed("{% privacy_statement_link %}") == ""


def test_clause_is_quoted_in_the_words_in_force(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    published()
    printed('{% privacy_clause "first" %}')
    with django_assert_num_queries(0):
        html = printed('{% privacy_clause "first" %}')
    assert "We keep little." in html
    assert 'cite="/privacy/statement/#first"' in html
    assert 'lang="en"' in html


def test_clause_that_is_not_in_force_prints_nothing() -> None:
    assert printed('{% privacy_clause "first" %}').strip() == ""
    published()
    assert printed('{% privacy_clause "third" %}').strip() == ""


def test_clause_prints_nothing_while_the_database_is_away_and_unread() -> None:
    copies.forget()
    with database_away():
        assert printed('{% privacy_clause "first" %}').strip() == ""


def test_footer_has_a_link_to_the_statement() -> None:
    html = Template("{% load privacy_core %}{% privacy_footer %}").render(Context())
    assert '<a href="/privacy/statement/">Privacy statement</a>' in html
    assert footer_links.get("statement").order == 10
