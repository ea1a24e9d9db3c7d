"""The promises of the clause `private_messages` hold on a site in use, and each planted violation is caught."""

from __future__ import annotations

from typing import Any

import pytest

from onvif_privacy.community.models import Conversation, ConversationMessage
from onvif_privacy.community.services import openings
from onvif_privacy.core.promises import Check, Verdict, checks, look_at
from onvif_privacy.core.testing.saboteurs import cases, slipped
from tests.community.talks import approved, asked, person, reported, say, staff, talk

MODULE = "onvif_privacy.community.promises.private"
OURS = [one for one in checks.all() if one.looker.__module__.startswith(f"{MODULE}.")]
PLANTED = [(check, saboteur) for check, saboteur in cases() if check in OURS]


@pytest.mark.django_db
@pytest.mark.parametrize("check", OURS, ids=lambda check: check.name)
def test_a_site_in_use_keeps_its_promises_and_is_left_as_it_was(check: Check) -> None:
    ada, bob = person(), person()
    one = talk(ada, bob)
    bad = say(ada, one, "You fool.")
    clerk, boss = staff("request"), staff("approve")
    opening = approved(asked(reported(bob, one, bad.pk), clerk), boss)
    openings.open_message(opening=opening, message=bad.pk, actor=clerk)
    looked = look_at(check)
    assert (looked.verdict, looked.error, looked.findings) == (Verdict.KEPT, "", ())
    assert (Conversation.objects.count(), ConversationMessage.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("check", "saboteur"), PLANTED, ids=[f"{check.name}-{one.name}" for check, one in PLANTED])
def test_each_saboteur_is_caught(check: Any, saboteur: Any) -> None:
    assert slipped(check, saboteur) == ""


def test_every_check_is_here() -> None:
    assert len(OURS) == 3
    assert len(PLANTED) == 8
