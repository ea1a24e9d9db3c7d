"""Scripts and embeds start after the grant, once and in order; never before, never after a refusal."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.host.other_site import OtherSite
from tests.browser.visitor import Visitor


def test_ten_forms_of_blocked_script_run_once_and_in_order(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/order-of-scripts/")
    assert visitor.ran() == ["live"]
    assert any("data-privacy blocks only" in line for line in visitor.said)
    visitor.accept()
    visitor.page.wait_for_load_state("networkidle")
    ran = visitor.ran()
    assert sorted(ran) == sorted(["live", "one", "two", "three", "four", "five", "six", "seven", "nine", "ten"])
    in_order = [name for name in ran if name != "four"]  # `async` runs when it comes
    assert in_order == ["live", "two", "five", "six", "seven", "nine", "ten", "one", "three"]
    assert visitor.page.locator("#six").get_attribute("type") == ""


def test_decided_pages_run_the_same_scripts_in_the_same_order(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    visitor.accept()
    visitor.go("/order-of-scripts/")
    visitor.page.wait_for_load_state("networkidle")
    in_order = [name for name in visitor.ran() if name not in ("four", "live")]
    assert in_order == ["two", "five", "six", "seven", "nine", "ten", "one", "three"]


def test_a_script_for_refusals_runs_on_each_page_of_those_who_refused(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/order-of-scripts/")
    visitor.decline()
    assert visitor.ran() == ["live", "eight"]
    visitor.page.reload()
    visitor.page.wait_for_load_state("networkidle")
    assert visitor.ran() == ["live", "eight"]


def test_blocked_content_that_arrives_later_starts_only_if_granted(visit: Callable[..., Visitor]) -> None:
    insert = """(name) => {
        const late = document.createElement('script');
        late.type = 'text/plain';
        late.dataset.privacy = name;
        late.dataset.src = `/script/late-${name}.js`;
        document.querySelector('main').append(late);
    }"""
    visitor = visit()
    visitor.go("/plain/")
    visitor.press("Choose")
    visitor.page.locator("dialog").get_by_role("switch", name="Allow Statistics").check()
    visitor.press("Save my choice", within="dialog")
    for name in ("statistics", "marketing"):
        visitor.page.evaluate(insert, name)
    visitor.page.wait_for_timeout(300)
    assert visitor.ran() == ["late-statistics"]


def test_an_embed_loaded_once_is_a_placeholder_again_after_declining(
    visit: Callable[..., Visitor], other_site: OtherSite, width: int
) -> None:
    visitor = visit(width=width)
    visitor.go("/article/")
    assert "A film of two minutes." in visitor.page.locator(".privacy-embed").inner_text()
    visitor.page.get_by_role("button", name="Load once").click()
    assert visitor.page.frame_locator("iframe").locator("text=A film").is_visible()
    assert set(visitor.states().values()) == {"undecided"}
    visitor.decline()
    other_site.asked.clear()
    visitor.page.reload()
    assert visitor.page.locator(".privacy-embed").is_visible()
    assert visitor.page.locator("iframe").count() == 0
    assert other_site.asked == []


def test_each_embed_says_what_its_service_does(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/")
    text = visitor.page.locator(".privacy-embed").inner_text()
    assert "Shows films of another organisation" in text
    assert "Film House learns that you are here" in text


def test_always_allow_grants_that_purpose_alone(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/article/")
    visitor.decline()
    visitor.press("Always allow Marketing", within=".privacy-embed")
    assert visitor.granted() == ["marketing"]
    assert visitor.page.locator("iframe").get_attribute("title") == "A bollard under load"
    visitor.page.reload()
    assert visitor.page.locator("iframe").count() == 1


def test_under_a_nonce_only_scripts_that_carry_it_are_unlocked(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/nonce/")
    visitor.accept()
    assert visitor.ran() == ["counter"]
    visitor.page.reload()
    visitor.page.wait_for_timeout(300)
    assert visitor.ran() == ["counter"]


def test_an_embed_never_runs_an_address_that_is_a_script(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.go("/article/")
    visitor.page.locator(".privacy-embed").evaluate("node => { node.dataset.src = 'javascript:document.title=1'; }")
    visitor.page.get_by_role("button", name="Load once").click()
    assert visitor.page.locator("iframe").count() == 0
