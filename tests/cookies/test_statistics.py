"""What came of the bar is counted without anybody in it, and the numbers add up."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client, override_settings
from django.utils import timezone

from onvif_privacy.cookies.models import ChoiceCount, CookieFinding
from onvif_privacy.cookies.services import counting, publishing, running, shown, statistics
from onvif_privacy.core import limits
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.models import Decision
from onvif_privacy.core.registry import temporarily
from tests.cookies.factories import FindingFactory, device_item
from tests.cookies.serving import HANDLERS, Answer
from tests.cookies.test_admin import ADMIN, staff
from tests.cookies.test_pages import rendered

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

ROOM = "/privacy/cookies"
OWN = {"Sec-Fetch-Site": "same-origin"}
OUTCOMES = {"accepted": "accept", "chosen": "save", "declined": "decline", "left": ""}


def enter(language: str = "en", *, gpc: bool = False, send: Any = HANDLERS["wsgi"], **fields: Any) -> Answer:
    """Send what the script of a page with the bar sends on entry."""
    data = {"policy": running.current().number, "language": language, "action": "", **fields}
    answer: Answer = send(f"{ROOM}/shown/", method="POST", data=data, headers=OWN | ({"Sec-GPC": "1"} if gpc else {}))
    return answer


def answer(action: str, language: str = "en", *, surface: str = "bar", script: bool = True, **more: Any) -> Answer:
    """Answer the bar of the page that this process shows now."""
    limits.reset()  # each comes from somewhere else
    form = shown.form(running.current(), language, surface=surface)
    data = {name: form[name] for name in ("policy", "language", "digest")} | {"surface": surface, "action": action}
    headers = OWN | {"Accept": "application/json" if script else "text/html"} | more.pop("headers", {})
    answer: Answer = HANDLERS["wsgi"](f"{ROOM}/choice/", method="POST", data={**data, **more}, headers=headers)
    assert answer.status in (200, 303), answer.body
    return answer


def kept(answered: Answer) -> dict[str, str]:
    """Return the Cookie header of the browser that got an answer."""
    pairs = [line.partition(";")[0] for line in answered.set_cookies if "Max-Age=0" not in line]
    return {"Cookie": "; ".join(pairs)}


def simulate(number: int, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let entries happen on three days, under two versions, in two languages; now and then a process dies."""
    chance, days = random.Random(seed), 3
    start = timezone.now() - timedelta(days=days - 1)
    wanted: Counter[tuple[date, str, int, str]] = Counter()
    waiting: list[tuple[date, str, int, str]] = []
    killed = 0
    for step in range(number):
        now = start + timedelta(days=step * days // number, microseconds=step)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        if step == number // 2:
            with temporarily(device_item("basket", "necessary", reason="Holds the basket.")):
                publishing.publish()
                running.load()
        name, language = chance.choice(list(OUTCOMES)), chance.choice(["en", "de"])
        gpc, script = chance.random() < 0.2, chance.random() < 0.8
        place = (now.astimezone(UTC).date(), language, running.current().number)
        if script:
            assert enter(language, gpc=gpc).status == 204
        if script or name != "left":
            waiting += [(*place, "recorded"), *([(*place, "gpc")] if gpc else [])]
        if name == "declined":
            waiting.append((*place, name))
        elif name != "left":
            wanted[(*place, name)] += 1  # on record at once
        if name != "left":
            more = {"headers": {"Sec-GPC": "1"}} if gpc else {}
            # with the signal, accepting grants what was asked: the rest of what there is
            if gpc and name == "accepted":
                wanted[(*place, "accepted")] -= 1
                wanted[(*place, "chosen")] += 1
            answer(
                OUTCOMES[name],
                language,
                script=script,
                **({"purpose": ["statistics"]} if name == "chosen" else {}),
                **more,
            )
        if chance.random() < 0.05:
            killed += counting.buffer.drain() != {}
            waiting.clear()
        elif chance.random() < 0.1:
            counting.flush()
            wanted.update(waiting)
            waiting.clear()
    counting.flush()
    wanted.update(waiting)
    found = statistics.report(30)
    seen = Counter(
        {
            (place.day, place.language, place.policy, name): getattr(numbers, name)
            for place, numbers in found.rows
            for name in ("recorded", "gpc", "accepted", "chosen", "declined")
        }
    )
    assert +seen == +wanted
    assert killed
    for numbers in [found.total, *(numbers for _place, numbers in found.rows)]:
        assert numbers.shown == numbers.accepted + numbers.chosen + numbers.declined + numbers.left
        assert numbers.shown == numbers.recorded + numbers.unseen
    assert found.total.shown == sum(numbers.shown for _day, numbers in found.days)
    assert found.total.elsewhere == found.total.withdrawn == 0


def test_counts_add_up(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(80, 240, monkeypatch)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100))
def test_counts_of_a_hundred_thousand_entries_add_up(
    published: Any, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    simulate(1000, seed, monkeypatch)


def test_what_is_decided_after_the_bar_is_apart(published: Any) -> None:
    enter()
    browser = kept(answer("accept"))
    browser = kept(answer("withdraw", surface="page", headers=browser))
    answer("save", surface="dialog", purpose=["statistics"], headers=browser)
    answer("decline", surface="page")
    answer("allow", surface="embed", purpose=["marketing"])
    counting.flush()
    total = statistics.report(30).total
    assert (total.shown, total.accepted, total.left, total.unseen) == (1, 1, 0, 0)
    assert (total.withdrawn, total.elsewhere) == (1, 3)
    assert set(Decision.objects.values_list("surface", flat=True)) == {"bar", "page", "settings", "embed"}


@pytest.mark.parametrize("handler", HANDLERS)
def test_the_beacon_leaves_nothing_in_the_browser_and_asks_no_database(published: Any, handler: str) -> None:
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        got = enter(send=HANDLERS[handler])
    assert (got.status, got.body, got.set_cookies, len(queries)) == (204, b"", [], 0)
    assert "no-store" in got.header("Cache-Control")
    assert sum(counting.buffer.drain().values()) == 1


@pytest.mark.parametrize(
    ("fields", "headers", "status"),
    [
        ({"policy": "99"}, OWN, 204),
        ({"policy": "0"}, OWN, 204),
        ({"policy": "x"}, OWN, 400),
        ({"language": ""}, OWN, 400),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, {}, 403),
    ],
)
def test_what_no_page_of_ours_sends_is_not_counted(
    published: Any, fields: dict[str, str], headers: dict[str, str], status: int
) -> None:
    data = {"policy": "1", "language": "en"} | fields
    got = HANDLERS["wsgi"](f"{ROOM}/shown/", method="POST", data=data, headers=headers)
    assert (got.status, len(counting.buffer)) == (status, 0)


def test_an_unknown_language_is_counted_as_the_sites_own(published: Any) -> None:
    enter("tlh")
    assert {one.language for one in counting.buffer.drain()} == {"en"}


def test_nothing_is_counted_before_publishing_or_where_it_is_switched_off(items: Any, publish: Any, rf: Any) -> None:
    enter()
    answer("decline")
    assert 'data-shown="1"' not in rendered("{% privacy_cookies %}", rf)
    publish()
    assert 'data-shown="1"' in rendered("{% privacy_cookies %}", rf)
    with override_settings(ONVIF_PRIVACY_COOKIES_STATISTICS=False):
        assert enter().status == 404
        answer("decline")
        assert 'data-shown="1"' not in rendered("{% privacy_cookies %}", rf)
    assert len(counting.buffer) == 0


def test_what_cannot_be_written_is_counted_again(published: Any) -> None:
    enter()
    enter()

    def fail(*args: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        counting.flush()
    assert counting.flush() == 1
    assert ChoiceCount.objects.get().number == 2


def test_no_table_of_the_room_has_a_column_that_names_a_visitor() -> None:
    # who published, and places in the ledger
    allowed = {"PolicyVersion": {"published_by", "entry"}, "AuditRun": {"entry"}}
    words = ("subject", "user", "visitor", "session", "address", "agent", "reference", "published_by", "entry")
    for model in apps.get_app_config("onvif_privacy_cookies").get_models():
        names = {one.name for one in model._meta.local_fields if any(word in one.name for word in words)}
        assert names == allowed.get(model.__name__, set()), model


def old_and_young() -> None:
    """Store one row that has outlived its term and one that has not, of each kind."""
    today = counting.today()
    for days in (counting.KEPT_DAYS + 1, counting.KEPT_DAYS):
        ChoiceCount.objects.create(day=today - timedelta(days=days), event="shown", language="en", policy=1, number=1)
    for days in (91, 89):
        FindingFactory(last_seen=timezone.now() - timedelta(days=days))


def test_counts_and_findings_end(capsys: pytest.CaptureFixture[str]) -> None:
    old_and_young()
    call_command("privacy_cookies", "prune", "--dry-run")
    assert capsys.readouterr().out.splitlines() == ["counts: 1 would go", "findings: 1 would go", "audits: 0 would go"]
    assert ChoiceCount.objects.count() == CookieFinding.objects.count() == 2
    call_command("privacy_cookies", "prune", "--json")
    assert capsys.readouterr().out == '{"counts": 1, "findings": 1, "audits": 0}\n'
    assert ChoiceCount.objects.get().day == counting.today() - timedelta(days=counting.KEPT_DAYS)


def test_the_job_ends_them_too() -> None:
    old_and_young()
    (result,) = run_due(names=("cookies.daily",))
    assert (result.outcome, ChoiceCount.objects.count(), CookieFinding.objects.count()) == ("done", 1, 1)


def test_staff_see_the_numbers_and_take_them_along(published: Any, django_user_model: Any) -> None:
    for _number in range(4):
        enter()
    answer("accept")
    answer("decline")
    counting.flush()
    client = staff(django_user_model, "view_choicecount")
    page = client.get(f"{ADMIN}/choicecount/?days=90", secure=True).content.decode()
    assert "<svg" in page
    assert "25.0 %" in page
    assert "of 4 granted something" in page
    assert "50.0 %" in page
    rows = list(csv.reader(io.StringIO(client.get(f"{ADMIN}/choicecount/choices.csv", secure=True).content.decode())))
    today = datetime.now(UTC).date().isoformat()
    assert rows[0][:5] == ["day", "language", "version", "shown", "accepted"]
    assert rows[1] == [today, "en", "1", "4", "1", "0", "1", "2", "0", "0", "0", "0"]
    assert f"<td>{rows[1][3]}</td>" in page  # the chart's own table
    with override_settings(SECURE_REFERRER_POLICY="no-referrer"):
        assert "pages with the bar" in client.get(f"{ADMIN}/choicecount/", secure=True).content.decode()


def test_others_do_not_see_them(django_user_model: Any) -> None:
    client: Client = staff(django_user_model, "view_cookiefinding")
    for path in ("", "choices.csv"):
        assert client.get(f"{ADMIN}/choicecount/{path}", secure=True).status_code == 403
