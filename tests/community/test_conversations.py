"""Private conversations: who reads what, and what nobody else can do with it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from onvif_privacy.community.models import (
    Block,
    Conversation,
    ConversationLetter,
    ConversationMessage,
    Participant,
    Report,
    ReportedMessage,
)
from onvif_privacy.community.services import conversations
from onvif_privacy.community.services.conversations import NotThere, Refused
from onvif_privacy.community.services.conversations.reporting import digest_of
from onvif_privacy.core import gate, keys, subjects
from onvif_privacy.core.fields import PurposeRequired, Sealed
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.testing import guards
from tests.community.talks import heard, is_refused, person, reported, say, staff, talk
from tests.core.threads import at_once

TABLE = ConversationMessage._meta.db_table


@pytest.mark.django_db
def test_who_takes_part_reads_and_nobody_else() -> None:
    ada, bob, eve = person(), person(), person()
    one = talk(ada, bob)
    say(ada, one, "Six o'clock?")
    say(bob, one, "Seven is better.")
    assert heard(ada, one) == heard(bob, one) == ["Six o'clock?", "Seven is better."]
    with pytest.raises(NotThere):
        heard(eve, one)
    with pytest.raises(NotThere):
        say(eve, one)
    assert Conversation.objects.get().messages == 2


@pytest.mark.django_db
def test_a_conversation_of_nobody_of_oneself_or_of_too_many_is_refused() -> None:
    ada, many = person(), [person() for _number in range(20)]
    for others in ([], [ada], many):
        with pytest.raises(Refused):
            conversations.start(subject=ada, others=others)
    with pytest.raises(Refused):  # nobody who cannot sign in to read
        talk(ada, subjects.correspondent())
    assert conversations.start(subject=ada, others=many[:19]).participants.count() == 20


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " \n ", "x" * 20_001])
def test_nothing_and_too_much_are_refused(text: str) -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    with pytest.raises(Refused):
        say(ada, one, text)
    assert Conversation.objects.get().messages == 0


@pytest.mark.django_db
def test_the_same_form_sent_twice_is_one_message() -> None:
    ada, bob = person(), person()
    one, key = talk(ada, bob), uuid.uuid4()
    for _time in range(2):
        conversations.post(subject=ada, conversation=one.pk, text="Once.", key=key)
    assert heard(bob, one) == ["Once."]
    say(ada, one, "Twice.")
    assert [two.number for two in ConversationMessage.objects.order_by("number")] == [1, 2]
    with pytest.raises(Refused):  # somebody else's
        conversations.post(subject=bob, conversation=one.pk, text="Mine.", key=key)


@pytest.mark.django_db
def test_who_restricted_the_use_of_their_data_still_reads_and_does_not_write() -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    say(ada, one, "Before.")
    subjects.restrict(ada)
    assert heard(ada, one) == ["Before."]
    with pytest.raises(Refused):
        say(ada, one, "After.")


@pytest.mark.django_db
def test_pages_of_fifty_cost_four_queries_and_lists_open_nothing(django_assert_num_queries: Any) -> None:
    people = [person() for _number in range(4)]
    one = talk(*people)
    for number in range(52):
        say(people[number % 4], one, f"Message {number}")
    talk(people[0], people[1])
    with django_assert_num_queries(4):
        page = conversations.read(subject=people[0], conversation=one.pk)
    assert [line.text for line in page.lines] == [f"Message {number}" for number in range(2, 52)]
    assert page.older == 3
    first = conversations.read(subject=people[0], conversation=one.pk, before=page.older)
    assert ([line.text for line in first.lines], first.older) == (["Message 0", "Message 1"], None)
    with django_assert_num_queries(2):
        assert len(conversations.listed(subject=people[0])) == 2


# C8


def _swapped(first: ConversationMessage, second: ConversationMessage) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT body FROM {TABLE} WHERE number = %s AND conversation_id = %s", _key(second))
        (body,) = cursor.fetchone()
        cursor.execute(f"UPDATE {TABLE} SET body = %s WHERE number = %s AND conversation_id = %s", [body, *_key(first)])


def _key(message: ConversationMessage) -> list[Any]:
    field = ConversationMessage._meta.get_field("conversation")
    return [message.number, field.get_db_prep_value(message.conversation_id, connection)]


@pytest.mark.django_db
def test_a_body_moved_to_another_row_conversation_or_author_does_not_open() -> None:
    ada, bob = person(), person()
    one, two = talk(ada, bob), talk(ada, bob)
    first, again, other = say(ada, one, "first"), say(ada, one, "again"), say(bob, one, "other")
    elsewhere = say(ada, two, "elsewhere")
    for taken in (again, other, elsewhere):
        with transaction.atomic():
            _swapped(first, taken)
            assert heard(bob, one)[0] is None
            transaction.set_rollback(True)
    assert heard(bob, one) == ["first", "again", "other"]


def _flips(every: int) -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    message = say(ada, one, "Every byte counts.")
    whole = message.__dict__["body"].envelope
    for place in range(0, len(whole), every):
        changed = bytes([*whole[:place], whole[place] ^ 1, *whole[place + 1 :]])
        with connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {TABLE} SET body = %s WHERE number = %s AND conversation_id = %s", [changed, *_key(message)]
            )
        assert heard(bob, one) == [None], place


@pytest.mark.django_db
def test_a_flipped_byte_does_not_open() -> None:
    _flips(every=7)


@pytest.mark.full
@pytest.mark.django_db
def test_no_byte_of_many_bodies_can_be_flipped() -> None:
    for _body in range(4):  # 333 bytes each
        _flips(every=1)


# C9


@pytest.mark.django_db
def test_words_of_an_erased_author_open_to_nobody_also_from_a_backup() -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    say(ada, one, "Hers.")
    say(bob, one, "His.")
    keys.destroy(ada.pk, "data")  # the table of messages is yesterday's, the keys are the newest
    page = conversations.read(subject=bob, conversation=one.pk)
    assert [(line.text, str(line.words)) for line in page.lines] == [(None, "erased"), ("His.", "shown")]


# C11


@pytest.mark.django_db
def test_a_report_copies_what_the_site_itself_knows() -> None:
    ada, bob, eve = person(), person(), person()
    one, other = talk(ada, bob), talk(bob, eve)
    early, foreign = say(ada, one, "Before she came."), say(eve, other, "Elsewhere.")
    conversations.add(subject=bob, conversation=one.pk, other=eve)
    bad, late = say(ada, one, "An insult."), say(bob, one, "Stop.")
    assert heard(eve, one) == ["An insult.", "Stop."]
    for wrong in ([foreign.pk], [early.pk], [bad.pk, early.pk], [uuid.uuid4()], []):
        with pytest.raises(Refused):
            reported(eve, one, *wrong)
    with pytest.raises(Refused):
        reported(eve, one, *[uuid.uuid4() for _number in range(21)])
    assert not Report.objects.exists()
    made = reported(eve, one, bad.pk, late.pk)
    for copy in ReportedMessage.objects.filter(report=made).select_related("message"):
        assert copy.digest == digest_of(ConversationMessage.objects.get(pk=copy.message_id))
    with pytest.raises(NotThere):
        reported(person(), one, bad.pk)


# leaving and blocking


@pytest.mark.django_db
def test_who_left_reads_nothing_more_and_who_comes_back_reads_from_then_on() -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    say(ada, one, "You are here.")
    conversations.leave(subject=bob, conversation=one.pk)
    with pytest.raises(Refused, match="Nobody is left"):
        say(ada, one, "Are you?")
    with pytest.raises(NotThere):
        heard(bob, one)
    conversations.add(subject=ada, conversation=one.pk, other=bob)
    say(ada, one, "Again.")
    assert heard(bob, one) == ["Again."]
    assert heard(ada, one) == ["You are here.", "Again."]


@pytest.mark.django_db
def test_who_is_blocked_is_not_heard_and_begins_nothing_new() -> None:
    ada, bob, eve = person(), person(), person()
    one = talk(ada, bob, eve)
    say(bob, one, "Hello.")
    conversations.block(subject=ada, sender=bob)
    say(bob, one, "Hello?")
    assert (heard(ada, one), heard(eve, one)) == (["Hello."], ["Hello.", "Hello?"])
    with pytest.raises(Refused, match="cannot be written to"):
        talk(bob, ada)
    with pytest.raises(Refused):
        conversations.block(subject=ada, sender=person())
    conversations.unblock(subject=ada, sender=bob)
    assert heard(ada, one) == ["Hello.", "Hello?"]


def _race() -> int:
    """Let four messages, a leaving, a blocking and two readings meet; return how many came after the leaving."""
    ada, bob, eve = person(), person(), person()
    one = talk(ada, bob, eve, person())  # somebody stays who reads

    def writing(number: int) -> Callable[[], Any]:
        return lambda: say(ada, one, f"Word {number}")

    def reading() -> list[str | None]:
        return heard(bob, one)

    def leaving() -> None:
        conversations.leave(subject=bob, conversation=one.pk)

    def blocking() -> None:
        conversations.block(subject=eve, sender=ada)

    *_sent, seen, again, left, blocked = at_once([*(writing(n) for n in range(4)), reading, reading, leaving, blocking])
    assert (left, blocked) == (None, None)
    left_at = Participant.objects.get(conversation=one, subject=bob).left_at
    blocked_at = Block.objects.get(subject=eve).at
    rows = list(ConversationMessage.objects.filter(conversation=one).order_by("number"))
    assert ([row.number for row in rows], left_at is not None) == ([1, 2, 3, 4], True)
    assert [row.sent_at for row in rows] == sorted(row.sent_at for row in rows)
    words = {line.text: line.sent_at for line in conversations.read(subject=ada, conversation=one.pk).lines}
    for read in (seen, again):
        assert isinstance(read, NotThere) or all(words[text] < left_at for text in read)  # type: ignore[union-attr]
    assert set(heard(eve, one)) == {text for text, at in words.items() if at <= blocked_at}
    with pytest.raises(NotThere):
        heard(bob, one)
    return sum(at > left_at for at in words.values())


@pytest.mark.django_db(transaction=True)
def test_nobody_reads_what_was_sent_after_they_left() -> None:
    for _time in range(6):
        _race()


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_nobody_reads_what_was_sent_after_they_left_however_often() -> None:
    after = [_race() for _time in range(500)]
    assert sum(1 for number in after if number) > 50  # it was a race


# what the database holds


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_what_the_services_never_do() -> None:
    ada, bob, eve = person(), person(), person()
    one, two = talk(ada, bob), talk(bob, eve)
    message, elsewhere = say(ada, one), say(bob, two)
    made = reported(bob, one, message.pk)
    rows = ConversationMessage.objects.filter(pk=message.pk)
    copies = ReportedMessage.objects.filter(report=made)
    many = [person() for _number in range(19)]

    def nineteen_more() -> None:
        for other in many:
            Participant(conversation=one, subject=other, sealed_key=b"k" * 32).save()

    def words() -> None:
        fresh = ConversationMessage.objects.get(pk=message.pk)
        fresh.body = ConversationMessage.objects.get(pk=elsewhere.pk).body
        rows.update(body=fresh.__dict__["body"])

    def stranger() -> None:
        values = {"conversation": one, "number": 9, "author": eve, "sent_at": timezone.now()}
        ConversationMessage.objects.bulk_create([ConversationMessage(**values)])

    tries: dict[str, Any] = {
        "twenty-one people": nineteen_more,
        "another person": lambda: Participant.objects.filter(subject=ada, conversation=one).update(subject=eve),
        "other words": words,
        "another time": lambda: rows.update(sent_at=timezone.now()),
        "another author": lambda: rows.update(author=bob),
        "no message": rows.delete,
        "a stranger's message": stranger,
        "a stranger's report": lambda: Report.objects.create(conversation=one, reporter=eve, kind="other"),
        "another kind": lambda: Report.objects.update(kind="other"),
        "a copy from elsewhere": lambda: ReportedMessage(
            report=made, message=elsewhere, author=bob, copy="x", digest="0" * 64
        ).save(),
        "words of another": lambda: ReportedMessage(
            report=made, message=say(bob, one), author=ada, copy="x", digest="0" * 64
        ).save(),
        "another digest": lambda: copies.update(digest="1" * 64),
        "no copy": copies.delete,
    }
    with guards():
        assert [name for name, act in tries.items() if not is_refused(act)] == []
        assert ConversationMessage.objects.filter(pk=message.pk).update(body=None) == 1  # words can end
    assert heard(bob, one)[0] is None


# what is told, and what is not


@pytest.mark.django_db
def test_a_notification_is_one_constant_sentence_and_one_in_a_quarter_of_an_hour(settings: Any) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://www.example.com"
    ada, bob = person(first_name="Ada"), person(email="bob@example.org")
    bodies = set()
    for _talk in range(3):
        one = talk(ada, bob)
        say(ada, one, "The key lies under the mat.")
        run_due(names=("community.letters",))
    sent = [one for one in mail.outbox if one.to == ["bob@example.org"]]
    assert len(sent) == 1
    bodies = {str(sent[0].message())}
    assert not [one for one in bodies if "mat" in one or "Ada" in one or str(one).count("conversations/") != 1]
    assert len(ConversationLetter.objects.filter(subject=bob)) == 1


@pytest.mark.django_db
def test_no_purpose_and_no_person_opens_words_or_keys_through_the_gate() -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    say(ada, one, "Nobody's business.")
    clerk, boss = staff(), staff()
    ticket = gate.Ticket("LC-1", "0" * 64, (clerk, boss))
    scopes: list[Any] = [
        gate.scope("private_conversations"),
        gate.scope("legal_duty"),
        gate.scope("own_access", subject=bob),
        gate.scope("conversation_opening", exit="conversation_opening", durable=True),
    ]
    for scope in scopes:
        with scope:
            row = ConversationMessage.objects.get()
            assert row.body is None or isinstance(row.body, Sealed)
    for way in ("legal", "conversation_opening"):  # a ticket that nobody gave
        with (
            gate.scope("legal_duty", actor=clerk, exit=way, durable=True, ticket=ticket),
            pytest.raises(PurposeRequired),
        ):
            str(ConversationMessage.objects.get().body)
    with gate.scope("own_access", subject=bob), pytest.raises(PurposeRequired):
        str(Participant.objects.get(subject=bob).sealed_key)
    with gate.scope("own_access", subject=ada):
        assert ConversationMessage.objects.get().body == "Nobody's business."  # what an export reads
