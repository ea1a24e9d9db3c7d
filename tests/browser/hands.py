"""Two ways to work a page: with a pointer, and by keyboard alone."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

MOST_STOPS = 250
HERE = "node => node === document.activeElement"
OUTLINED = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
}"""
Name = str | re.Pattern[str]


class Pointer:
    """Works a page by what Playwright points at."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def control(self, role: str, name: Name) -> Any:
        """Return the first control of that role and name."""
        return self.page.get_by_role(role, name=name).locator("visible=true").first

    def press(self, role: str, name: Name) -> None:
        """Press a button or follow a link, and wait for the page that it leads to."""
        self._activate(self.control(role, name))
        self.page.wait_for_load_state("load")

    def fill(self, name: Name, words: str, within: Any = None) -> None:
        """Write into a field; a list takes what begins with the words."""
        field = (within or self.page).get_by_label(name, exact=isinstance(name, str)).first
        if field.evaluate("node => node.localName") == "select":
            self._choose(field, words)
        else:
            self._write(field, words)

    def tick(self, name: Name) -> None:
        """Tick a box."""
        box = self.control("checkbox", name)
        self._tick(box)
        assert box.is_checked()

    def _activate(self, control: Any) -> None:
        control.click()

    def _write(self, field: Any, words: str) -> None:
        field.fill(words)

    def _choose(self, field: Any, words: str) -> None:
        field.select_option(label=words)

    def _tick(self, box: Any) -> None:
        box.check()


class Keyboard(Pointer):
    """Works a page by Tab, Space, Enter and letters. Whatever is reached must show that it has the focus."""

    def reach(self, control: Any) -> None:
        """Press Tab until a control has the focus."""
        node = control.element_handle()
        for _stop in range(MOST_STOPS):
            if node.evaluate(HERE):
                assert self.page.evaluate(OUTLINED), f"focus is not to be seen on {control}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no keyboard reaches {control}")

    def _activate(self, control: Any) -> None:
        self.reach(control)
        leads_away = control.evaluate("node => !node.matches('.privacy-bar *')")  # the bar sends its form by script
        with self.page.expect_event("framenavigated") if leads_away else nullcontext():
            self.page.keyboard.press("Enter")

    def _write(self, field: Any, words: str) -> None:
        self.reach(field)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(words)

    def _choose(self, field: Any, words: str) -> None:
        self.reach(field)
        self.page.keyboard.type(words)
        assert field.evaluate("node => node.selectedOptions[0].label") == words

    def _tick(self, box: Any) -> None:
        self.reach(box)
        self.page.keyboard.press("Space")
