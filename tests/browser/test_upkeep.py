"""What the script does after the choice: sweeping leftovers, reporting names, sending again what was not recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from onvif_privacy.cookies.models import CookieFinding
from onvif_privacy.cookies.services import findings, publishing, running
from onvif_privacy.core.registry import DeviceItem, temporarily
from tests.browser.visitor import Visitor

LAYOUT = DeviceItem(
    "layout.*",
    "preferences",
    "Harbour Standards",
    timedelta(days=90),
    "Remembers open menus.",
    kind="local_storage",
    set_by="script",
)


def posts(visitor: Visitor, path: str) -> list[str]:
    """Return the addresses of this room with ``path`` that were asked for so far."""
    return [url for url in visitor.asked_rooms() if url.endswith(path)]


def test_a_leftover_cookie_of_a_refused_purpose_goes_from_a_page_that_caches_keep(
    visit: Callable[..., Visitor],
) -> None:
    visitor = visit()
    visitor.go("/plain/")
    visitor.decline()
    visitor.page.evaluate("document.cookie = '_pk_id.9.ff=1; path=/; max-age=9999'")
    assert "_pk_id.9.ff" in visitor.jar()
    with visitor.page.expect_response("**/sweep/"):
        visitor.page.reload()
    visitor.page.wait_for_timeout(100)
    assert "_pk_id.9.ff" not in visitor.jar()


def test_withdrawing_empties_storage_that_scripts_filled(visit: Callable[..., Visitor]) -> None:
    with temporarily(LAYOUT):
        publishing.publish()
        running.load()
        visitor = visit()
        visitor.go("/plain/")
        visitor.accept()
        visitor.page.evaluate("localStorage['layout.menu'] = 1; localStorage['of the site'] = 1")
        visitor.press("Withdraw", within=".privacy-control")
        visitor.page.wait_for_timeout(300)
        assert visitor.page.evaluate("Object.keys(localStorage)") == ["of the site"]


def test_names_nobody_declared_are_reported_by_those_who_allowed_it(visit: Callable[..., Visitor]) -> None:
    for answer, reported in (("Decline", False), ("Accept", True)):
        visitor = visit()
        visitor.go("/plain/")
        visitor.press(answer)
        visitor.page.evaluate("document.cookie = 'stray_cookie=secret; path=/'")
        visitor.page.reload()
        visitor.page.wait_for_timeout(300)
        assert bool(posts(visitor, "/names/")) is reported
    findings.flush()
    assert CookieFinding.objects.filter(name="stray_cookie", source="script").count() == 1


def test_a_withdrawal_that_was_not_recorded_is_sent_again(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/plain/")
    visitor.decline()
    state = visitor.jar()["privacy_state"]
    visitor.context.add_cookies([{**state, "value": state["value"] + "w"}])
    with visitor.page.expect_request("**/choice/") as sent:
        visitor.page.reload()
    assert parse_qs(sent.value.post_data)["action"] == ["record"]


def test_scripts_can_refuse_and_withdraw_one_purpose(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/plain/")
    assert visitor.page.evaluate("privacyCookies.accept()") is True
    visitor.page.evaluate("privacyCookies.withdraw('statistics')")
    visitor.page.wait_for_timeout(500)
    assert visitor.states()["statistics"] == "refused"
    assert visitor.states()["preferences"] == "granted"
    visitor.page.evaluate("privacyCookies.refuse()")
    visitor.page.wait_for_timeout(500)
    assert set(visitor.states().values()) == {"refused"}


@pytest.mark.parametrize(("part", "value"), [(0, "2"), (1, "otherkey"), (2, "1"), (2, "zzzzzz")])
def test_a_state_of_another_format_key_or_age_is_asked_again(
    visit: Callable[..., Visitor], part: int, value: str
) -> None:
    visitor = visit()
    visitor.go("/plain/")
    visitor.accept()
    state = visitor.jar()["privacy_state"]
    parts = state["value"].split("|")
    parts[part] = value
    visitor.context.add_cookies([{**state, "value": "|".join(parts)}])
    visitor.go("/plain/")
    assert visitor.granted() == []
    assert visitor.bar.is_visible()
