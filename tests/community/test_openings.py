"""Opening reported messages: two people, recorded first, and nothing beyond what they agreed to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from onvif_privacy.community.models import Opening, OpeningKey, OpeningUse
from onvif_privacy.community.services import conversations, openings
from onvif_privacy.community.services.conversations import Refused
from onvif_privacy.community.services.openings.comparing import mismatches
from onvif_privacy.core import gate, keys, ledger, subjects
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Entry, Telling
from onvif_privacy.core.subjects import Strength
from onvif_privacy.core.testing import guards
from tests.community.talks import approved, asked, is_refused, person, reported, say, staff, talk


def _world() -> Any:
    ada, bob = person(), person()
    one = talk(ada, bob)
    bad, other = say(ada, one, "You fool."), say(bob, one, "Stop it.")
    report = reported(bob, one, bad.pk, words="She insults me.")
    return ada, bob, one, bad, other, report


def _entries(kind: str) -> int:
    return Entry.objects.filter(kind=kind).count()


@pytest.mark.django_db
def test_two_people_read_what_was_reported_and_each_reading_stands_in_the_ledger_first() -> None:
    _ada, _bob, _one, bad, _other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    opening = approved(asked(report, clerk), boss)
    assert openings.open_message(opening=opening, message=bad.pk, actor=clerk).text == "You fool."
    assert openings.open_report(opening=opening, actor=boss).text == "She insults me."
    assert [_entries(kind) for kind in ("community.opened", "gate.opened")] == [2, 2]
    uses = list(OpeningUse.objects.order_by("at"))
    assert [use.message_id for use in uses] == [bad.pk, None]
    assert ledger.opened(uses[0].entry)["message"] == bad.pk.hex
    assert not list(mismatches(timezone.now() - timedelta(hours=1)))


@pytest.mark.django_db
def test_a_period_reads_the_whole_conversation_in_it_and_nothing_around() -> None:
    ada, _bob, one, bad, other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    period = (bad.sent_at, other.sent_at)
    later = say(ada, one, "Later.")
    opening = approved(asked(report, clerk, period=period), boss)
    read = [openings.open_message(opening=opening, message=row.pk, actor=boss).text for row in (bad, other)]
    assert read == ["You fool.", "Stop it."]
    with pytest.raises(Refused, match="not for this message"):
        openings.open_message(opening=opening, message=later.pk, actor=boss)


@pytest.mark.django_db
def test_one_person_a_participant_a_late_one_and_a_curious_one_see_nothing() -> None:
    ada, _bob, one, bad, other, report = _world()
    clerk, boss, curious = staff("request", "approve"), staff("approve"), staff("request", "approve")
    opening = asked(report, clerk)
    for actor in (clerk, boss, curious):  # nobody has said yes
        with pytest.raises(Refused):
            openings.open_message(opening=opening, message=bad.pk, actor=actor)
    with pytest.raises(Refused):  # by oneself
        approved(opening, clerk)
    with pytest.raises(Refused):  # to something else
        openings.approve_opening(opening=opening, shown="0" * 64, actor=boss, strength=Strength.RECENT)
    with pytest.raises(Refused):  # by a session left open
        openings.approve_opening(opening=opening, shown=opening.digest, actor=boss, strength=Strength.SIGNED_IN)
    with pytest.raises(Refused):  # without the permission
        approved(opening, staff("request"))
    insider = staff("request", "approve")
    conversations.add(subject=ada, conversation=one.pk, other=subjects.for_user(insider))
    for act in (lambda: asked(report, insider), lambda: approved(opening, insider)):
        with pytest.raises(Refused, match="take part"):
            act()
    opening = approved(opening, boss)
    for actor, message in ((curious, bad), (insider, bad), (staff(), bad), (clerk, other)):
        with pytest.raises(Refused):
            openings.open_message(opening=opening, message=message.pk, actor=actor)
    conversations.add(subject=ada, conversation=one.pk, other=subjects.for_user(boss))
    with pytest.raises(Refused, match="take part"):  # who joins afterwards reads no more as staff
        openings.open_message(opening=opening, message=bad.pk, actor=boss)
    past = timezone.now() - timedelta(hours=48, seconds=1)
    Opening.objects.filter(pk=opening.pk).update(approved_at=past, expires_at=past + timedelta(hours=48))
    with pytest.raises(Refused, match="over"):
        openings.open_message(opening=opening, message=bad.pk, actor=clerk)
    assert (OpeningUse.objects.count(), _entries("community.opened"), _entries("gate.opened")) == (0, 0, 0)


@pytest.mark.django_db
def test_an_opening_that_was_changed_after_the_yes_reads_nothing() -> None:
    _ada, bob, one, bad, _other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    opening = approved(asked(report, clerk), boss)
    Opening.objects.filter(pk=opening.pk).update(period_from=bad.sent_at, period_to=timezone.now())
    with pytest.raises(Refused, match="not what was approved"):
        openings.open_message(opening=opening, message=say(bob, one).pk, actor=clerk)


@pytest.mark.django_db
def test_what_cannot_be_recorded_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    _ada, _bob, _one, bad, _other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    opening = approved(asked(report, clerk), boss)
    for name in ("record", "record_all"):
        with monkeypatch.context() as broken:

            def down(*args: Any, **kwargs: Any) -> Any:
                raise DatabaseError("the ledger is down")

            broken.setattr(ledger, name, down)
            with pytest.raises(DatabaseError):
                openings.open_message(opening=opening, message=bad.pk, actor=clerk)
    assert not OpeningUse.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_read_inside_a_transaction_that_could_take_its_record_back() -> None:
    _ada, _bob, _one, bad, _other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    opening = approved(asked(report, clerk), boss)
    with transaction.atomic(), pytest.raises(gate.NotDurable):
        openings.open_message(opening=opening, message=bad.pk, actor=clerk)
    assert not OpeningUse.objects.exists()


@pytest.mark.django_db
def test_words_of_an_erased_author_are_not_opened_either() -> None:
    ada, _bob, _one, bad, other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    opening = approved(asked(report, clerk, period=(bad.sent_at, other.sent_at)), boss)
    copied = approved(asked(report, clerk), boss)
    keys.destroy(ada.pk, "data")
    for one in (opening, copied):
        read = openings.open_message(opening=one, message=bad.pk, actor=clerk)
        assert (read.text, str(read.words)) == (None, "erased")
    assert openings.open_message(opening=opening, message=other.pk, actor=clerk).text == "Stop it."


@pytest.mark.django_db
def test_participants_are_told_once_after_something_was_read() -> None:
    _ada, _bob, _one, bad, _other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    opening, late = approved(asked(report, clerk), boss), approved(asked(report, clerk, delay_days=7), boss)
    run_due(names=("community.openings",))
    assert not Telling.objects.exists()  # nothing was read yet
    openings.open_message(opening=opening, message=bad.pk, actor=clerk)
    openings.open_message(opening=late, message=bad.pk, actor=clerk)
    assert [openings.tell_participants(), openings.tell_participants()] == [1, 0]
    assert Telling.objects.count() == 2
    assert _entries("community.opening_told") == 1


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_openings_and_readings_that_nobody_agreed_to() -> None:
    ada, bob, _one, bad, other, report = _world()
    clerk, boss = staff("request"), staff("approve")
    me, second, stranger = (subjects.for_user(user) for user in (clerk, boss, staff("request")))
    opening, waiting = approved(asked(report, clerk), boss), asked(report, clerk)
    rows, now = Opening.objects.filter(pk=waiting.pk), timezone.now()

    def yes(**changes: Any) -> Any:
        shape = {"approved_by": second, "approved_at": now, "expires_at": now, "notify_at": now}
        return lambda: rows.update(**{**shape, **changes})

    def use(**changes: Any) -> Any:
        def made() -> None:
            entry = ledger.record("community.report_closed", payload={"report": report.pk.hex})
            shape = {"opening": opening, "message": bad, "reader": me, "scope_ref": "x", "entry": entry}
            OpeningUse(**{**shape, **changes}).save()

        return made

    tries: dict[str, Any] = {
        "one person": yes(approved_by=me),
        "a participant": yes(approved_by=bob),
        "three days": yes(expires_at=now + timedelta(hours=48, seconds=1)),
        "no second person": yes(approved_by=None),
        "another reason": lambda: rows.update(reason="because"),
        "another period": lambda: rows.update(period_from=now, period_to=now + timedelta(days=1)),
        "a later end": lambda: Opening.objects.filter(pk=opening.pk).update(expires_at=now + timedelta(hours=1)),
        "no opening": rows.delete,
        "born open": lambda: Opening.objects.create(
            conversation=report.conversation, report=report, reason="x", requested_by=me, approved_by=second,
            approved_at=now, expires_at=now, notify_at=now,
        ),
        "asked by a participant": lambda: Opening.objects.create(
            conversation=report.conversation, report=report, reason="x", requested_by=ada
        ),
        "read before the yes": use(opening=waiting),
        "read too late": use(at=now + timedelta(hours=49)),
        "read by a stranger": use(reader=stranger),
        "read beyond": use(message=other),
    }  # fmt: skip
    with guards():
        assert [name for name, act in tries.items() if not is_refused(act)] == []
        with transaction.atomic():
            use()()
        made = OpeningUse.objects.get()
        assert is_refused(lambda: OpeningUse.objects.all()._raw_delete("default"))
        assert is_refused(lambda: QuerySet(OpeningUse).filter(pk=made.pk).update(scope_ref="y"))


@pytest.mark.django_db
def test_a_key_that_is_used_in_a_shell_is_seen() -> None:
    _world()
    with gate.scope("conversation_opening", exit="conversation_opening", durable=True):
        assert len(bytes(OpeningKey.objects.get().sealed_key)) == 32  # type: ignore[call-overload]
    found = list(mismatches(timezone.now() - timedelta(hours=1)))
    assert ["belongs to no reading" in one.what for one in found] == [True]


# the screens


def _signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.django_db
def test_staff_ask_approve_and_read_on_their_screens() -> None:
    _ada, _bob, _one, bad, _other, report = _world()
    clerk, boss = staff("request"), staff("approve", username="boss")
    boss.set_password("a long one")
    boss.save()
    name = "admin:onvif_privacy_community"
    asks = _signed_in(clerk)
    page = asks.get(reverse(f"{name}_report_change", args=[report.pk]))
    assert page.status_code == 200
    asks.post(reverse(f"{name}_report_ask", args=[report.pk]), {"reason": "It is said to insult.", "delay_days": "0"})
    opening = Opening.objects.get()
    read, decide = (reverse(f"{name}_opening_{act}", args=[opening.pk]) for act in ("read", "decide"))
    assert "You fool." not in asks.post(read, {"message": str(bad.pk)}, follow=True).content.decode()
    says = _signed_in(boss)
    first = says.post(decide, {"digest": opening.digest, "yes": ""})
    assert reverse("onvif_privacy:again") in first.headers["Location"]
    says.post(reverse("onvif_privacy:again"), {"password": "a long one", "next": "/"})
    says.post(decide, {"digest": opening.digest, "yes": ""})
    opening.refresh_from_db()
    assert opening.approved_by == subjects.for_user(boss)
    shown = asks.post(read, {"message": str(bad.pk)})
    assert "You fool." in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    assert "She insults me." in asks.post(read, {"message": "report"}).content.decode()
    assert "You fool." not in asks.get(reverse(f"{name}_opening_change", args=[opening.pk])).content.decode()
    assert asks.get(reverse(f"{name}_openinguse_changelist")).status_code == 403
    assert OpeningUse.objects.count() == 2
    asks.post(reverse(f"{name}_report_close", args=[report.pk]))
    report.refresh_from_db()
    assert report.state == "closed"
