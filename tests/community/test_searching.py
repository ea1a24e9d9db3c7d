"""Searching one's own conversations: what is found is what one can read, and nobody keeps what was searched for."""

from __future__ import annotations

import logging
import random
from contextlib import suppress
from typing import Any

import pytest
from django.test import Client

from onvif_privacy.community.services import conversations
from onvif_privacy.community.services.conversations import searching
from onvif_privacy.core import keys, limits
from onvif_privacy.core.keys import SealBroken
from onvif_privacy.core.models import Subject
from tests import corpora
from tests.community.talks import heard, person, say, talk

PAGE = "/privacy/conversations/search/"


@pytest.fixture(autouse=True)
def _limits() -> Any:
    limits.reset()
    yield
    limits.reset()


def texts(subject: Subject, words: str) -> list[str | None]:
    """Return the words of what somebody finds."""
    return [hit.line.text for hit in conversations.search(subject=subject, words=words).hits]


ACTS = ("say", "say", "say", "leave", "add", "block", "erase")


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(25))
def test_a_search_finds_exactly_what_reading_shows(seed: int) -> None:
    rng, people = random.Random(seed), [person() for _one in range(3)]
    ada, _bob, eve = people
    talks = [talk(*people), talk(*people[:2])]
    for number in range(14):
        act, someone, place = rng.choice(ACTS), rng.choice(people), rng.choice(talks)
        with suppress(conversations.Refused, keys.KeyDestroyed):
            if act == "say":
                say(someone, place, f"Straße {number}")
            elif act == "leave":
                conversations.leave(subject=someone, conversation=place.pk)
            elif act == "add":
                conversations.add(subject=ada, conversation=place.pk, other=someone)
            elif act == "block" and someone is not ada:
                conversations.block(subject=ada, sender=someone)
            elif act == "erase":
                keys.destroy(eve.pk, "data")
    for someone in people[:2]:
        shown: list[str] = []
        for place in talks:
            with suppress(conversations.NotThere):
                shown += filter(None, heard(someone, place))
        assert sorted(map(str, texts(someone, "STRASSE"))) == sorted(shown)


@pytest.mark.django_db
def test_each_word_must_stand_there_and_the_newest_come_first_in_six_queries(django_assert_num_queries: Any) -> None:
    ada, bob = person(), person(first_name="Bob", last_name="Builder")
    one, other = talk(ada, bob), talk(ada, person())
    say(bob, one, "Shall we meet at six, at the harbour?")
    say(ada, other, "The HARBOUR is closed.")
    say(ada, one, "Six is fine.")
    with django_assert_num_queries(6):
        found = conversations.search(subject=ada, words="harbour")
    assert [hit.line.text for hit in found.hits] == ["The HARBOUR is closed.", "Shall we meet at six, at the harbour?"]
    assert found.hits[1].conversation.names == ["Bob Builder"]
    assert texts(ada, "harbour six") == ["Shall we meet at six, at the harbour?"]
    assert texts(bob, "closed") == texts(ada, "harbor") == texts(ada, "  ") == []
    assert (found.looked_at, found.more) == (3, False)


@pytest.mark.django_db
def test_only_the_newest_are_opened_and_it_is_said_when_there_are_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "LOOKED_AT", 6)
    monkeypatch.setattr(searching, "SHOWN", 4)
    ada = person()
    one = talk(ada, person())
    for number in range(8):
        say(ada, one, f"Message {number} of {'many' if number % 2 else 'all'}")
    found = conversations.search(subject=ada, words="message")
    assert [hit.line.number for hit in found.hits] == [8, 7, 6, 5]
    assert (found.looked_at, found.more) == (6, True)
    assert [hit.line.number for hit in conversations.search(subject=ada, words="all").hits] == [7, 5, 3]


@pytest.mark.django_db
def test_a_conversation_whose_key_is_broken_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    ada = person()
    broken, whole = talk(ada, person()), talk(ada, person())
    for one in (broken, whole):
        say(ada, one, "At the harbour.")
    opened = searching.plain_of

    def plain_of(row: Any, name: str, keys: Any) -> bytes:
        if row.conversation_id == broken.pk:
            raise SealBroken("The sealed value cannot be opened.")
        return opened(row, name, keys)

    monkeypatch.setattr(searching, "plain_of", plain_of)
    assert [hit.conversation.id for hit in conversations.search(subject=ada, words="harbour").hits] == [whole.pk]


@pytest.mark.django_db
def test_what_is_found_leads_to_its_place_and_nothing_searched_for_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ada, bob = person(), person()
    one, client = talk(ada, bob), Client()
    client.force_login(ada.user)
    say(bob, one, "x" * 400 + " <b>kanarienvogel</b> " + "y" * 400)
    for number in range(55):
        say(ada, one, f"Message {number}")
    answer = client.post(PAGE, {"words": "Kanarienvogel"})
    page = answer.content.decode()
    assert "&lt;b&gt;kanarienvogel&lt;/b&gt;" in page
    assert "x" * 300 not in page
    assert answer.headers["Cache-Control"] == "private, no-store"
    address = f"/privacy/conversations/{one.pk}/?before=2#m1"
    assert address in page
    assert 'id="m1"' in client.get(address).content.decode()
    assert "kanarienvogel" not in caplog.text.casefold()
    assert "found among" not in client.get(PAGE, {"words": "kanarienvogel"}).content.decode()  # by POST only
    assert PAGE in client.get("/privacy/conversations/").content.decode()
    assert Client().post(PAGE, {"words": "x"}).status_code == 302


@pytest.mark.django_db
def test_hostile_words_find_nothing_and_too_many_searches_wait() -> None:
    ada, client = person(), Client()
    say(ada, talk(ada, person()), "Shall we meet?")
    client.force_login(ada.user)
    for words in [*corpora.texts("naughty-strings")[::9], "x" * 201, "", "\0", "%", "_", "'; DROP TABLE"]:
        limits.reset()
        assert client.post(PAGE, {"words": words}).status_code in (200, 400), words
    limits.reset()
    answers = [client.post(PAGE, {"words": "meet"}).status_code for _one in range(21)]
    assert answers == [200] * 20 + [400]
