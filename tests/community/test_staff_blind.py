"""Words that nobody but the participants may see: sought for wherever a site keeps anything (C6), and by staff (C7)."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse

from onvif_privacy.community.models import ConversationMessage, Opening, Participant, Report, ReportedMessage
from onvif_privacy.community.services import conversations
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject
from onvif_privacy.core.roles import make_groups
from onvif_privacy.core.testing import Canaries
from onvif_privacy.rights.models import Channel, Kind, Request, State
from onvif_privacy.rights.services import erasure, export, requests
from tests.community.talks import approved, asked, heard, person, reported, say, staff, talk
from tests.core.factories import UserFactory

APP = "onvif_privacy_community"


def _use_everything(word: str) -> Any:
    """Write, read, list, report, open nothing, and break where a page may break."""
    ada, bob = person(), person(email="bob@example.org")
    one = talk(ada, bob)
    message = say(ada, one, f"It is {word}, isn't it?")
    conversations.listed(subject=bob)
    report = reported(bob, one, message.pk, words=f"She says {word}.")
    his = Client(raise_request_exception=False)
    his.force_login(bob.user)
    his.get(reverse(f"{APP}:conversation", args=[one.pk]))
    his.post(reverse(f"{APP}:conversation", args=[one.pk]), {"text": word * 2_000, "key": "none"})
    logging.getLogger("host").error("%r %s %r", message, message, vars(ConversationMessage.objects.get(pk=message.pk)))
    return one, report


def _sweep(number: int, settings: Any) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = "https://www.example.com"
    watch = Canaries()
    with watch.listening():
        for index in range(number):
            _use_everything(watch.new(f"word {index}"))
        run_due(names=("community.letters",))
        dumped = io.StringIO()
        call_command("dumpdata", APP, stdout=dumped)
        logging.getLogger("host").info("%s", dumped.getvalue())
    assert watch.sweep() == []


@pytest.mark.django_db
def test_words_stand_nowhere_in_clear(settings: Any) -> None:
    _sweep(3, settings)


@pytest.mark.full
@pytest.mark.django_db
def test_words_of_a_thousand_conversations_stand_nowhere_in_clear(settings: Any) -> None:
    _sweep(1_000, settings)


@pytest.mark.django_db
def test_a_sweep_would_see_words_that_leaked() -> None:
    watch = Canaries()
    word = watch.new("leaked")
    one, _report = _use_everything(word)
    Opening.objects.create(
        conversation=one, report=Report.objects.get(), reason=f"He said {word}.", requested_by=person()
    )
    assert {found.name for found in watch.sweep()} == {"leaked"}


# C7


def _addresses(*rows: Any) -> Iterator[str]:
    """Yield every address of the admin that takes no argument, and each of ours with the key of each of the rows."""
    names = {str(one) for one in get_resolver().namespace_dict["admin"][1].reverse_dict if isinstance(one, str)}
    for name in sorted(names - {"logout"}):
        for args in ([], *([row.pk] for row in rows if name.startswith(APP))):
            try:
                yield reverse(f"admin:{name}", args=args)
            except NoReverseMatch:
                continue


def _everybody() -> Iterator[Any]:
    make_groups()
    for group in Group.objects.order_by("name"):
        user = UserFactory(is_staff=True)
        user.groups.add(group)
        yield user
    everything = UserFactory(is_staff=True)
    everything.user_permissions.set(Permission.objects.all())
    yield everything
    yield UserFactory(is_staff=True, is_superuser=True)


def _look_everywhere(people: Iterable[Any]) -> None:
    word, part = "perpetuummobile", "perpetuum"  # what is sought stands on the page by itself
    one, report = _use_everything(word)
    opening = approved(asked(report, staff("request")), staff("approve"))
    rows, seen = [one, report, opening, ConversationMessage.objects.get(), Participant.objects.first()], 0
    ours = [address for address in _addresses(*rows) if APP in address]
    for user in people:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        for address in ours if not user.is_superuser else _addresses(*rows):
            found = [client.get(address, {"q": part})]
            if APP in address:
                found += [client.get(address), client.get(address, {"body__contains": part})]
                data = {"action": "delete_selected", "_selected_action": [str(row.pk) for row in rows]}
                found += [client.post(address, data)]
                found += [client.post(address, {"message": str(rows[3].pk)})]  # nobody here is one of the two
            for answer in found:
                content = b"".join(answer) if answer.streaming else answer.content
                assert word.encode() not in content, address
                seen += 1
    assert seen > 100
    assert {ConversationMessage, ReportedMessage}.isdisjoint(admin.site._registry)
    assert heard(Subject.objects.get(user__email="bob@example.org"), one)


@pytest.mark.once
@pytest.mark.django_db
def test_no_superuser_sees_a_word_on_any_screen_by_any_search_or_action() -> None:
    _look_everywhere([UserFactory(is_staff=True, is_superuser=True)])


@pytest.mark.full
@pytest.mark.django_db
def test_no_member_of_staff_sees_a_word_on_any_screen_by_any_search_or_action() -> None:
    _look_everywhere(_everybody())


# C9, with the room that exports and erases


def _exported(subject: Subject) -> list[dict[str, Any]]:
    sink = io.BytesIO()
    export.stream(subject=subject, sink=sink, request=None)
    whole = zipfile.ZipFile(sink).read("export.json").decode()
    assert "sealed_key" not in whole or '"left_out"' in whole
    rows = json.loads(whole)["models"][f"{APP}.ConversationMessage"]["rows"]
    return [row["values"] for row in rows]


@pytest.mark.django_db
def test_an_export_holds_ones_own_words_only_and_an_erasure_takes_them_from_everybody(settings: Any) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    ada, bob = person(), person()
    one = talk(ada, bob)
    hers = say(ada, one, "Written by her.")
    say(bob, one, "Written by him.")
    report = reported(bob, one, hers.pk)
    assert [row["body"] for row in _exported(ada)] == ["Written by her."]
    assert [row["body"] for row in _exported(bob)] == ["Written by him."]
    yesterday = dict(ConversationMessage.objects.values_list("pk", "body"))
    request: Request = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="erase-ada", subject=ada)
    for _turn in range(60):
        if request.state == State.DONE or erasure.step(request=request) is None:
            break
    assert request.state == State.DONE
    assert heard(bob, one) == [None, "Written by him."]
    for pk, body in yesterday.items():  # yesterday's rows, the newest keys
        ConversationMessage.objects.filter(pk=pk).update(body=body)
    assert heard(bob, one) == [None, "Written by him."]
    assert not ReportedMessage.objects.filter(report=report, copy__isnull=False).exists()
    assert [row["body"] for row in _exported(bob)] == ["Written by him."]
