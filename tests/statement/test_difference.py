"""The difference between two texts."""

from __future__ import annotations

import random
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.statement.services.difference import Change, as_html, as_lines, by_clause, difference
from onvif_privacy.statement.services.template import shipped

WORDS = st.lists(
    st.sampled_from(["we", "keep", "your", "data", "safe", ",", "always", "never"]), min_size=1, max_size=8
)
LINES = st.lists(WORDS.map(" ".join), max_size=8)


def texts_of(changes: list[Change]) -> tuple[list[str], list[str]]:
    """Put both texts together again from the changes."""
    return [c.before for c in changes if c.kind != "added"], [c.after for c in changes if c.kind != "removed"]


@given(LINES, LINES)
def test_changes_give_both_texts_back(old: list[str], new: list[str]) -> None:
    assert texts_of(difference("\n".join(old), "\n\n".join(new))) == (old, new)


@given(LINES, LINES)
def test_pieces_of_every_sentence_give_both_sentences_back(old: list[str], new: list[str]) -> None:
    for change in difference("\n".join(old), "\n".join(new)):
        assert "".join(text for mark, text in change.pieces if mark != "added") == change.before
        assert "".join(text for mark, text in change.pieces if mark != "removed") == change.after


def test_two_hundred_random_edits_of_the_shipped_text_read_back_exactly() -> None:
    chance = random.Random(1)
    original = [line for line in shipped("en").split("\n") if line]
    for _edit in range(200):
        edited = list(original)
        for _times in range(chance.randint(1, 5)):
            place = chance.randrange(len(edited))
            action = chance.choice(["drop", "double", "word", "swap"])
            if action == "drop":
                del edited[place]
            elif action == "double":
                edited.insert(place, f"An added sentence, number {chance.random()}.")
            elif action == "word":
                edited[place] = edited[place].replace(" ", " quite ", 1)
            else:
                edited[place], edited[-1] = edited[-1], edited[place]
        assert texts_of(difference("\n".join(original), "\n".join(edited))) == (original, edited)


def test_one_changed_word_is_shown_inside_its_sentence() -> None:
    (change,) = difference("We keep little.", "We keep nothing.")
    assert change.kind == "changed"
    assert change.pieces == (("same", "We keep "), ("removed", "little"), ("added", "nothing"), ("same", "."))


def test_unlike_sentences_are_one_gone_and_one_new() -> None:
    kinds = [change.kind for change in difference("We keep little.", "Cookies taste of vanilla sugar!")]
    assert sorted(kinds) == ["added", "removed"]


def test_every_mark_has_a_word_for_screen_readers_and_hostile_text_stays_text() -> None:
    (change,) = difference("We keep <b>your</b> data.", "We keep <script>your</script> data.")
    html = as_html(change)
    assert html.count("<ins>") + html.count("<del>") == html.count('class="privacy-hidden"') > 0
    assert "<script>" not in html

    class Tags(HTMLParser):
        seen: set[str] = set()

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.seen.add(tag)

    reader = Tags()
    reader.feed(html)
    assert reader.seen <= {"ins", "del", "span"}
    assert "your" in unescape(html)


def test_signs_of_headings_and_lists_are_not_shown() -> None:
    (change,) = difference("## A title {#slug}", "## A title {#slug}")
    assert as_html(change) == "A title"


def test_plain_lines_begin_with_their_sign() -> None:
    assert list(as_lines(difference("Same.\nWe keep little.", "Same.\nWe keep nothing.\nNew here!"))) == [
        "  Same.", "- We keep little.", "+ We keep nothing.", "+ New here!",
    ]  # fmt: skip


def test_changes_stand_under_their_clause_and_unchanged_clauses_are_apart() -> None:
    old = "# T\n## A {#a}\nOne.\n## B {#b}\nTwo."
    parts = by_clause(difference(old, old.replace("Two.", "Three things.")))
    assert [(part.heading.after if part.heading else None, part.differs) for part in parts] == [
        (None, False),
        ("## A {#a}", False),
        ("## B {#b}", True),
    ]
