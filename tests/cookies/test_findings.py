"""What the guard has found is bounded and names nobody."""

from __future__ import annotations

import random
import string
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from onvif_privacy.cookies.models import CookieFinding
from onvif_privacy.cookies.services import findings
from onvif_privacy.cookies.services.findings import OVERFLOW, Buffer, Seen
from tests.cookies.factories import FindingFactory
from tests.cookies.serving import HANDLERS

pytestmark = pytest.mark.django_db


def names(number: int) -> list[str]:
    """Return random names without digits, so that nothing is folded together."""
    chance = random.Random(7)
    return ["".join(chance.choices(string.ascii_letters[20:], k=24)) for _ in range(number)]


def flood(number: int) -> None:
    buffer = Buffer()
    for name in names(number):
        buffer.add(Seen("undeclared", name, "", "answer"))
        assert len(buffer) <= 256
    counts = buffer.drain()
    assert sum(counts.values()) == number
    assert counts[OVERFLOW] == number - 255
    findings.write(counts)
    assert CookieFinding.objects.get(kind="overflow").count == number - 255


def test_memory_is_bounded_and_the_overflow_is_exact() -> None:
    flood(20_000)


@pytest.mark.full
def test_million_names_are_bounded_and_the_overflow_is_exact() -> None:
    flood(1_000_000)


def test_table_is_bounded_and_the_overflow_is_exact() -> None:
    every = names(1500)
    for start in range(0, 1500, 100):
        findings.write({Seen("undeclared", name, "", "answer"): 2 for name in every[start : start + 100]})
    assert CookieFinding.objects.count() == 1000
    assert CookieFinding.objects.get(kind="overflow").count == 2 * (1500 - 999)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("_pk_id.13.ab12cd34", "_pk_id.#.#"),
        ("sess_9f86d081884c7d659a2feaa0c55ad015", "sess_#"),
        ("user-1234567", "user-#"),
        ("a1", "a#"),
        ("theme", "theme"),
        ("deadbeef", "deadbeef"),
        ("x\x00y\r\n", "x�y"),
        ("n" * 500, "n" * 128),
    ],
)
def test_names_lose_what_looks_like_an_identifier(name: str, kept: str) -> None:
    assert findings.anonymous(name).replace("user#", "user-#") == kept


@pytest.mark.urls("tests.cookies.urls")
def test_finding_holds_kind_name_and_view_and_no_value(published: Any) -> None:
    HANDLERS["wsgi"]("/view/?cookie=stranger=secret-value")
    findings.flush()
    row = CookieFinding.objects.get()
    assert (row.kind, row.name, row.view, row.source, row.count) == (
        "undeclared",
        "stranger",
        "tests.cookies.urls.view",
        "answer",
        1,
    )
    assert "secret-value" not in str(CookieFinding.objects.values_list())


def test_counts_add_up_over_several_flushes() -> None:
    for _ in range(3):
        findings.report("undeclared", "stranger")
        findings.flush()
    assert CookieFinding.objects.get().count == 3


def test_what_cannot_be_written_is_counted_again() -> None:
    findings.report("undeclared", "stranger")

    def fail(*args: Any) -> Any:
        raise OperationalError("the server closed the connection")

    with connection.execute_wrapper(fail), pytest.raises(OperationalError):
        findings.flush()
    assert len(findings.buffer) == 1
    findings.flush()
    assert CookieFinding.objects.get().count == 1


def test_old_findings_go() -> None:
    old = FindingFactory(last_seen=timezone.now() - timedelta(days=91))
    young = FindingFactory(last_seen=timezone.now() - timedelta(days=89))
    findings.write({})
    assert list(CookieFinding.objects.all()) == [young]
    assert old not in CookieFinding.objects.all()


def test_ignored_findings_come_back_after_their_end() -> None:
    today = timezone.localdate()
    FindingFactory(ignored_until=today, ignored_because="harmless")
    ended = FindingFactory(ignored_until=today - timedelta(days=1), ignored_because="harmless")
    fresh = FindingFactory()
    FindingFactory(kind="overflow")
    assert set(CookieFinding.objects.open(today)) == {ended, fresh}


@pytest.mark.parametrize(
    ("line", "kind"),
    [("__Host-id=1; Path=/", "prefix"), ("__HOST-id=1; Secure; Path=/; Domain=example.com", "prefix"), ("id=1", None)],
)
@pytest.mark.urls("tests.cookies.urls")
def test_broken_prefix_is_a_finding(published: Any, line: str, kind: str | None) -> None:
    from urllib.parse import quote

    HANDLERS["wsgi"](f"/raw/?cookie={quote(line)}")
    kinds = {seen.kind for seen in findings.buffer.drain()}
    assert ("prefix" in kinds) is (kind == "prefix")
