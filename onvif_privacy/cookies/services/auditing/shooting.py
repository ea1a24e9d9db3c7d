"""Taking the screenshots that a version lacks. Nobody accepts for a picture, so none leaves a grant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from onvif_privacy.cookies.services.auditing.browsing import Browser, BrowserVisitor
from onvif_privacy.cookies.services.auditing.facts import Unseen
from onvif_privacy.cookies.services.pictures import VIEWPORTS, Shot, State


def take(
    browser: Browser, number: int, shots: Iterable[Shot], start: str, seen: Callable[[str], object]
) -> Iterator[tuple[Shot, bytes] | str]:
    """Take these pictures of version ``number``. Yields each with its bytes (PNG), or in words what cannot be taken."""
    for (language, viewport, colours), wanted in groupby(sorted(shots), key=lambda shot: shot[:3]):
        states = {shot.state for shot in wanted}
        width, height = VIEWPORTS[viewport]
        options: dict[str, Any] = {"locale": language, "color_scheme": colours}
        with browser.visitor(viewport={"width": width, "height": height}, **options) as visitor:
            try:
                for state, content in _shoot(visitor, number, language, start):
                    if state in states:
                        yield Shot(language, viewport, colours, state), content
                seen(f"{language} {viewport}")
            except Unseen as error:
                yield f"No screenshot in {language}, {viewport}: {error}"


def _shoot(visitor: BrowserVisitor, number: int, language: str, start: str) -> Iterator[tuple[str, bytes]]:
    form = visitor.open(start).form
    if form.get("policy") != str(number):
        raise Unseen(f"the page shows version {form.get('policy', 'none')}, not {number}.")
    if form.get("language") != language:
        raise Unseen(f"the page speaks {form.get('language')!r}.")
    yield State.ASKED.value, visitor.page.screenshot()
    visitor.choose()
    yield State.SETTINGS.value, visitor.page.screenshot()
    visitor.close()
    visitor.decide("decline")
    yield State.DECLINED.value, visitor.page.screenshot()
