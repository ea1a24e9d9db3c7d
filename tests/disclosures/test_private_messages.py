"""Private messages in a legal case: a ticket of two people is the opening, and any other opens nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.utils import timezone

from onvif_privacy.community.models import ConversationMessage, Opening, OpeningUse
from onvif_privacy.community.services import openings
from onvif_privacy.community.services.conversations import Refused as NotOpened
from onvif_privacy.community.services.openings.comparing import mismatches
from onvif_privacy.core import gate, ledger, subjects
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.core.subjects import Strength
from onvif_privacy.disclosures.legal.services import blocks, notices, tickets
from onvif_privacy.disclosures.models import Case, Gag, Notice
from onvif_privacy.disclosures.services import approvals, building, scopes
from onvif_privacy.disclosures.services.building import captured
from onvif_privacy.disclosures.services.errors import Refused
from tests.community.talks import person, say, talk
from tests.disclosures.factories import House, member, regime, scope_of

WORDS = "onvif_privacy_community.conversationmessage|body|content"
DAY = timedelta(days=1)


def _case(house: House, of: Subject, **more: Any) -> Case:
    """A case in which two people granted what somebody wrote since yesterday."""
    if house.regime.key != "content":
        house.regime = regime("content", ("content",))
    now = timezone.now()
    window = {"since": now - DAY, "until": now + DAY, **more}
    case = house.drafted([of], names=(WORDS,), **window)
    for item in scopes.items(scope_of(case)):
        scopes.decide(item=item, actor=house.worker, verdict="granted")  # words are decided one by one
    approvals.submit(case=case, actor=house.worker)
    for actor in (house.approver, house.officer):
        case = approvals.approve(case=case, shown=scope_of(case).digest, actor=actor, strength=Strength.RECENT)
    return Case.objects.get(pk=case.pk)


def _ticket(case: Case) -> gate.Ticket:
    return building._ticket(case, scope_of(case))


def _read(ticket: gate.Ticket | None, of: Subject, actor: Any) -> list[Any]:
    rows = ConversationMessage.objects.filter(author=of)
    with gate.scope("legal_duty", subject=of, actor=actor, exit="legal", ticket=ticket, durable=True) as scope:
        return [row["body"] for row in scope.read(rows, ["body"])]


def test_a_package_holds_what_one_person_wrote_in_the_window_and_each_message_is_recorded_first(house: House) -> None:
    ada, bob = person(), person()
    one, other = talk(ada, bob), talk(ada, person())
    mine = [say(ada, one, "At six."), say(ada, other, "With Bob.")]
    say(bob, one, "I will be there.")
    case = _case(house, ada)
    package = building.build(case=case, actor=house.worker)
    assert sorted(row["fields"]["body"] for row in captured(package.snapshot)) == ["At six.", "With Bob."]
    assert building.problems(package) == []
    made = list(Opening.objects.all())
    assert {row.conversation_id for row in made} == {one.pk, other.pk}
    scope = scope_of(case)
    for row in made:
        assert (row.basis, row.report, row.reference, row.digest) == ("ticket", None, case.ref, scope.digest)
        assert row.requested_by == subjects.for_user(house.worker)
        assert row.approved_by in [subjects.for_user(some) for some in (house.approver, house.officer)]
    uses = OpeningUse.objects.all()
    assert sorted(use.message_id for use in uses) == sorted(row.pk for row in mine)
    assert {ledger.opened(use.entry)["message"] for use in uses} == {row.pk.hex for row in mine}
    assert list(mismatches(timezone.now() - DAY)) == []


def test_forged_tickets_open_nothing(house: House) -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    say(ada, one)
    say(bob, one)
    case = _case(house, ada)
    good, clerk = _ticket(case), member("work")
    late = _case(house, ada, until=timezone.now() - DAY / 2)
    forged = {
        "no ticket": None,
        "of no case": gate.Ticket("DIS-0000", good.digest, good.approvers),
        "of another scope": gate.Ticket(good.reference, "0" * 64, good.approvers),
        "of other people": gate.Ticket(good.reference, good.digest, (house.worker, clerk)),
        "the other way round": gate.Ticket(good.reference, good.digest, good.approvers[::-1]),
        "of an earlier time": _ticket(late),
    }
    for name, ticket in forged.items():
        with pytest.raises(gate.PurposeRequired):
            _read(ticket, ada, house.worker)
        assert not OpeningUse.objects.exists(), name
    with pytest.raises(gate.PurposeRequired):  # of another person
        _read(good, bob, house.worker)
    assert _read(good, ada, house.worker) == ["Shall we meet at six?"]
    blocks.stop(case=case, actor=house.worker, kind="clarification")
    with pytest.raises(gate.PurposeRequired):  # of a case that is stopped
        _read(good, ada, house.worker)
    assert (Opening.objects.count(), OpeningUse.objects.count()) == (1, 1)


def test_who_takes_part_in_a_conversation_opens_it_in_no_case(house: House) -> None:
    ada = person()
    for insider in (house.worker, house.approver):  # who compiles, and who said yes
        say(ada, talk(ada, subjects.for_user(insider)))
        with pytest.raises(Refused, match=r"take part|database refuses"):
            building.build(case=_case(house, ada), actor=house.worker)
        ada = person()
    assert not OpeningUse.objects.exists()


def test_moderators_neither_see_nor_read_what_a_case_opened(house: House) -> None:
    ada, bob = person(), person()
    message = say(ada, talk(ada, bob))
    building.build(case=_case(house, ada), actor=house.worker)
    root = member(superuser=True)
    with pytest.raises(NotOpened, match="in that case only"):
        openings.open_message(opening=Opening.objects.get(), message=message.pk, actor=root)
    request = RequestFactory().get("/")
    request.user = root
    for model in (Opening, OpeningUse):
        assert not admin.site.get_model_admin(model).get_queryset(request).exists()


def test_participants_are_told_when_the_notices_of_the_case_have_left_and_no_silence_holds(house: House) -> None:
    ada, bob = person(), person()
    say(ada, talk(ada, bob))
    case = _case(house, ada)
    building.build(case=case, actor=house.worker)
    assert openings.tell_participants() == 0
    assert tickets.told_at(case.ref) is None
    Notice.objects.filter(case=case).update(state="sent", sent_at=timezone.now())
    today = timezone.now().date()
    gag = Gag(case=case, document=house.document(case, kind="gag"), since=today, until=today + 9 * DAY)
    gag.save()
    assert openings.tell_participants() == 0
    notices.lift(gag=gag, actor=house.worker)
    assert [openings.tell_participants(), openings.tell_participants()] == [1, 0]
    assert Telling.objects.count() == 2
