"""``privacy_rights``: what is asked for and until when, and erasures that are carried out at once."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from onvif_privacy.core.testing import temporarily
from onvif_privacy.rights.models import Channel, Kind, Request, State
from onvif_privacy.rights.services import erasure, requests
from tests.rights.factories import STORE, RequestFactory, person, shopper
from tests.store.models import Order

pytestmark = pytest.mark.django_db


def said(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command("privacy_rights", *arguments, stdout=out, **options)
    return out.getvalue()


def test_open_requests_are_listed_by_their_last_day_and_name_nobody() -> None:
    late = RequestFactory(subject=person(email="ada@example.org"), due_on=timezone.localdate() + timedelta(days=20))
    soon = RequestFactory(due_on=timezone.localdate() + timedelta(days=2))
    RequestFactory(state=State.DONE)

    lines = said("requests").splitlines()

    assert [line.split()[1] for line in lines] == [soon.reference, late.reference]
    assert "ada" not in "".join(lines)
    assert [one["reference"] for one in json.loads(said("requests", "--json"))] == [soon.reference, late.reference]


def test_an_overdue_request_ends_the_command_with_an_error() -> None:
    RequestFactory(
        received_at=timezone.now() - timedelta(days=40), due_on=timezone.localdate() - timedelta(days=9), subject=None
    )

    with pytest.raises(CommandError, match="1 of 1 open requests are overdue"):
        said("requests")


@pytest.mark.django_db(transaction=True)
def test_every_erasure_that_waits_is_carried_out(settings: Any) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        subject, spared = shopper(), shopper("Bob Example")
        requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="a" * 32, subject=subject)
        RequestFactory(kind=Kind.ERASE, subject=spared, state=State.REVIEW)

        assert said("erase") == "1 erased, 0 wait.\n"

        assert Request.objects.get(subject=subject).state == State.DONE
        assert [one.name for one in Order.objects.exclude(name="")] == ["Bob Example"]


@pytest.mark.django_db(transaction=True)
def test_one_erasure_that_fails_does_not_stop_the_others(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    with temporarily(*STORE):
        first, second = shopper(), shopper("Bob Example")
        made = [
            requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key=letter * 32, subject=one)
            for letter, one in (("a", first), ("b", second))
        ]
        step = erasure.step

        def fails_once(*, request: Request) -> Any:
            if request.pk == made[0].pk:
                raise OSError("the storage is away")
            return step(request=request)

        monkeypatch.setattr(erasure, "step", fails_once)
        with pytest.raises(CommandError, match=f"{made[0].reference}: OSError"):
            said("erase")

        assert Request.objects.get(pk=made[1].pk).state == State.DONE
