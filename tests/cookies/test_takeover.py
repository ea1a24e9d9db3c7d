"""A site that leaves django-cookie-consent takes its log along, marked as what it is."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import modify_settings

from onvif_privacy.cookies.services import statistics, takeover
from onvif_privacy.core import consent
from onvif_privacy.core.models import Decision, Subject

pytestmark = [
    pytest.mark.urls("tests.cookies.urls"),
    pytest.mark.django_db(transaction=True),
]

MADE = datetime(2024, 2, 29, 12, 30, 15, 123456, UTC)


def run(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("privacy_cookies", "import-decisions", *arguments, "--json", stdout=out)
    result: dict[str, Any] = json.loads(out.getvalue())
    return result


@pytest.fixture
def package() -> Iterator[Any]:
    """Install django-cookie-consent with its tables and four groups."""
    pytest.importorskip("cookie_consent", reason="django-cookie-consent: pip install onvif-privacy[test]")
    with modify_settings(INSTALLED_APPS={"append": "cookie_consent"}):
        config = apps.get_app_config("cookie_consent")
        models = [config.get_model(name) for name in ("CookieGroup", "Cookie", "LogItem")]
        with connection.schema_editor() as editor:
            for model in models:
                editor.create_model(model)
        try:
            for name, required in (("needed", True), ("statistics", False), ("social", False), ("unused", False)):
                config.get_model("CookieGroup").objects.create(
                    varname=name, name=name.title(), description=f"About {name}.", is_required=required
                )
            yield config
        finally:
            for model in config.get_models():  # its own admin, which every other test would be asked about
                if admin.site.is_registered(model):
                    admin.site.unregister(model)
            with connection.schema_editor() as editor:
                for model in reversed(models):
                    editor.delete_model(model)


def logged(package: Any, group: str, *, accepted: bool = True) -> Any:
    """Write one line as the package does."""
    item = package.get_model("LogItem").objects.create(
        action=1 if accepted else -1,
        cookiegroup=package.get_model("CookieGroup").objects.get(varname=group),
        version="2024-01-01T00:00:00+00:00",
    )
    rows = package.get_model("LogItem").objects.filter(pk=item.pk)
    rows.update(created=MADE + timedelta(days=item.pk))
    return rows.get()


def test_every_line_becomes_one_imported_decision_and_twice_changes_nothing(package: Any) -> None:
    first = logged(package, "statistics")
    logged(package, "statistics", accepted=False)
    logged(package, "social")
    logged(package, "needed")
    assert run("--map", "social=marketing") == {
        "groups": {"social": "marketing", "statistics": "statistics"},
        "new": 3,
        "known": 0,
    }
    rows = list(Decision.objects.order_by("context_reference"))
    assert [(one.purpose, one.outcome) for one in rows] == [
        ("statistics", "granted"),
        ("statistics", "withdrawn"),
        ("marketing", "granted"),
    ]
    assert {(one.method, one.surface) for one in rows} == {("imported", "django-cookie-consent")}
    assert rows[0].context_reference == f"dcc-{first.pk} {first.created.isoformat(timespec='seconds')}"
    assert rows[0].notice.text == "Statistics\n\nAbout statistics."
    assert all(one.entry_id for one in rows)
    assert Subject.objects.count() == 3  # the log links no two lines
    before = list(Decision.objects.order_by("pk").values())
    assert run("--map", "social=marketing")["known"] == 3
    assert list(Decision.objects.order_by("pk").values()) == before
    assert statistics.report(30).total.accepted == 0  # nobody answered our bar


def test_a_run_that_was_stopped_is_taken_up(package: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for _number in range(5):
        logged(package, "statistics")
    decide, left = consent.decide, [2]

    def stop(**kwargs: Any) -> Any:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        return decide(**kwargs)

    monkeypatch.setattr(takeover.consent, "decide", stop)
    with pytest.raises(KeyboardInterrupt):
        run()
    monkeypatch.undo()
    assert Decision.objects.count() == Subject.objects.count() == 2
    assert run() == {"groups": {"statistics": "statistics"}, "new": 3, "known": 2}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "No purpose for social."),
        (("--map", "social=nothing"), "No purpose for social=nothing."),
        (("--map", "social=necessary"), "No purpose for social=necessary."),
        (("--map", "social"), "--map needs GROUP=PURPOSE"),
        (("--map", "social=", "--map", "strange=marketing"), "Nobody decided about strange."),
    ],
)
def test_a_group_without_a_purpose_stops_before_anything_is_written(
    package: Any, options: tuple[str, ...], words: str
) -> None:
    logged(package, "statistics")
    logged(package, "social")
    with pytest.raises(CommandError) as failed:
        run(*options)
    assert words in str(failed.value)
    assert failed.value.returncode == 2
    assert not Decision.objects.exists()


def test_a_group_can_be_left(package: Any, capsys: pytest.CaptureFixture[str]) -> None:
    logged(package, "statistics")
    logged(package, "social")
    call_command("privacy_cookies", "import-decisions", "--map", "social=")
    assert capsys.readouterr().out.splitlines() == [
        "statistics is statistics",
        "1 decisions taken over, 0 known already.",
    ]


def test_without_the_package_the_command_says_what_to_do() -> None:
    with pytest.raises(CommandError, match='leave "cookie_consent" in INSTALLED_APPS') as failed:
        run()
    assert failed.value.returncode == 2
