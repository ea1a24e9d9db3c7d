"""Asking without an account: the same answer for every address, a link that acts once, and an address proves little."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import gate
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Subject
from onvif_privacy.core.registry import Claim as DeclaredClaim
from onvif_privacy.core.testing import temporarily
from onvif_privacy.people.models import ContactPoint
from onvif_privacy.people.testing import EmailFactory
from onvif_privacy.rights.models import Channel, Claim, ExportFile, Kind, Letter, Request, RequestToken, State
from onvif_privacy.rights.services import erasure, export, requests
from onvif_privacy.rights.services.requests import confirming, tokens
from tests.core.factories import UserFactory
from tests.rights.factories import OLD, STORE, shopper
from tests.rights.test_erasure import carried_out
from tests.store import declarations
from tests.store.factories import OrderFactory
from tests.store.models import Order

pytestmark = pytest.mark.django_db

GUESTS = replace(declarations.ORDER, claims={"customer": DeclaredClaim("email")})
ASK = "/privacy/me/ask/"


def own_email(user: Any) -> str | None:
    """A site's own answer: this address was proven at registration."""
    return user.email or None


@pytest.fixture(autouse=True)
def _site(settings: Settings, tmp_path: Path) -> Iterator[None]:
    settings.ONVIF_PRIVACY_BASE_URL = "https://www.example.com"
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 0
    settings.MEDIA_ROOT = tmp_path
    with temporarily(*STORE, GUESTS):
        yield


def guest(address: str = "guest@example.org", **fields: Any) -> Order:
    made: Order = OrderFactory(customer=None, email=address, **{"name": "Guest Canary", "invoiced_on": OLD, **fields})
    return made


def ask(address: str, kind: Kind = Kind.EXPORT, **head: str) -> Any:
    return Client(headers=head).post(ASK, {"address": address, "kind": kind})


def letters() -> list[EmailMessage]:
    """Send what waits; return what has arrived since."""
    mail.outbox.clear()
    assert run_due(names=("rights.letters",))[0].outcome == "done"
    return list(mail.outbox)


def link_in(message: EmailMessage) -> str:
    (found,) = re.findall(r"https://www\.example\.com(/privacy/me/link/\S+)", str(message.body))
    return str(found)


def confirmed(address: str, kind: Kind = Kind.EXPORT, **sent: str) -> Any:
    ask(address, kind)
    return Client().post(link_in(letters()[-1]), sent)


def test_the_answer_is_the_same_bytes_for_every_address_and_nothing_is_looked_up() -> None:
    guest()
    shopper(email="account@example.org")
    pages = []
    for address in ("guest@example.org", "account@example.org", "unknown@example.org", *["limited@example.org"] * 5):
        answer = ask(address)
        assert (answer.status_code, answer["Location"]) == (303, "/privacy/me/ask/sent/")
        pages.append(answer.content + Client().get("/privacy/me/ask/sent/").content)
    assert len(set(pages)) == 1
    assert Request.objects.filter(subject__isnull=True).count() == Letter.objects.count() == 8


def test_the_work_is_the_same_for_every_address() -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    guest()
    counts = set()
    for address in ("warm@example.org", "guest@example.org", "unknown@example.org", *["limited@example.org"] * 5):
        with CaptureQueriesContext(connection) as queries:
            ask(address)
        counts.add(len(queries))
    assert len(counts) <= 2  # the first makes the keys


def test_an_unknown_address_gets_a_letter_so_that_its_owner_learns_of_it() -> None:
    ask("unknown@example.org")
    (message,) = letters()
    assert message.to == ["unknown@example.org"]
    assert "Nothing is held" in message.subject
    assert "/link/" not in message.body


def test_three_letters_a_day_for_one_address_however_it_is_spelt() -> None:
    for spelling in ("a@example.org", "A@example.org", " a@example.org ", "a@EXAMPLE.org", "a@example.org"):
        ask(spelling)
    assert len(letters()) == 3
    assert Letter.objects.filter(state="skipped", reason="limit").count() == 2


def test_twenty_requests_an_hour_from_one_network() -> None:
    for number in range(25):
        ask(f"a{number}@example.org")
    assert len(letters()) == 20


def test_links_name_the_site_of_the_settings_whatever_the_headers_say(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    guest()
    client = Client(headers={"host": "evil.example", "x-forwarded-host": "evil.example"})
    client.post(ASK, {"address": "guest@example.org", "kind": Kind.EXPORT})
    (message,) = letters()
    assert "https://www.example.com/privacy/me/link/" in message.body
    assert "evil" not in str(message.message())


def test_addresses_and_links_are_sealed_while_they_wait_and_forgotten_when_they_left() -> None:
    guest()
    ask("guest@example.org")
    stored = Letter.objects.get()
    assert b"guest@" not in stored.__dict__["address"].envelope
    token = RequestToken.objects.get()
    (message,) = letters()
    assert link_in(message).split("/")[-2] not in token.mac
    stored.refresh_from_db()
    assert (stored.address, stored.token, stored.state) == (None, None, "sent")


def test_looking_at_a_link_changes_nothing() -> None:
    guest()
    ask("guest@example.org")
    address = link_in(letters()[0])
    for method in ("get", "head", "options", "get"):
        getattr(Client(), method)(address)
    assert Request.objects.get().state == State.RECEIVED
    assert RequestToken.objects.get().used_at is None
    assert not Claim.objects.exists()


def test_a_guest_gets_all_rows_of_the_address_and_nobody_elses() -> None:
    guest()
    guest("other@example.org", name="Other Guest")
    OrderFactory(email="guest@example.org", name="Somebody's Account")
    assert b"Confirmed" in confirmed("guest@example.org").content
    assert run_due(names=("rights.exports",))[0].outcome == "done"
    (message,) = letters()
    answer = Client().post(link_in(message))
    body = b"".join(answer.streaming_content)
    import io
    import zipfile

    data = zipfile.ZipFile(io.BytesIO(body)).read("export.json")
    assert b"Guest Canary" in data
    assert b"Other Guest" not in data
    assert b"Somebody" not in data
    assert Client().post(link_in(message)).status_code == 410


def test_an_account_whose_address_is_not_proven_is_opened_by_no_letter() -> None:
    shopper("Ada Example", email="ada@example.org")
    Order.objects.all().delete()
    ask("ada@example.org")
    (message,) = letters()
    assert "sign in" in message.subject
    assert "/link/" not in message.body


def test_even_the_link_of_a_guest_opens_nothing_of_an_account_with_the_same_address() -> None:
    ada = shopper("Ada Example", email="ada@example.org")
    guest("ada@example.org")
    confirmed("ada@example.org")
    made = Request.objects.get()
    assert made.subject_id != ada.pk
    assert made.subject is not None
    assert made.subject.user_id is None


def test_an_account_that_has_proven_the_address_is_opened(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_PROVEN_EMAIL = "tests.rights.test_mail.own_email"
    ada = shopper("Ada Example", email="Ada@example.org")
    confirmed("ada@example.org", Kind.RESTRICT)
    ada.refresh_from_db()
    assert ada.restricted_at is not None
    assert Request.objects.get().state == State.DONE


def test_an_address_of_two_accounts_opens_neither(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_PROVEN_EMAIL = "tests.rights.test_mail.own_email"
    for _number in range(2):
        UserFactory(email="same@example.org")
    ask("same@example.org")
    (message,) = letters()
    assert "sign in" in message.subject


@pytest.mark.parametrize("spelt", ["Ada@Example.org", "ada@example.org"])
def test_an_address_that_an_account_has_proven_elsewhere_opens_it(spelt: str) -> None:
    ada = shopper("Ada Example", email="other@example.org")
    EmailFactory(subject=ada, value="Ada@example.org")
    EmailFactory(subject=ada, value="unproven@example.org")
    proven(ada, "Ada@example.org")
    confirmed(spelt, Kind.RESTRICT)
    ada.refresh_from_db()
    assert ada.restricted_at is not None
    confirmed(spelt, Kind.OBJECT)  # holds for a restricted person, too
    assert Request.objects.filter(kind=Kind.OBJECT, subject=ada, state=State.DONE).exists()


def test_an_address_that_is_only_named_opens_nothing() -> None:
    ada = shopper("Ada Example", email="other@example.org")
    EmailFactory(subject=ada, value="ada@example.org")
    ask("ada@example.org")
    (message,) = letters()
    assert "sign in" in message.subject
    assert "/link/" not in message.body


def test_an_address_that_two_accounts_have_proven_opens_neither() -> None:
    for name in ("Ada Example", "Bob Example"):
        proven(EmailFactory(subject=shopper(name), value="same@example.org").subject, "same@example.org")
    ask("same@example.org")
    (message,) = letters()
    assert "sign in" in message.subject


def test_somebody_without_an_account_who_has_proven_an_address_is_found_by_it() -> None:
    somebody = proven(EmailFactory(value="parent@example.org").subject, "parent@example.org")
    EmailFactory(value="parent@example.org")  # somebody else only named it
    confirmed("parent@example.org", Kind.RESTRICT)
    somebody.refresh_from_db()
    assert somebody.restricted_at is not None


def proven(subject: Subject, address: str) -> Subject:
    """Have a person prove an address of theirs."""
    with gate.scope("own_access", subject=subject):
        (found,) = gate.find(ContactPoint.objects.filter(subject=subject), email=address)
    ContactPoint.objects.filter(pk=found.pk).update(proven_at=timezone.now())
    return subject


def test_a_link_acts_once_and_the_second_post_finds_the_same_request() -> None:
    guest()
    ask("guest@example.org", Kind.OBJECT)
    address = link_in(letters()[0])
    first, second = Client().post(address), Client().post(address)
    reference = Request.objects.get().reference.encode()
    assert reference in first.content
    assert reference in second.content
    assert Subject.objects.filter(user__isnull=True).count() == 1


@pytest.mark.parametrize("junk", ["x", "A" * 43, "A" * 44, "ä" * 43, "=" * 43, "..", "%00"])
def test_words_that_are_no_link_lead_nowhere(junk: str) -> None:
    assert Client().get(f"/privacy/me/link/{junk}/").status_code == 404
    assert Client().post(f"/privacy/me/link/{junk}/").status_code == 404


def test_a_link_ends_after_its_hours() -> None:
    guest()
    ask("guest@example.org")
    address = link_in(letters()[0])
    RequestToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().post(address).status_code == 404
    assert Request.objects.get().state == State.RECEIVED


def test_a_link_does_only_its_own_act_for_its_own_request() -> None:
    made = [requests.open(kind=kind, channel=Channel.FORM, key=kind, address="g@example.org") for kind in Kind]
    links = {(one.pk, act): tokens.issue(one, act) for one in made for act in ("confirm", "fetch", "cancel")}
    for (pk, act), words in links.items():
        found = tokens.find(words)
        assert found is not None
        assert (found.request_id, found.act) == (pk, act)
    assert all(tokens.find(one[::-1]) is None for one in links.values())
    assert len({one.mac for one in RequestToken.objects.all()}) == len(links)


def test_a_second_open_request_of_the_kind_is_joined() -> None:
    guest()
    for _number in range(2):
        confirmed("guest@example.org", Kind.CORRECT if False else Kind.EXPORT)
    states = sorted(Request.objects.values_list("state", flat=True))
    assert states == [State.WITHDRAWN, State.WORKING]
    assert Subject.objects.count() == 1 + Subject.objects.filter(user__isnull=False).count()


def test_a_second_fact_opens_the_rows_that_ask_for_it() -> None:
    knowing = replace(declarations.ORDER, claims={"customer": DeclaredClaim("email", also="number")})
    with temporarily(knowing):
        guest(number="N-1", name="First Canary")
        guest(number="N-2", name="Second Canary")
        confirmed("guest@example.org", facts="N-2\n")
        subject = Request.objects.get().subject
        assert subject is not None
        import io

        sink = io.BytesIO()
        export.stream(subject=subject, sink=sink)
        import zipfile

        data = zipfile.ZipFile(sink).read("export.json")
    assert b"Second Canary" in data
    assert b"First Canary" not in data


def test_a_guest_is_erased_by_letter_and_gets_a_receipt_that_can_be_read_for_thirty_days() -> None:
    guest()
    guest("other@example.org", name="Other Guest")
    confirmed("guest@example.org", Kind.ERASE)
    letters()
    request = Request.objects.get()
    assert carried_out(request).state == State.DONE
    assert set(Order.objects.values_list("name", flat=True)) == {"", "Other Guest"}
    (message,) = letters()
    address = link_in(message)
    page = Client().get(address)
    assert request.reference.encode() in page.content
    assert b"Receipt of an erasure" in page.content
    assert Client().get(address).status_code == 200
    RequestToken.objects.filter(act="receipt").update(expires_at=timezone.now())
    assert Client().get(address).status_code == 404


def test_an_erasure_can_be_cancelled_by_the_link_in_its_letter(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_RIGHTS_COOLING_HOURS = 72
    guest()
    confirmed("guest@example.org", Kind.ERASE)
    (message,) = letters()
    assert b"withdrawn" in Client().post(link_in(message)).content
    assert Request.objects.get().state == State.WITHDRAWN
    assert erasure.step(request=Request.objects.get()) is None


def test_the_receipt_of_an_account_goes_to_its_address_before_it_is_forgotten() -> None:
    ada = shopper("Ada Example", email="ada@example.org")
    request = requests.open(kind=Kind.ERASE, channel=Channel.ACCOUNT, key="e", subject=ada)
    carried_out(request)
    (message,) = letters()
    assert message.to == ["ada@example.org"]
    assert b"Receipt of an erasure" in Client().get(link_in(message)).content
    request.refresh_from_db()
    assert not request.address


def test_what_is_to_be_corrected_is_said_after_the_address_was_proven() -> None:
    guest()
    ask("guest@example.org", Kind.CORRECT)
    address = link_in(letters()[0])
    assert b'name="words"' in Client().get(address).content
    Client().post(address, {"words": "My name is Grace"})
    assert Request.objects.get().state == State.REVIEW


def test_requests_that_were_never_confirmed_go_after_thirty_days() -> None:
    ask("a@example.org")
    ask("b@example.org")
    Request.objects.filter(pk=Request.objects.latest("received_at").pk).update(
        received_at=timezone.now() - timedelta(days=31)
    )
    assert confirming.expire() > 0
    assert Request.objects.count() == 1


def test_without_an_address_of_the_site_the_form_is_not_there(settings: Settings) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = ""
    assert Client().get(ASK).status_code == 404
    assert ASK.encode() not in Client().get("/privacy/me/").content


@pytest.mark.parametrize("sent", [{}, {"address": "x"}, {"address": "a@example.org", "kind": "delete_all"}])
def test_what_is_no_wish_is_refused_and_stores_nothing(sent: dict[str, str]) -> None:
    assert Client().post(ASK, sent).status_code == 400
    assert not Request.objects.exists()


def test_an_export_by_letter_is_deleted_like_any_other() -> None:
    guest()
    confirmed("guest@example.org")
    run_due(names=("rights.exports",))
    ExportFile.objects.update(expires_at=timezone.now())
    (message,) = letters()
    assert Client().post(link_in(message)).status_code == 410
    assert list(itertools.islice(iter([export.delete_expired()]), 1)) == [1]
