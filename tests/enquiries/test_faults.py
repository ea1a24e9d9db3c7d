"""Determining whose statements fail: the person is told what was determined, or nothing was."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.db import Error, connection

from onvif_privacy.core.models import Entry as LedgerEntry
from onvif_privacy.core.models import Subject
from onvif_privacy.enquiries.models import Access, Direction, Enquiry, Entry, Letter, Outcome, State, Transition
from onvif_privacy.enquiries.services import cases, deadlines
from onvif_privacy.enquiries.services.states import NotNow
from tests.core.counts import few_or_all
from tests.core.faults import at_commit, at_statement, statements_of
from tests.enquiries.world import REASONS, investigated, received, staff

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _rules(transactional_db: None) -> None:
    deadlines.make_rules("default")


def everything() -> dict[str, list[Any]]:
    """Return each row of the room, of the ledger and of people."""
    models = [*apps.get_app_config("onvif_privacy_enquiries").get_models(), LedgerEntry, Subject]
    return {one._meta.label: list(one._base_manager.order_by("pk").values()) for one in models}


def determining(clerk: Any) -> tuple[Enquiry, Callable[[], None]]:
    """Return an enquiry whose sender can be written to, and what determines it."""
    enquiry = investigated(received(address=f"{secrets.token_hex(4)}@example.org"), clerk, "contact")

    def call() -> None:
        cases.determine(enquiry=enquiry, outcome=Outcome.UPHELD, reasons=REASONS, actor=clerk)

    return enquiry, call


def failing(call: Callable[[], None]) -> bool:
    """Call; whether it ended with an error of the database."""
    try:
        call()
    except Error:
        connection.close_if_unusable_or_obsolete()
        return True
    return False


def told(enquiry: Enquiry) -> dict[str, Any]:
    """Return what a determined enquiry holds: its outcome, and how much of everything that belongs to it."""
    found = Enquiry.objects.get(pk=enquiry.pk)
    mine = {"enquiry": found}
    return {
        "state": (found.state, found.outcome, bool(found.determined_at), bool(found.determined_by)),
        "same in hand": enquiry.state == found.state,
        "due": found.due_at is not None,
        "reasons": Entry.objects.filter(direction=Direction.OUT, **mine).count(),
        "moves": list(Transition.objects.filter(**mine).values_list("after", flat=True))[-2:],
        "letters": Letter.objects.filter(what=Letter.What.DETERMINED, **mine).count(),
        "links": Access.objects.filter(mail=True, **mine).count(),
    }


DETERMINED_ONCE = {
    "state": (State.DETERMINED, Outcome.UPHELD, True, True),
    "same in hand": True,
    "due": True,
    "reasons": 1,
    "moves": [State.INVESTIGATING, State.DETERMINED],
    "letters": 1,
    "links": 2,  # one came with the letter that said that it was received
}


def moved() -> int:
    """Return how many moves the ledger knows."""
    return LedgerEntry.objects.filter(kind="enquiries.moved").count()


@pytest.mark.parametrize("every", few_or_all(5, 1))
def test_whatever_statement_of_determining_fails_it_is_determined_once(every: int) -> None:
    clerk = staff("work")
    enquiry, call = determining(clerk)
    number = statements_of(call)
    assert told(enquiry) == DETERMINED_ONCE
    for at in range(1, number + 1, every):
        enquiry, call = determining(clerk)
        before, entries = everything(), moved()
        with at_statement(at):
            assert failing(call), at
        assert everything() == before, at
        assert enquiry.state == State.INVESTIGATING, at
        call()
        assert (told(enquiry), moved()) == (DETERMINED_ONCE, entries + 1), at


def test_determining_whose_commit_fails_was_not() -> None:
    enquiry, call = determining(staff("work"))
    before = everything()
    with at_commit(after=False):
        assert failing(call)
    assert everything() == before
    call()
    assert told(enquiry) == DETERMINED_ONCE


def test_determining_whose_commit_took_effect_unheard_is_not_done_again() -> None:
    enquiry, call = determining(staff("work"))
    entries = moved()
    with at_commit(after=True):
        assert failing(call)
    with pytest.raises(NotNow):
        call()
    enquiry.refresh_from_db()
    assert (told(enquiry), moved()) == (DETERMINED_ONCE, entries + 1)
