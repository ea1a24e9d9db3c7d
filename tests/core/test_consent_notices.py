"""Notices: the exact words somebody was shown, stored once, and proved by their digest (C9)."""

from __future__ import annotations

import hashlib
import unicodedata
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onvif_privacy.core import consent, ledger, testing
from onvif_privacy.core.models import Decision, Notice
from tests import corpora
from tests.core.factories import DecisionFactory, EntryFactory, NoticeFactory
from tests.core.threads import at_once

# "May we write to you?" or what comes close, in the languages of the cookie bar.
WORDS = {
    "bg": "Можем ли да Ви пишем?",
    "cs": "Můžeme vám psát?",
    "da": "Må vi skrive til dig?",
    "de": "Dürfen wir Ihnen schreiben?",
    "el": "Μπορούμε να σας γράφουμε;",
    "en": "May we write to you?",
    "es": "¿Podemos escribirle?",
    "et": "Kas tohime teile kirjutada?",
    "fi": "Saammeko kirjoittaa sinulle?",
    "fr": "Pouvons-nous vous écrire\u202f?",
    "ga": "An bhfuil cead againn scríobh chugat?",
    "hr": "Smijemo li vam pisati?",
    "hu": "Írhatunk Önnek?",
    "it": "Possiamo scriverle?",
    "ja": "お便りしてもよろしいですか。",
    "ko": "연락드려도 될까요?",
    "lt": "Ar galime jums rašyti?",
    "lv": "Vai drīkstam jums rakstīt?",
    "mt": "Nistgħu niktbulek?",
    "nl": "Mogen wij u schrijven?",
    "pl": "Czy możemy do Pana/Pani pisać?",
    "pt": "Podemos escrever-lhe?",
    "ro": "Vă putem scrie?",
    "sk": "Môžeme vám písať?",
    "sl": "Ali vam smemo pisati?",
    "sv": "Får vi skriva till dig?",
    "zh": "我们可以给您写信吗？",
}


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_digest_of_the_stored_words_is_the_one_in_decision_and_evidence(form: str) -> None:
    assert len(WORDS) == 27
    for language, words in WORDS.items():
        notice = NoticeFactory(text=unicodedata.normalize(form, words), language=language)
        decision = DecisionFactory(notice=notice)
        stored = Decision.objects.select_related("notice").get(pk=decision.pk)
        assert stored.notice is not None
        assert stored.notice.text == unicodedata.normalize("NFC", words)
        digest = hashlib.sha256(stored.notice.text.encode()).hexdigest()
        assert digest == stored.notice_id == ledger.opened(stored.entry)["notice"]
        assert stored.notice.language == language


@pytest.mark.django_db
def test_the_same_words_are_stored_once_however_they_are_composed() -> None:
    composed, apart = "Dürfen wir?\nJa", unicodedata.normalize("NFD", "Dürfen wir?\r\nJa")
    assert NoticeFactory(text=composed) == NoticeFactory(text=apart)
    assert Notice.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_words_that_no_database_stores_unchanged_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NUL or surrogates"):
        NoticeFactory(text=text)
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_a_stored_notice_costs_one_query(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    NoticeFactory(text="words")
    with django_assert_num_queries(1):
        NoticeFactory(text="words")


@pytest.mark.django_db
def test_hostile_words_are_stored_exactly() -> None:
    for text in corpora.texts("naughty-strings"):
        if "\0" not in text:
            notice = NoticeFactory(text=text)
            assert hashlib.sha256(Notice.objects.get(pk=notice.pk).text.encode()).hexdigest() == notice.pk


@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_storable_words_come_back_as_their_digest_says(text: str) -> None:
    notice = consent.notice(text=text, language="en", surface="bar")
    stored = Notice.objects.get(pk=consent.notice_digest(text))
    assert stored == notice
    assert hashlib.sha256(stored.text.encode()).hexdigest() == stored.pk


@pytest.mark.django_db
def test_a_grant_cannot_lose_its_notice_by_sql() -> None:
    decision = DecisionFactory()
    with pytest.raises(DatabaseError, match="op_decision_notice"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_decision SET notice_id = NULL")
    assert Decision.objects.get().notice == decision.notice


@pytest.mark.django_db
def test_a_refusal_cannot_become_a_grant_by_sql() -> None:
    DecisionFactory(outcome="withdrawn")
    with pytest.raises(DatabaseError, match="op_decision_notice"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE onvif_privacy_decision SET outcome = 'granted'")


@pytest.mark.django_db
def test_a_grant_without_a_notice_cannot_be_inserted_by_sql() -> None:
    refused = DecisionFactory(outcome="withdrawn")
    fields = Decision._meta.concrete_fields
    changes = {"id": uuid.uuid4(), "sequence": 2, "key": "other", "outcome": "granted", "entry_id": EntryFactory().pk}
    row = [changes.get(field.attname, getattr(refused, field.attname)) for field in fields]
    values = [field.get_db_prep_value(value, connection) for field, value in zip(fields, row, strict=True)]
    names, marks = (
        ", ".join(connection.ops.quote_name(field.column) for field in fields),
        ", ".join(["%s"] * len(fields)),
    )
    sql = f"INSERT INTO onvif_privacy_decision ({names}) VALUES ({marks})"
    with pytest.raises(DatabaseError, match="op_decision_notice"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("guarded", [False, True], ids=["without guards", "with guards"])
def test_the_same_new_words_shown_to_many_at_once_are_stored_once(guarded: bool) -> None:
    def race() -> None:
        for number in range(5):
            got = at_once([lambda number=number: NoticeFactory(text=f"words {number}")] * 8)  # type: ignore[misc]
            assert {getattr(one, "pk", one) for one in got} == {consent.notice_digest(f"words {number}")}

    if guarded:
        with testing.guards():
            race()
    else:
        race()
    assert Notice.objects.count() == 5
