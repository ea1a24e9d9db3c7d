"""Publishing: what is frozen, who is asked again, and what cannot be published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import override_settings

from onvif_privacy.cookies.models import DeclaredItem, PolicyText, PolicyVersion
from onvif_privacy.cookies.services import publishing, running, wording
from onvif_privacy.cookies.services.changes import compare
from onvif_privacy.cookies.services.publishing import NothingToPublish, NotPublishable
from onvif_privacy.cookies.services.snapshot import Contradiction, of_code
from onvif_privacy.core import ledger
from onvif_privacy.core.models import Entry, Renewal
from onvif_privacy.core.querysets import AppendOnly
from onvif_privacy.core.registry import SESSION, DeviceItem, purposes, temporarily
from onvif_privacy.core.testing import guards
from tests.cookies.factories import (
    DeclaredItemFactory,
    DeclaredItemTextFactory,
    choice_of,
    device_item,
    header_of,
)
from tests.cookies.serving import HANDLERS
from tests.cookies.test_visitor import privacy_of

pytestmark = [pytest.mark.urls("tests.cookies.urls"), pytest.mark.django_db]

BASE = device_item(
    "_pk_id.*", "statistics", duration=timedelta(days=100), paths=("/shop",), domains=("www.example.com",)
)
MATERIAL: dict[str, dict[str, Any]] = {
    "provider": {"provider": "Another"},
    "party": {"party": "another"},
    "longer": {"duration": timedelta(days=101)},
    "wider domain": {"domains": ("example.com",)},
    "wider path": {"paths": ("/",)},
    "third party": {"third_party": True},
    "host": {"hosts": ("stats.example",), "party": ""},
    "wording": {"text": "Does something else."},
}
COSMETIC: dict[str, dict[str, Any]] = {
    "shorter": {"duration": timedelta(days=99)},
    "session": {"duration": SESSION},
    "narrower domain": {"domains": ("a.www.example.com",)},
    "narrower path": {"paths": ("/shop/cart",)},
    "host-only": {"domains": ()},
    "details": {"http_only": True, "provider_url": "https://example.com/"},
}


@contextmanager
def declared(*items: DeviceItem) -> Iterator[None]:
    """Declare items for a while."""
    with temporarily(*items):
        yield


@pytest.mark.parametrize("change", MATERIAL)
def test_material_change_asks_again_for_that_purpose_alone(publish: Any, change: str) -> None:
    beside = device_item("theme", "preferences")
    with declared(BASE, beside):
        publish()
    granted = header_of(choice_of(statistics="+1", preferences="+1"))
    with declared(replace(BASE, **MATERIAL[change]), beside):
        version = publish()
        privacy = privacy_of(granted)
        assert [privacy.why("statistics"), privacy.why("preferences")] == ["outdated", "choice"]
        assert version.generations["statistics"] == 2


@pytest.mark.parametrize("change", COSMETIC)
def test_cosmetic_change_asks_nobody(publish: Any, change: str) -> None:
    with declared(BASE):
        publish()
    granted = header_of(choice_of(statistics="+1"))
    with declared(replace(BASE, **COSMETIC[change])):
        version = publish()
        assert privacy_of(granted).allows("statistics")
    assert version.changes
    assert not any(one["material"] for one in version.changes)


def test_new_item_is_material_and_a_removed_one_is_not(publish: Any) -> None:
    second = device_item("_pk_ses.*", "statistics")
    with declared(BASE):
        assert publish().generations["statistics"] == 1
    with declared(BASE, second):
        assert publish().generations["statistics"] == 2
    with declared(BASE):
        assert publish().generations["statistics"] == 2


def test_necessary_item_asks_nobody(publish: Any) -> None:
    with declared(BASE):
        publish()
    with declared(BASE, device_item("basket", "necessary", reason="Holds what you buy.")):
        version = publish()
        assert [one["kind"] for one in version.changes if one["name"] == "basket"] == ["item_added"]
        assert privacy_of(header_of(choice_of(statistics="+1"))).allows("statistics")


def test_signal_flag_and_basis_are_material(publish: Any) -> None:
    with declared(BASE):
        publish()
    with declared(BASE), temporarily(replace(purposes.get("statistics"), gpc=True)):
        assert publish().generations["statistics"] == 2


def test_new_translation_is_cosmetic(publish: Any) -> None:
    with declared(BASE), override_settings(LANGUAGES=[("en", "English")]):
        publish()
    with declared(BASE), override_settings(LANGUAGES=[("en", "English"), ("de", "Deutsch")]):
        version = publish()
    assert {one["kind"] for one in version.changes if one["purpose"] == "statistics"} == {"translation"}
    assert version.generations["statistics"] == 1


def test_wording_can_be_excused_with_a_reason(publish: Any) -> None:
    with declared(BASE):
        publish()
    with declared(replace(BASE, text="Does something. (typo)")):
        with pytest.raises(ValueError, match="no reason"):
            publish(cosmetic={"statistics": " "})
        with pytest.raises(ValueError, match="preferences"):
            publish(cosmetic={"preferences": "nothing changed there"})
        version = publish(cosmetic={"statistics": "a typing error"})
    assert version.generations["statistics"] == 1
    assert [one["reason"] for one in version.changes if one["kind"] == "wording"] == ["a typing error"]
    assert ledger.opened(version.entry)["excused"] == ["statistics"]


def test_decliners_are_not_asked_through_twenty_publications(publish: Any) -> None:
    with declared(BASE):
        publish()
    declined = header_of(choice_of(statistics="!"))
    for number in range(20):
        with declared(replace(BASE, provider=f"Provider {number}"), device_item(f"extra_{number}", "marketing")):
            publish()
            assert privacy_of(declined).silent.open_purposes() == []


def test_version_holds_words_digests_and_evidence(published: Any) -> None:
    text = PolicyText.objects.get(version=published, language="en")
    assert text.buttons == ["Decline", "Accept", "Choose", "Withdraw"]
    assert "Example Organisation asks: may we use cookies?" in text.banner.text
    assert "Remembers something." in text.dialog.text
    assert {"banner.html", "buttons.html", "dialog.html", "gate.js", "panel.js", "cookies.css"} <= set(published.assets)
    payload = ledger.opened(published.entry)
    assert (payload["number"], payload["digest"]) == (1, published.digest)
    assert payload["renewed"] == ["marketing", "preferences", "statistics"]
    assert Renewal.objects.filter(reference="policy-1").count() == 3


def test_texts_without_translation_are_recorded(published: Any) -> None:
    german = PolicyText.objects.get(version=published, language="de")
    assert "cookie:theme" in german.fallbacks


def test_nothing_new_is_nothing_published(published: Any) -> None:
    with pytest.raises(NothingToPublish):
        publishing.publish()
    assert PolicyVersion.objects.count() == 1


def test_same_pattern_in_code_and_admin_is_an_error(items: Any) -> None:
    DeclaredItemTextFactory(item=DeclaredItemFactory(name="theme"))
    with pytest.raises(Contradiction, match="theme"):
        publishing.publish()


def test_admin_declaration_is_published_and_obeyed(publish: Any) -> None:
    DeclaredItemTextFactory(item=DeclaredItemFactory(name="basket_*", duration_days=2))
    publish()
    answer = HANDLERS["wsgi"]("/view/?cookie=basket_7=1", headers={"Cookie": header_of(choice_of(preferences="+1"))})
    assert answer.names == ["basket_7"]
    assert b"basket_*" in HANDLERS["wsgi"]("/privacy/cookies/declaration/").body


def test_draft_of_the_admin_runs_only_once_published(published: Any) -> None:
    DeclaredItemTextFactory(item=DeclaredItemFactory(name="basket"))
    running.load()
    answer = HANDLERS["wsgi"]("/view/?cookie=basket=1", headers={"Cookie": header_of(choice_of(preferences="+1"))})
    assert answer.names == []


@pytest.mark.parametrize(
    ("items", "named"),
    [
        ([device_item("a_*"), device_item("*_a")], "a_"),
        ([device_item("theme", "weather")], "weather"),
        ([device_item("theme", "own_access")], "own_access"),
    ],
)
def test_contradictions_cannot_be_published(items: list[DeviceItem], named: str) -> None:
    with declared(*items), pytest.raises(NotPublishable, match=named):
        publishing.publish()
    assert not PolicyVersion.objects.exists()


def test_failure_leaves_nothing_behind(items: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise DatabaseError("broken on purpose")

    monkeypatch.setattr(PolicyText.objects, "bulk_create", broken)
    entries = Entry.objects.count()
    with pytest.raises(DatabaseError):
        publishing.publish()
    assert (PolicyVersion.objects.count(), Renewal.objects.count(), Entry.objects.count()) == (0, 0, entries)


@pytest.mark.django_db(transaction=True)  # MariaDB commits whatever is open when a trigger is created
def test_published_version_cannot_be_changed(published: Any) -> None:
    with pytest.raises(AppendOnly):
        PolicyVersion.objects.update(number=2)
    with pytest.raises(AppendOnly):
        published.delete()
    with guards(), pytest.raises(DatabaseError), transaction.atomic():
        PolicyVersion._base_manager.filter(pk=published.pk).update(package="x")


def test_renamed_session_cookie_still_leaves(published: Any) -> None:
    with override_settings(SESSION_COOKIE_NAME="renamed"):
        running.load()
        assert "renamed" in HANDLERS["wsgi"]("/session/").names


def test_renewal_by_another_room_asks_again(published: Any) -> None:
    from onvif_privacy.core import consent

    consent.renew("statistics", reference="statement-2")
    running.load()
    assert privacy_of(header_of(choice_of(statistics="+1"))).why("statistics") == "outdated"


def test_comparison_with_itself_finds_nothing(items: Any) -> None:
    assert compare(of_code(), of_code()) == []


def test_command_publishes_checks_and_says_so(items: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError) as drift:
        call_command("privacy_cookies", "publish", "--check")
    assert drift.value.returncode == 1
    call_command("privacy_cookies", "publish")
    assert "Published as version 1." in capsys.readouterr().out
    call_command("privacy_cookies", "publish", "--check", "--json")
    assert json.loads(capsys.readouterr().out) == {"published": False, "number": 1, "asked_again": [], "changes": []}
    call_command("privacy_cookies", "publish")
    assert "Version 1 is what is declared." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [["--cosmetic", "statistics"], ["--cosmetic", "statistics= "], ["--cosmetic", "weather=x"]]
)
def test_command_refuses_wrong_use(published: Any, arguments: list[str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("privacy_cookies", "publish", *arguments)
    assert refused.value.returncode == 2


def test_changed_template_is_drift(published: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "asset_digests", lambda: {"banner.html": "0" * 64})
    with pytest.raises(CommandError):
        call_command("privacy_cookies", "publish", "--check")
    assert [change.kind for change in publishing.draft().changes] == ["presentation"]


def test_deleting_a_draft_deletes_no_evidence(publish: Any) -> None:
    draft = DeclaredItemTextFactory(item=DeclaredItemFactory()).item
    version = publish()
    DeclaredItem.objects.filter(pk=draft.pk).delete()
    assert draft.name in PolicyVersion.objects.get(pk=version.pk).snapshot
