"""The public pages."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from onvif_privacy.core.models import Subject
from onvif_privacy.statement import views
from onvif_privacy.statement.models import Version
from onvif_privacy.statement.services import copies, publishing
from onvif_privacy.statement.services.sentences import digest
from tests.statement.factories import GERMAN, SOURCE, DraftFactory, UserFactory, next_draft, published, publisher
from tests.statement.test_copies import database_away
from tests.statement.test_template import CLAUSES

pytestmark = pytest.mark.django_db

STATEMENT = "/privacy/statement/"


def get(client: Client, address: str, **headers: Any) -> str:
    response = client.get(address, headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def second(first: Version, change: str = "editorial", **texts: str) -> Version:
    """Publish a second version that took effect just now."""
    now = timezone.now() - publishing.LEAD - timedelta(seconds=1)
    made = publishing.publish(draft=next_draft(first, change, **texts), actor=publisher(), now=now)
    copies.forget()
    return made


def test_statement_has_an_anchor_for_each_clause_and_a_link_to_each(client: Client) -> None:
    call_command("privacy_statement", "init", "--publish", verbosity=0)
    page = get(client, STATEMENT)
    for slug in CLAUSES:
        assert f'id="{slug}"' in page
        assert page.count(f'href="#{slug}"') >= 2
    assert len(set(re.findall(r' id="([^"]+)"', page))) == len(re.findall(r' id="([^"]+)"', page))


def test_statement_says_version_date_language_and_digest(client: Client) -> None:
    text = published().texts.get()
    page = get(client, STATEMENT)
    assert "Version 1" in page
    assert f'<time datetime="{timezone.now():%Y-%m-%d}' in page
    assert '<article class="privacy-statement__text" lang="en" dir="ltr">' in page
    assert text.text_digest in page


def test_purposes_are_listed_with_their_legal_basis(client: Client) -> None:
    published()
    page = get(client, STATEMENT)
    assert "Housekeeping" in page
    assert "a legitimate interest" in page


def test_nothing_published_is_told_with_404(client: Client) -> None:
    response = client.get(STATEMENT)
    assert response.status_code == 404
    assert "has not published its privacy statement yet" in response.content.decode()


@pytest.mark.parametrize("address", ["current.md", "7/", "7.md", "1..2/"])
def test_version_that_does_not_exist_is_404(client: Client, address: str) -> None:
    assert client.get(f"{STATEMENT}{address}").status_code == 404


def test_page_comes_in_the_language_of_the_browser(client: Client) -> None:
    published(en=SOURCE, de=GERMAN)
    page = get(client, STATEMENT, accept_language="de")
    assert 'lang="de"' in page
    assert "Wir bewahren wenig auf." in page


def test_page_comes_in_the_language_asked_for(client: Client) -> None:
    published(en=SOURCE, de=GERMAN)
    assert "Wir bewahren wenig auf." in get(client, f"{STATEMENT}?language=de")
    assert "We keep little." in get(client, f"{STATEMENT}?language=tlh")


def test_page_without_a_translation_says_so_and_keeps_the_language_of_the_text(client: Client) -> None:
    published(en=SOURCE)
    response = client.get(STATEMENT, {"language": "de"})
    page = response.content.decode()
    assert '<article class="privacy-statement__text" lang="en"' in page
    assert 'class="privacy-note"' in page


def test_earlier_version_stays_readable_and_says_that_it_is_earlier(client: Client) -> None:
    second(published(), en=SOURCE.replace("little", "less"))
    page = get(client, f"{STATEMENT}1/")
    assert "We keep little." in page
    assert "This is an earlier version" in page
    assert "We keep less." in get(client, STATEMENT)


def test_version_to_come_is_announced_with_its_difference(client: Client) -> None:
    publishing.publish(draft=next_draft(published(), "material"), actor=publisher())
    assert "A new version takes effect on" in get(client, STATEMENT)
    assert "1..2" in get(client, STATEMENT)
    assert "not in force yet" in get(client, f"{STATEMENT}2/")


def test_difference_shows_words_added_and_removed(client: Client) -> None:
    second(published(), en=SOURCE.replace("little", "less"))
    page = get(client, f"{STATEMENT}1..2/")
    assert re.search(r"<del>.*little</del>", page)
    assert re.search(r"<ins>.*less</ins>", page)
    assert "1 sentence is different" in page


def test_difference_compares_like_with_like_where_a_translation_is_missing(client: Client) -> None:
    second(published(en=SOURCE), de=GERMAN)
    page = get(client, f"{STATEMENT}1..2/?language=de")
    assert "Wir bewahren" not in page
    assert "<ins>" not in page
    assert "<del>" not in page


@pytest.mark.parametrize("address", ["current.md", "1.md"])
def test_words_as_a_file_hash_to_the_digest_in_receipts(client: Client, address: str) -> None:
    text = published(en=SOURCE, de=GERMAN).texts.get(language="de")
    response = client.get(f"{STATEMENT}{address}", {"language": "de"})
    assert response["Content-Type"] == "text/markdown; charset=utf-8"
    assert response["Content-Language"] == "de"
    assert digest(response.content.decode()) == text.text_digest


def test_receipt_of_two_years_ago_leads_to_the_same_words_after_later_versions_and_revisions(client: Client) -> None:
    then = timezone.now() - timedelta(days=2 * 365)
    languages = {
        "en": SOURCE,
        "de": GERMAN,
        "fr": GERMAN.replace("wenig", "peu"),
        "es": GERMAN.replace("wenig", "poco"),
    }
    first = publishing.publish(draft=DraftFactory.create(texts=languages), now=then)
    receipts = {text.language: (text.text_digest, text.words) for text in first.texts.all()}
    page = get(client, f"{STATEMENT}1/?language=de")
    assert f"{STATEMENT}text/{receipts['de'][0]}/" in page
    for revision, word in enumerate(("nichts", "kaum"), 1):
        publishing.add_translation(
            version=first,
            language="de",
            source=GERMAN.replace("wenig", word),
            actor=publisher(),
            now=then + timedelta(days=revision),
        )
    second(first, en=SOURCE.replace("little", "less"))
    for language, (receipt, words) in receipts.items():
        assert digest(words) == receipt
        page = get(client, f"{STATEMENT}text/{receipt}/")
        shown = page.partition("<article")[2].partition("</article>")[0]
        assert shown.startswith(f' class="privacy-statement__text" lang="{language}"')
        assert shown.partition(">")[2] == first.texts.get(text_digest=receipt).html
        assert ("corrected since" in page) == (language == "de")
        assert ("earlier version" in page) == (language != "de")
    assert "We keep little." in get(client, f"{STATEMENT}1/?language=en")


@pytest.mark.parametrize("name", ["0" * 64, "x", "0" * 5_000])
def test_words_that_were_never_published_are_404(client: Client, name: str) -> None:
    published()
    assert client.get(f"{STATEMENT}text/{name}/").status_code == 404


def test_two_queries_cold_and_none_warm(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    published()
    copies.forget()
    with django_assert_num_queries(2):
        get(client, STATEMENT)
    with django_assert_num_queries(0):
        get(client, STATEMENT)


def test_number_of_queries_does_not_grow_with_versions(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    version = published()
    for round_ in range(5):
        version = second(version, en=SOURCE.replace("little", f"little {round_}"))
    copies.forget()
    with django_assert_max_num_queries(3):
        get(client, f"{STATEMENT}2/")
    with django_assert_max_num_queries(2):
        get(client, f"{STATEMENT}2..5/")


def test_statement_is_served_while_the_database_is_away(client: Client) -> None:
    published()
    get(client, STATEMENT)
    with database_away():
        assert "We keep little." in get(client, STATEMENT)


def test_unread_statement_with_the_database_away_is_503_with_a_time_to_come_back(client: Client) -> None:
    with database_away():
        response = client.get(STATEMENT)
    assert response.status_code == 503
    assert response["Retry-After"] == "30"
    assert "does not answer" in response.content.decode()


def test_missing_tables_are_named_to_the_developer_and_to_nobody_else(
    client: Client, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    advice = "start it or check DATABASES"
    with database_away():
        assert advice not in client.get(STATEMENT).content.decode()
        assert advice in caplog.text
        settings.DEBUG = True
        assert advice in client.get(STATEMENT).content.decode()


def test_developer_is_told_the_command_while_nothing_is_published(client: Client, settings: Settings) -> None:
    assert "manage.py" not in client.get(STATEMENT).content.decode()
    settings.DEBUG = True
    assert "manage.py privacy_statement init --publish" in client.get(STATEMENT).content.decode()


def dump() -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        tables = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            tables[table] = sorted(map(repr, cursor.fetchall()))
    return tables


@pytest.mark.parametrize("signed_in", [False, True])
def test_reading_writes_nothing(client: Client, signed_in: bool) -> None:
    second(published(en=SOURCE, de=GERMAN), en=SOURCE.replace("little", "less"))
    if signed_in:
        client.force_login(UserFactory.create())
    before = dump()
    subjects = Subject.objects.count()
    for address in ("", "current.md", "1/", "2/", "1.md", "1..2/", "9/", "?language=de"):
        for method in (client.get, client.head, client.options):
            response = method(f"{STATEMENT}{address}")
            assert "Set-Cookie" not in response.headers
            assert not response.cookies
    assert dump() == before
    assert Subject.objects.count() == subjects


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_pages_take_nothing(client: Client, method: str) -> None:
    published()
    assert getattr(client, method)(STATEMENT).status_code == 405


def test_pages_are_open_where_the_site_requires_signing_in(client: Client, settings: Settings) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, "django.contrib.auth.middleware.LoginRequiredMiddleware"]
    published()
    get(client, STATEMENT)


def test_page_opens_no_transaction_of_its_own(client: Client) -> None:
    assert all(
        getattr(view, "_non_atomic_requests", None) == {"default"}
        for view in (views.current, views.version, views.difference, views.current_markdown, views.version_markdown)
    )


def test_hostile_language_is_ignored(rf: RequestFactory) -> None:
    assert views.asked_language(rf.get("/", {"language": "../../etc\x00"})) == "en"
