"""What mail servers report, and an old list that is brought along."""

from __future__ import annotations

import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as some

from onvif_privacy.core import consent, gate
from onvif_privacy.core.models import Decision, Subject
from onvif_privacy.outreach.models import DeliveryEvent, Message, Subscriber, Suppression
from onvif_privacy.outreach.services import bounces, events, importing, suppression
from onvif_privacy.outreach.services.campaigns import capping
from tests.outreach.factories import queued, send, staff, subscriber
from tests.smtp import Server

pytestmark = pytest.mark.django_db

BOUNCE = """From: mailer-daemon@mx.example
To: news@example.com
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; ada@example.org
Action: {action}
Status: {status}
--b
Content-Type: message/rfc822

Message-ID: <{id}@news.example.com>
Subject: News

Text
--b--
"""
COMPLAINT = """From: fbl@provider.example
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Provider/1
Version: 1
--b
Content-Type: message/rfc822

Message-ID: <{id}@news.example.com>
Subject: News

Text
--b--
"""


@pytest.fixture
def sent(server: Server) -> Message:
    """Write one mail to Ada."""
    subscriber("ada@example.org")
    send(queued())
    return Message.objects.get()


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    """Make a Maildir."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / name).mkdir()
    settings.ONVIF_PRIVACY_OUTREACH_BOUNCES_MAILDIR = str(tmp_path)
    return tmp_path


def test_a_hard_bounce_ends_all_mail_and_is_counted_once(sent: Message, folder: Path) -> None:
    for name in ("1", "2"):
        (folder / "new" / name).write_text(BOUNCE.format(action="failed", status="5.1.1", id=sent.pk))
    assert bounces.watch() == (2, 1)
    assert DeliveryEvent.objects.get().kind == "bounced"
    assert Suppression.objects.get().scope == "all"
    assert len(list((folder / "cur").iterdir())) == 2
    out = io.StringIO()
    call_command("privacy_outreach", "bounces", stdout=out)
    assert out.getvalue() == "0 mails read, 0 reports\n"


def test_a_complaint_is_an_objection_to_everything_this_room_sends(sent: Message, folder: Path) -> None:
    (folder / "new" / "1").write_text(COMPLAINT.format(id=sent.pk))
    assert bounces.watch() == (1, 1)
    assert Suppression.objects.get().reason == "complaint"
    assert sent.subject is not None
    assert Decision.objects.filter(subject=sent.subject, outcome="objected").count() == 1


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [("delayed", "4.4.1", "deferred"), ("failed", "4.2.2", "deferred"), ("delivered", "2.0.0", "delivered")],
)
def test_other_reports_are_told_apart(sent: Message, folder: Path, action: str, status: str, kind: str) -> None:
    (folder / "new" / "1").write_text(BOUNCE.format(action=action, status=status, id=sent.pk))
    bounces.watch()
    assert DeliveryEvent.objects.get().kind == kind
    assert not Suppression.objects.exists()


def test_five_soft_bounces_give_ninety_days_of_rest(sent: Message) -> None:
    for number in range(5):
        assert not suppression.suppressed("ada@example.org", "product_news")
        events.record_event(provider="p", event_id=str(number), kind="deferred", message_id=sent.pk)
    assert suppression.suppressed("ada@example.org", "product_news")
    row = Suppression.objects.get()
    assert row.until is not None
    assert timedelta(days=89) < row.until - timezone.now() <= timedelta(days=90)


def test_the_same_event_in_any_order_changes_nothing_twice(sent: Message) -> None:
    shapes = [
        {"event_id": "1", "kind": "delivered"},
        {"event_id": "2", "kind": "bounced"},
        {"event_id": "3", "kind": "deferred"},
    ] * 5
    random.Random(3).shuffle(shapes)
    for shape in shapes:
        events.record_event(provider="p", message_id=f"<{sent.pk}@news.example.com>", **shape)
    assert (DeliveryEvent.objects.count(), Suppression.objects.count()) == (3, 1)


def test_a_report_about_a_mail_we_did_not_send_ends_nobodys_mail(sent: Message, folder: Path) -> None:
    foreign = "00000000-0000-4000-8000-000000000000"
    hostile = [
        BOUNCE.format(action="failed", status="5.1.1", id=foreign).encode(),
        b"",
        b"\x00\xff" * 999,
        b"Content-Type: multipart/report; boundary=\n\n--\n",
        b"Content-Type: message/delivery-status\n\nStatus: 5.1.1\nAction: failed\n",
        b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\nContent-Type: multipart/mixed; boundary=a\n\n" * 300,
        COMPLAINT.format(id="x" * 36).encode(),
    ]
    for number, raw in enumerate(hostile):
        (folder / "new" / str(number)).write_bytes(raw)
    number, _reports = bounces.watch()
    assert number == len(hostile)
    assert not Suppression.objects.exists()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="opened"):
        events.record_event(provider="p", event_id="1", kind="opened")


# An old list

HEAD = ",".join(importing.COLUMNS)
LINE = "ada@example.org,product_news,en,Yes: send me news,2024-05-01,optin-2024-05.eml"


def bring(*lines: str, actor: Any = None) -> importing.Imported:
    return importing.bring(io.StringIO("\n".join([HEAD, *lines])), actor=actor or staff("add_subscriber"))


def test_a_line_with_its_evidence_is_a_decision_that_names_it(server: Server) -> None:
    assert bring(LINE).taken == 1
    decision = Decision.objects.get()
    assert (decision.method, decision.context_reference) == ("imported", "optin-2024-05.eml")
    assert decision.notice is not None
    assert decision.notice.text == "Yes: send me news"
    with gate.scope("own_access", subject=decision.subject):
        assert Subscriber.objects.get().address == "ada@example.org"
    assert bring(LINE).taken == 1  # a run that is repeated
    assert (Decision.objects.count(), Subscriber.objects.count()) == (1, 1)
    assert send(queued()).sent == 1


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ada@example.org,product_news,en,,2024-05-01,p", "incomplete"),
        ("ada@example.org,product_news,en,Yes,2024-05-01,", "incomplete"),
        ("ada@example.org,product_news,en,Yes,,p", "incomplete"),
        ("ada@example.org,product_news", "incomplete"),
        ("nonsense,product_news,en,Yes,2024-05-01,p", "address"),
        ("ada@example.org,co_marketing,en,Yes,2024-05-01,p", "purpose"),
        ("ada@example.org,operation,en,Yes,2024-05-01,p", "purpose"),
        ("ada@example.org,product_news,en,Yes,2999-05-01,p", "day"),
        ("ada@example.org,product_news,en,Yes,soon,p", "day"),
    ],
)
def test_a_line_without_evidence_is_not_taken_at_all(line: str, why: str) -> None:
    done = bring(line)
    assert (done.taken, dict(done.refused), done.lines) == (0, {why: 1}, {2: why})
    assert not Subject.objects.filter(user=None).exists()
    assert not Decision.objects.exists()


def test_whoever_said_no_here_stays_out_whatever_a_list_says() -> None:
    suppression.suppress(address="ada@example.org", scope="product_news", reason="unsubscribe")
    assert dict(bring(LINE.upper().replace("PRODUCT_NEWS", "product_news")).refused) == {"suppressed": 1}
    person = subscriber("bob@example.org")
    consent.withdraw(subject=person, purpose="product_news", method=consent.Method.FORM, key="k")
    assert dict(bring(LINE.replace("ada", "bob")).refused) == {"decided since": 1}
    assert not consent.may(person, "product_news")


def test_a_list_needs_its_columns_and_somebody_who_may() -> None:
    with pytest.raises(importing.NotAList, match="agreed_on"):
        importing.bring(io.StringIO("email,purpose\na@b.example,product_news"), actor=staff("add_subscriber"))
    with pytest.raises(PermissionDenied):
        bring(LINE, actor=staff())


def test_the_command_says_what_became_of_each_line(tmp_path: Path) -> None:
    file, actor = tmp_path / "list.csv", staff("add_subscriber")
    file.write_text(f"{HEAD}\n{LINE}\nbob@example.org,product_news,en,,,\n")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command("privacy_outreach", "import", str(file), "--user", actor.username, stdout=out, stderr=err)
    assert out.getvalue() == "1 taken, 1 refused\n"
    assert err.getvalue() == "line 3: incomplete\n"
    with pytest.raises(CommandError, match="no user"):
        call_command("privacy_outreach", "import", str(file), "--user", "nobody")


def test_the_command_sends_and_tells_how_far_it_is(server: Server) -> None:
    from tests.outreach.factories import approved

    subscriber()
    made = approved()
    out = io.StringIO()
    call_command("privacy_outreach", "send", stdout=out)
    assert out.getvalue() == f"{made.ref}: done, sent 1\n"
    for more, words in ((["--json"], '"sent": 1'), ([], "done, sent 1")):
        told = io.StringIO()
        call_command("privacy_outreach", "status", *more, stdout=told)
        assert words in told.getvalue()
    with pytest.raises(CommandError, match="approved and due"):
        call_command("privacy_outreach", "send", "--campaign", "OC-00000000")
    assert len(server.messages) == 1


# How often

MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


@given(some.lists(some.integers(0, 200 * 24), max_size=40), some.integers(1, 4), some.integers(1, 60))
def test_no_window_ever_holds_one_mail_too_many(wanted: list[int], most: int, days: int) -> None:
    """Whatever moments mails are wanted at, in no window of so many days do more than the cap leave."""
    left: list[datetime] = []
    for hours in sorted(wanted):
        now = MOMENT + timedelta(hours=hours)
        free = capping.next_free(left, now, most=most, days=days)
        if free is None:
            left.append(now)
        else:
            assert free > now
            assert capping.next_free(left, free, most=most, days=days) is None
    span = timedelta(days=days)
    for begin in left:
        assert sum(begin <= one < begin + span for one in left) <= most
