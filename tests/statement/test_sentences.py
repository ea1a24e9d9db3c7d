"""Reading a source: one line is one sentence, a heading with a slug opens a clause."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.statement.services.sentences import BadSource, normalise, sentences
from tests.statement.factories import SOURCE


def test_clauses_have_slug_title_line_and_body() -> None:
    first, second = sentences(SOURCE).clauses
    assert (first.slug, first.title, first.line) == ("first", "First", 3)
    assert first.body == "We keep little.\nWrite to {contact}."
    assert (second.slug, second.line) == ("second", 8)


def test_every_line_is_a_sentence_headings_included() -> None:
    found = sentences(SOURCE)
    assert [sentence.text for sentence in found.sentences] == [line for line in SOURCE.split("\n") if line]
    assert found.counts() == {"": 1, "first": 3, "second": 2}


def test_offsets_lead_back_to_the_words() -> None:
    found = sentences(SOURCE)
    assert all(found.text[s.begins : s.ends] == s.text for s in found.sentences)


def test_windows_line_ends_and_composed_letters_make_no_difference() -> None:
    assert sentences(SOURCE.replace("\n", "\r\n")) == sentences(SOURCE)
    decomposed, composed = "We keep cafe\u0301s.", "We keep caf\u00e9s."
    texts = [SOURCE.replace("We keep little.", words) for words in (decomposed, composed)]
    assert sentences(texts[0]) == sentences(texts[1])


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        ("little", "much", {"We keep little."}),
        ("keep little.", "keep, little.", {"We keep little."}),
        ("## First", "## Foremost", {"## First {#first}"}),
    ],
)
def test_one_word_comma_or_heading_changes_the_digest_of_its_sentence_alone(
    before: str, after: str, touched: set[str]
) -> None:
    old = {s.text: s.digest for s in sentences(SOURCE).sentences}
    new = {s.digest for s in sentences(SOURCE.replace(before, after)).sentences}
    assert {text for text, digest in old.items() if digest not in new} == touched


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("", "there is no clause"),
        ("Words.\n", "line 1: the first line must be the title"),
        ("# T\n\nStray.\n\n## A {#a}\n\nWords.\n", "line 3: this line belongs to no clause"),
        ("# T\n\n## A {#a}\n\nWords.\n\n## B\n\nMore.\n", "line 7: this heading has no slug"),
        ("# T\n\n## A {#a}\n\nWords.\n\n# U\n", "line 7: there is a second title"),
        ("# T\n\n## A {#Not one}\n\nWords.\n", "line 3: “Not one” is no slug"),
        ("# T\n\n## A {#a}\n\nWords.\n\n## B {#a}\n\nMore.\n", "line 7: the slug “a” is already used on line 3"),
        ("# T\n\n## A {#a}\n\n## B {#b}\n\nMore.\n", "line 3: this clause has a heading and no sentence"),
        ("# T\n\n## A {#a}\n\nWrite to {email}.\n", "line 5: “{email}” is not known"),
        ("# T\n\n## A {#a}\n\n" + "x" * 200_001, "longer than 200000 characters"),
    ],
)
def test_source_that_cannot_be_published_says_why_and_where(source: str, problem: str) -> None:
    with pytest.raises(BadSource, match=re.escape(problem)):
        sentences(source)


def test_all_problems_are_told_at_once_in_the_order_of_the_lines() -> None:
    with pytest.raises(BadSource) as caught:
        sentences("Words.\n\n## A\n\n{x}\n\n## B {#!}\n")
    lines = [problem.line for problem in caught.value.problems]
    assert lines == sorted(lines)
    assert len(lines) >= 4


def test_line_with_two_ends_is_a_warning_and_no_refusal() -> None:
    found = sentences(SOURCE.replace("We keep little.", "We keep little. Very little."))
    assert [problem.line for problem in found.warnings()] == [5]
    assert sentences(SOURCE).warnings() == []


def test_control_characters_and_half_characters_do_not_get_in() -> None:
    assert normalise("a\x00b\x0bc\ud800d \n\n") == "abcd\n"


@given(st.text(alphabet=st.characters(), max_size=400))
def test_any_text_is_read_or_refused_with_reasons(source: str) -> None:
    try:
        outcome: list[object] = list(sentences(source).clauses)
    except BadSource as error:
        outcome = list(error.problems)
    assert outcome


@given(st.text(max_size=300))
def test_normalising_twice_changes_nothing_more(source: str) -> None:
    assert normalise(normalise(source)) == normalise(source)
