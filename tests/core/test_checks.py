"""System checks of the house: each finds its mistake, says what to write, and the default site has none (C40)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import django
import pytest
from django.conf import settings as django_settings
from django.core.checks import CheckMessage, run_checks
from django.db import connection
from django.test import override_settings
from django.utils import timezone

import onvif_privacy.core
from onvif_privacy.core.checks import house
from onvif_privacy.core.jobs import run_due
from onvif_privacy.core.keys import generate
from onvif_privacy.core.keys.ring import ring
from onvif_privacy.core.models import Lease
from onvif_privacy.core.registry import Basis, Guard, PersonalData, Purpose
from onvif_privacy.core.testing import temporarily
from tests.core.factories import DecisionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.once]

Wrong = Callable[[], AbstractContextManager[Any]]


def found(deploy: bool = True) -> dict[str, CheckMessage]:
    """Return what the kernel's checks say, by id without the label."""
    messages = run_checks(include_deployment_checks=deploy, databases=["default"])
    return {
        str(one.id).removeprefix("onvif_privacy."): one for one in messages if str(one.id).startswith("onvif_privacy.")
    }


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Remove settings."""
    with override_settings():
        for name in names:
            delattr(django_settings, name)
        ring.cache_clear()
        yield
    ring.cache_clear()


@contextmanager
def decision_for_a_purpose_that_went() -> Iterator[None]:
    """Decide, then drop the purpose."""
    DecisionFactory()
    with temporarily(without=((Purpose, "newsletter"),)):
        yield


@contextmanager
def decision_under_a_key_that_went() -> Iterator[None]:
    """Decide, then lose the ring."""
    DecisionFactory()
    with override_settings(ONVIF_PRIVACY_KEYS=[generate("data"), generate("sign")]):
        yield


@contextmanager
def silent_job() -> Iterator[None]:
    """Let a job have been silent for a week."""
    run_due(names=("reconcile",))
    Lease.objects.update(done_at=timezone.now() - timedelta(days=7))
    yield
    Lease.objects.all().delete()


@contextmanager
def undeclared_users() -> Iterator[None]:
    """Be a site with a user model of its own that it forgot."""
    with override_settings(ONVIF_PRIVACY_COMPLETENESS="deploy"), temporarily(without=((PersonalData, "auth.user"),)):
        yield


def old_keys() -> list[dict[str, str]]:
    """Return the ring of the tests, as if it had been made years ago."""
    return [key | {"made": "2020-01-31"} for key in django_settings.ONVIF_PRIVACY_KEYS]


@contextmanager
def running(version: str) -> Iterator[None]:
    """Run on another Django."""
    before = django.VERSION
    parts = [int(part) for part in version.split(".")]
    django.VERSION = (parts[0], parts[1], parts[2], "final", 0)
    yield
    django.VERSION = before


def purpose(**changes: Any) -> AbstractContextManager[None]:
    """Declare a purpose with something wrong."""
    shape: dict[str, Any] = {"label": "L", "text": "T", "basis": Basis.CONSENT, "clause": "use"}
    return temporarily(Purpose("wrong", **(shape | changes)))


SMTP = "django.core.mail.backends.smtp.EmailBackend"
SQLITE = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:", "ATOMIC_REQUESTS": True, "OPTIONS": {}}

# id, what is wrong, words of the message, words of the hint
MISTAKES: list[tuple[str, Wrong, str, str]] = [
    ("E001", lambda: override_settings(ONVIF_PRIVACY_KEYS=[]), "no active key", "privacy_keys init"),
    ("E001", lambda: override_settings(ONVIF_PRIVACY_KEYS=[generate("sign")]), "'data'", "privacy_keys init"),
    ("E002", lambda: override_settings(ONVIF_PRIVACY_KEYS=[generate("data")]), "'sign'", "privacy_keys init"),
    ("E003", lambda: decision_under_a_key_that_went(), "the database names", "Put it back"),
    ("E004", lambda: override_settings(ONVIF_PRIVACY_KEYS_PROVIDER="no.such"), "cannot be imported", "dotted path"),
    (
        "E005",
        lambda: override_settings(ONVIF_PRIVACY_BASE_URL="http://a.example"),
        "is not https",
        "https://example.org",
    ),
    (
        "E006",
        lambda: without("ONVIF_PRIVACY_ORGANISATION"),
        "ORGANISATION is not set",
        'ONVIF_PRIVACY_ORGANISATION = "',
    ),
    ("E006", lambda: without("ONVIF_PRIVACY_CONTACT"), "CONTACT is not set", 'ONVIF_PRIVACY_CONTACT = "'),
    ("E006", lambda: without("ONVIF_PRIVACY_KEYS"), "KEYS is not set", "privacy_keys init"),
    ("E007", lambda: override_settings(ONVIF_PRIVACY_K="10"), "K must be a whole number", "group"),
    (
        "E007",
        lambda: override_settings(ONVIF_PRIVACY_SITES="a.example"),
        "must be a list of strings",
        "statement covers",
    ),
    (
        "E008",
        lambda: override_settings(ONVIF_PRIVACY_ORGANIZATION="x"),
        "is not a setting",
        "ONVIF_PRIVACY_ORGANISATION",
    ),
    ("E008", lambda: override_settings(ONVIF_PRIVACY_ZZZZZZ="x"), "is not a setting", "Remove it"),
    ("E009", lambda: override_settings(ONVIF_PRIVACY_STRENGTH="no.such"), "cannot be used", "dotted path"),
    ("E009", lambda: override_settings(ONVIF_PRIVACY_STRENGTH="os.sep"), "It is no function", "dotted path"),
    ("E010", lambda: override_settings(ONVIF_PRIVACY_DATABASE_GUARDS=False), "can be changed by SQL", "migrate"),
    (
        "E013",
        lambda: override_settings(ONVIF_PRIVACY_LEDGER_ANCHORS=["storage:nowhere"]),
        "storage:nowhere cannot be used",
        "LEDGER_ANCHORS",
    ),
    ("E013", lambda: override_settings(ONVIF_PRIVACY_LEDGER_ANCHORS=["no.such"]), "No module", "mailto:"),
    ("E013", lambda: override_settings(ONVIF_PRIVACY_LEDGER_ANCHORS=["os.sep"]), "is no function", "mailto:"),
    ("E014", lambda: override_settings(ONVIF_PRIVACY_CANARY_DOMAIN="mail.example"), "need both", "or neither"),
    ("E014", lambda: override_settings(ONVIF_PRIVACY_CANARY_MAILDIR="/tmp"), "need both", "or neither"),
    (
        "E014",
        lambda: override_settings(ONVIF_PRIVACY_CANARY_DOMAIN="mail.example", ONVIF_PRIVACY_CANARY_MAILDIR="/no/such"),
        "is no Maildir",
        "CANARY_MAILDIR",
    ),
    ("E026", lambda: undeclared_users(), "user model auth.User is not declared", "privacy_declare auth"),
    ("E030", lambda: purpose(default=True), "rests on consent and is on by default", "Remove default=True"),
    ("E030", lambda: purpose(default=True, basis=Basis.EXPLICIT_CONSENT), "is on by default", "Remove default=True"),
    ("E032", lambda: purpose(clause=""), "names no clause", 'clause="'),
    ("E033", decision_for_a_purpose_that_went, "'newsletter', which is not declared", "retired=True"),
    ("W002", lambda: override_settings(ONVIF_PRIVACY_LEDGER_SEAL=True), "kept elsewhere", "LEDGER_ANCHORS"),
    ("W003", lambda: silent_job(), "reconcile", "privacy_run"),
    ("W004", lambda: override_settings(ONVIF_PRIVACY_KEYS=old_keys()), "was made on 2020-01-31", "privacy_keys init"),
    ("W006", lambda: override_settings(ONVIF_PRIVACY_GATE_ON_REFUSAL="mask"), "masked instead", "gate.scope()"),
    ("W007", lambda: running("5.2.18"), "has known security holes", "Install Django 5.2.19"),
    ("W008", lambda: override_settings(DATABASES={"default": SQLITE}), "transaction_mode IMMEDIATE", '"OPTIONS"'),
    (
        "W009",
        lambda: override_settings(EMAIL_BACKEND=SMTP, EMAIL_HOST="mail.example.org"),
        "in the clear",
        "EMAIL_USE_TLS = True",
    ),
]


@pytest.mark.parametrize(
    ("code", "wrong", "words", "hint"), MISTAKES, ids=[f"{row[0]}-{row[2][:20]}" for row in MISTAKES]
)
@pytest.mark.filterwarnings("ignore:Overriding setting DATABASES")
def test_a_mistake_is_named_with_what_to_write_and_goes_when_it_is_cured(
    code: str, wrong: Wrong, words: str, hint: str
) -> None:
    assert code not in found()
    with wrong():
        message = found()[code]
        assert words in str(message.msg)
        assert hint in str(message.hint)
    assert code not in found()


# What section 13 of the design names. A slug that is declared twice stops the start, naming both places (E031); an
# index that its table has outgrown is a warning (W042 for E042), since an error would stop the next migrate.
IDS = {f"E{number:03}" for number in (*range(1, 15), *range(20, 27), *range(30, 34), *range(40, 44))}
IDS |= {f"W{number:03}" for number in range(1, 10)}
REPLACED = {"E031": "Duplicate", "E042": "W042"}


def test_every_id_that_was_promised_exists_and_a_test_triggers_it() -> None:
    root = Path(onvif_privacy.core.__file__).parent
    code = "".join(path.read_text() for path in root.rglob("*.py"))
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    for name in sorted(REPLACED.get(one, one) for one in IDS):
        assert re.search(rf"\b{name}\b", code), name
        assert re.search(rf"[\"'.({{ ]{name}\b", tests), name


@pytest.mark.django_db(transaction=True)
def test_a_cascade_onto_evidence_is_named() -> None:
    assert "E012" not in found()
    with connection.cursor() as cursor, a_cascade(cursor, "onvif_privacy_proof"):
        message = found()["E012"]
    assert "onvif_privacy_proof" in str(message.msg)
    assert "without it" in str(message.hint)
    assert "E012" not in found()


@contextmanager
def a_cascade(cursor: Any, table: str) -> Iterator[None]:
    """Put a foreign key with a rule on a table; SQLite can only make another table in its place."""
    key = "FOREIGN KEY (cause) REFERENCES auth_group (id) ON DELETE CASCADE"
    if connection.vendor == "sqlite":
        cursor.execute(f"CREATE TABLE cascading (id integer PRIMARY KEY, cause integer, {key})")
        cursor.execute(f"ALTER TABLE {table} RENAME TO kept_apart")
        cursor.execute(f"ALTER TABLE cascading RENAME TO {table}")
        undo = [f"DROP TABLE {table}", f"ALTER TABLE kept_apart RENAME TO {table}"]
    else:
        cursor.execute(f"ALTER TABLE {table} ADD COLUMN cause integer NULL")
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT cascading {key}")
        word = "FOREIGN KEY" if connection.vendor == "mysql" else "CONSTRAINT"
        undo = [f"ALTER TABLE {table} DROP {word} cascading", f"ALTER TABLE {table} DROP COLUMN cause"]
    yield
    for statement in undo:
        cursor.execute(statement)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="postgresql: only there a session may change it")
def test_a_database_that_acknowledges_early_is_named() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        assert "W005" not in found()
        cursor.execute("SET LOCAL synchronous_commit = off")
        assert "synchronous_commit on" in str(found()["W005"].hint)


def test_a_day_that_is_none_is_told_by_its_key() -> None:
    keys = [key | {"made": "31.1.2020"} for key in django_settings.ONVIF_PRIVACY_KEYS]
    with override_settings(ONVIF_PRIVACY_KEYS=keys):
        assert "00000000000000d1 was made on no day" in str(found()["E001"].msg)


def test_the_default_site_is_clean() -> None:
    # Personal data of the test's own apps is the business of its own checks; W001 speaks of those, and W005 of the
    # database the tests happen to run on.
    with override_settings(ONVIF_PRIVACY_BASE_URL="https://example.com"):
        assert set(found()) <= {"W001", "W005"}


def test_no_check_of_settings_shows_a_secret() -> None:
    key = generate("data")
    for keys in ([key], [key, key], [key | {"use": "x"}], [key | {"id": "x"}]):
        with override_settings(ONVIF_PRIVACY_KEYS=keys):
            assert not any(key["secret"][:10] in f"{one.msg} {one.hint}" for one in found().values())


@pytest.mark.django_db(transaction=True)
def test_a_missing_guard_is_named_in_a_database_that_keeps_guards(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a test database none is wanted; the story of a real one is in test_guards_migrations."""
    from django.core import mail

    assert "E011" not in found()
    monkeypatch.delattr(mail, "outbox", raising=False)
    message = found()["E011"]
    assert "has lost its append-only guard" in str(message.msg)
    assert "manage.py migrate" in str(message.hint)


def test_a_table_that_is_not_there_yet_is_no_missing_guard() -> None:
    from onvif_privacy.core.guards import expected

    with temporarily(Guard("auth.Permission", "insert_only")):
        assert any("auth_permission" in name for name in expected(connection))


def test_every_id_stands_once_in_the_code_and_the_tests_know_it() -> None:
    text = "".join(path.read_text() for path in (Path(onvif_privacy.core.__file__).parent / "checks").glob("*.py"))
    docstrings = re.findall(r'"""([EW]\d{3}):', text)
    assert len(docstrings) == len(set(docstrings))
    assert {row[0] for row in MISTAKES} <= set(docstrings)


def test_a_room_that_is_not_installed_may_keep_its_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    # This site has every room but the attic; one settings file may serve several sites.
    monkeypatch.setattr(house, "ROOMS", (*house.ROOMS, "ATTIC"))
    with override_settings(ONVIF_PRIVACY_ATTIC_ANYTHING=1):
        assert "E008" not in found()


@pytest.mark.parametrize(
    "context", [nullcontext, lambda: override_settings(ONVIF_PRIVACY_BASE_URL="http://localhost", DEBUG=True)]
)
def test_a_site_under_development_may_use_http(context: Wrong) -> None:
    with context():
        assert "E005" not in found()
