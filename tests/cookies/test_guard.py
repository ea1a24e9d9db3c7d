"""What leaves the server and what does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from onvif_privacy.cookies.services import findings
from tests.cookies.factories import choice_of, header_of
from tests.cookies.serving import HANDLERS

pytestmark = [
    pytest.mark.once,
    pytest.mark.urls("tests.cookies.urls"),
    pytest.mark.django_db,
    # Django's own remark about files under ASGI
    pytest.mark.filterwarnings("ignore:StreamingHttpResponse must consume synchronous:Warning"),
]

PLACES = ["view", "missing", "broken", "redirect", "file", "streaming", "async", "template", "raw", "outer"]
CASES = {
    "undeclared": ("stranger", ""),
    "undecided": ("theme", ""),
    "declined": ("theme", "refused"),
}
OUTSIDE = ["tests.cookies.urls.Outer"]


@pytest.fixture(params=HANDLERS)
def send(request: pytest.FixtureRequest) -> Any:
    """Send requests through one of the two handlers."""
    with override_settings(MIDDLEWARE=[*OUTSIDE, *settings.MIDDLEWARE]):
        yield HANDLERS[request.param]


def _headers(said: str) -> dict[str, str]:
    return {"Cookie": header_of(choice_of(preferences="!"))} if said == "refused" else {}


@pytest.mark.parametrize("place", PLACES)
def test_optional_cookie_does_not_leave_unless_granted(send: Any, published: Any, place: str) -> None:
    for name, said in CASES.values():
        answer = send(f"/{place}/?cookie={name}=1", headers=_headers(said))
        assert answer.names == []


@pytest.mark.parametrize("place", PLACES)
def test_report_mode_lets_the_same_cookie_leave_and_records_it(send: Any, published: Any, place: str) -> None:
    for case, (name, said) in CASES.items():
        with override_settings(ONVIF_PRIVACY_COOKIES_MODE="report"):
            answer = send(f"/{place}/?cookie={name}=1", headers=_headers(said))
        assert answer.names == [name]
        kind = "undeclared" if case == "undeclared" else "denied"
        assert [seen for seen in findings.buffer.drain() if seen[:2] == (kind, name)] != []


@pytest.mark.parametrize("place", PLACES)
def test_granted_cookie_leaves(send: Any, published: Any, place: str) -> None:
    answer = send(f"/{place}/?cookie=theme=1", headers={"Cookie": header_of(choice_of(preferences="+1"))})
    assert answer.names == ["theme"]


@pytest.mark.parametrize("place", PLACES)
def test_nothing_is_removed_before_the_first_publishing(send: Any, items: Any, place: str) -> None:
    answer = send(f"/{place}/?cookie=stranger=1")
    assert answer.names == ["stranger"]
    assert any(seen.name == "stranger" for seen in findings.buffer.drain())
