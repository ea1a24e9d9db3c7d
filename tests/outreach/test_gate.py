"""The mail gate: mail that nobody declared is listed or refused; password resets and letters of rooms pass."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import pytest
from django.contrib.auth.forms import PasswordResetForm
from django.core.checks import run_checks
from django.core.mail import send_mail
from django.core.mail.backends.base import BaseEmailBackend

from onvif_privacy.core import contacts, incidents, outbox
from onvif_privacy.core.contacts import telling
from onvif_privacy.core.models import Subject, Telling
from onvif_privacy.outreach import checks
from onvif_privacy.outreach.doors import service_mail
from onvif_privacy.outreach.models import UndeclaredMail as Listed
from onvif_privacy.outreach.services.mailgate import GateBackend, UndeclaredMail
from onvif_privacy.outreach.services.mailgate import call_site as _call_site
from tests.core.factories import UserFactory
from tests.outreach.factories import queued, send, subscriber
from tests.smtp import smtp_server

pytestmark = pytest.mark.django_db
SENT: list[Any] = []


class Kept(BaseEmailBackend):
    """A transport that keeps what it is given."""

    def send_messages(self, email_messages: Any) -> int:
        SENT.extend(email_messages)
        return len(email_messages)


class Queueing(BaseEmailBackend):
    """A backend that hands on later, as task queues do; it stands above the gate, where it should not."""

    def send_messages(self, email_messages: Any) -> int:
        with GateBackend() as below:
            return below.send_messages(email_messages) or 0


@pytest.fixture(autouse=True)
def _gate(settings: Any) -> Iterator[None]:
    SENT.clear()
    settings.EMAIL_BACKEND = checks.GATE
    settings.ONVIF_PRIVACY_OUTREACH_TRANSPORT = f"{__name__}.Kept"
    yield
    SENT.clear()


def of_site(module: str) -> Any:
    """Return a function that writes a mail as a module of the site would."""
    code = (lambda: send_mail("Hello", "…", "shop@example.org", ["ada@example.org"])).__code__
    return FunctionType(code, {"__name__": module, "send_mail": send_mail})


def test_undeclared_mail_is_delivered_and_listed_by_where_it_was_sent() -> None:
    for _ in range(3):
        of_site("shop.views")()
    of_site("shop.tasks")()
    assert len(SENT) == 4
    assert dict(Listed.objects.values_list("call_site", "number")) == {"shop.views": 3, "shop.tasks": 1}


def test_an_enforcing_gate_refuses_it_and_sends_nothing(settings: Any) -> None:
    settings.ONVIF_PRIVACY_OUTREACH_GATE = "enforce"
    with pytest.raises(UndeclaredMail, match=r"shop\.views"):
        of_site("shop.views")()
    assert SENT == []
    assert Listed.objects.get().call_site == "shop.views"


def test_what_the_site_declares_passes(settings: Any) -> None:
    settings.ONVIF_PRIVACY_OUTREACH_GATE = "enforce"
    settings.ROOT_URLCONF = "tests.outreach.urls"
    settings.ONVIF_PRIVACY_OUTREACH_SERVICE_MAIL = ["django.contrib.auth.forms", "shop"]
    of_site("shop.views")()
    with service_mail("invoice"):
        of_site("other.views")()
    user = UserFactory(email="ada@example.org")
    user.set_password("x")
    user.save()
    form = PasswordResetForm({"email": "ada@example.org"})
    assert form.is_valid()
    form.save(domain_override="example.org")
    assert len(SENT) == 3
    with pytest.raises(UndeclaredMail):
        of_site("shopping.views")()  # a name that only begins like one


def test_letters_of_rooms_and_alarms_of_the_house_pass(settings: Any) -> None:
    settings.ONVIF_PRIVACY_OUTREACH_GATE = "enforce"
    settings.ONVIF_PRIVACY_ALARM_EMAILS = ["officer@example.org"]
    person = Subject.objects.create(user=UserFactory(email="ada@example.org"))
    contacts.tell(person, contacts.Message("Hello", "words"), purpose="operation")
    assert outbox.drain(Telling, time.monotonic() + 9, compose=telling.compose).sent == 1
    incidents.alarm("outreach.test", reference="1")
    assert incidents.mail_waiting() == 1
    assert len(SENT) == 2
    assert not Listed.objects.exists()


def test_campaigns_pass_and_keep_their_line(settings: Any) -> None:
    subscriber()
    with smtp_server() as server:
        settings.EMAIL_BACKEND = checks.GATE
        settings.ONVIF_PRIVACY_OUTREACH_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        settings.ONVIF_PRIVACY_OUTREACH_GATE = "enforce"
        settings.EMAIL_TIMEOUT = None
        assert send(queued()).sent == 1
        assert len(server.messages) == 1
    with smtp_server():
        settings.ONVIF_PRIVACY_OUTREACH_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
        gate = GateBackend(timeout=None)
        gate.timeout = 7
        assert gate.__dict__["_transport"].timeout == 7
        assert gate.timeout == 7


def test_a_queueing_backend_above_the_gate_is_seen_by_its_own_name(settings: Any) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.Queueing"
    of_site("shop.views")()
    assert Listed.objects.get().call_site == __name__
    assert _call_site() == __name__


def test_a_list_that_cannot_be_written_stops_no_mail(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    from onvif_privacy.outreach.services.mailgate import judging

    def trouble(*args: Any, **how: Any) -> Any:
        raise OperationalError("gone")

    monkeypatch.setattr(judging.transaction, "atomic", trouble)
    of_site("shop.views")()
    assert len(SENT) == 1


def test_a_missing_address_of_the_site_is_said_once_however_many_rooms_need_it(settings: Any) -> None:
    settings.ONVIF_PRIVACY_BASE_URL = ""
    said = [one.id for one in run_checks(include_deployment_checks=True) if "BASE_URL" in one.msg]
    assert said == ["onvif_privacy.W010"]


def test_checks_say_what_is_missing(settings: Any) -> None:
    assert checks.gate_enforces(None)[0].id == "onvif_privacy_outreach.W002"
    settings.ONVIF_PRIVACY_OUTREACH_GATE = "enforce"
    assert checks.gate_enforces(None) == []
    for wrong in (checks.GATE, "nowhere.Backend", "django.core.mail.EmailMessage"):
        settings.ONVIF_PRIVACY_OUTREACH_TRANSPORT = wrong
        assert checks.transport_is_a_backend(None)[0].id == "onvif_privacy_outreach.E001"
    assert checks.base_url_is_set(None) == []
    settings.ONVIF_PRIVACY_OUTREACH_BOUNCES_MAILDIR = "/nowhere"
    assert checks.bounces_have_a_maildir(None)[0].id == "onvif_privacy_outreach.E002"
