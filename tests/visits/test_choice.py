"""V12: what the visitor's choice lets be recorded, and that asking for it leaves the response alone."""

from __future__ import annotations

import base64
import uuid
from itertools import product
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings
from django.urls import resolve

from onvif_privacy.core.consent import State
from onvif_privacy.visits.models import Reason
from onvif_privacy.visits.services import capture
from onvif_privacy.visits.services.records import Record
from tests.visits.factories import CHROME, StaffFactory, UserFactory

pytestmark = pytest.mark.urls("tests.visits.urls")

PERSON = base64.urlsafe_b64encode(uuid.uuid4().bytes).rstrip(b"=").decode()


class Choice:
    """A visitor's choice as the protocol in `core` describes it; asking it aloud is a mistake here."""

    def __init__(self, state: State, why: str) -> None:
        self._state, self._why = state, why
        self.gpc = why == "gpc"
        self.reference = PERSON
        self.asked_aloud = False
        self._silent = False

    @property
    def silent(self) -> Choice:
        quiet = Choice(self._state, self._why)
        quiet._silent = True
        return quiet

    def state(self, slug: str) -> State:
        assert self._silent, "the response would be marked"
        assert slug == "popularity"
        return self._state

    def why(self, slug: str) -> str:
        assert self._silent
        return self._why

    def allows(self, slug: str) -> bool:
        return self.state(slug) is State.GRANTED


def outcome(address: str, privacy: Any = None, user: Any = None) -> Record | Reason:
    request = RequestFactory().get(address, headers={"user-agent": CHROME})
    request.resolver_match = resolve(address)
    if privacy is not None:
        request.privacy = privacy  # type: ignore[attr-defined]
    if user is not None:
        request._cached_user = user  # type: ignore[attr-defined]
    return capture.record_of(request, HttpResponse("<p>page</p>"))


CHOICES = {
    (State.GRANTED, "choice"): PERSON,
    (State.UNDECIDED, "none"): "",
    (State.UNDECIDED, "outdated"): "",
    (State.REFUSED, "choice"): Reason.OBJECTION,
    (State.REFUSED, "gpc"): Reason.SIGNAL,
}


@pytest.mark.parametrize(
    ("choice", "private", "staff", "counts_staff"), list(product(CHOICES, [False, True], [False, True], [True, False]))
)
def test_truth_table(choice: tuple[State, str], private: bool, staff: bool, counts_staff: bool) -> None:
    user = StaffFactory.build() if staff else None
    with override_settings(ONVIF_PRIVACY_VISITS_STAFF=counts_staff):
        found = outcome("/conversation/1/" if private else "/", Choice(*choice), user)

    expected = CHOICES[choice]
    if private:
        assert found is Reason.PRIVATE
    elif isinstance(expected, Reason):
        assert found is expected
    elif staff and not counts_staff:
        assert found is Reason.STAFF
    else:
        assert isinstance(found, Record)
        assert found.visitor == expected


def test_without_the_cookies_room_visits_count_and_nobody_is_known() -> None:
    found = outcome("/")
    assert isinstance(found, Record)
    assert found.visitor == ""


def test_recorded_fields_are_exactly_those_of_the_table() -> None:
    """V12: whoever is signed in leaves no more than a stranger; only a granted choice adds the reference."""
    nobody = outcome("/", Choice(State.UNDECIDED, "none"))
    assert isinstance(nobody, Record)
    for choice, user, visitor in [
        (Choice(State.UNDECIDED, "none"), UserFactory.build(pk=7), ""),
        (Choice(State.UNDECIDED, "none"), StaffFactory.build(pk=8), ""),
        (Choice(State.GRANTED, "choice"), None, PERSON),
        (Choice(State.GRANTED, "choice"), UserFactory.build(pk=7), PERSON),
        (Choice(State.GRANTED, "choice"), StaffFactory.build(pk=8), PERSON),
    ]:
        found = outcome("/", choice, user)
        assert isinstance(found, Record)
        assert found._replace(at=0) == nobody._replace(at=0, visitor=visitor)
