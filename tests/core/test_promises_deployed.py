"""What the promise about the site's deployment takes for safe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from onvif_privacy.core.here import is_here, reached_from_here_alone
from onvif_privacy.core.promises.deployed import WRONG, settings_are_those_of_a_safe_site
from onvif_privacy.core.promises.looking import Look

SAFE = {
    "SECRET_KEY": "".join(chr(33 + number) for number in range(60)),
    "SECURE_HSTS_SECONDS": 31_536_000,
    "SECURE_SSL_REDIRECT": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "DEBUG": False,
    "ALLOWED_HOSTS": ["harbour.example"],
    "SILENCED_SYSTEM_CHECKS": [],
}
UNSAFE: dict[str, Any] = {
    "SECRET_KEY": "short",
    "SECURE_HSTS_SECONDS": 0,
    "SECURE_SSL_REDIRECT": False,
    "SESSION_COOKIE_SECURE": False,
    "CSRF_COOKIE_SECURE": False,
    "DEBUG": True,
    "MIDDLEWARE": [],
}


@pytest.fixture
def found(settings: Any) -> Callable[..., set[str]]:
    """Return a function that gives the settings named as wrong on a safe site with some changes."""

    def found(**changes: Any) -> set[str]:
        for name, value in {**SAFE, **changes}.items():
            setattr(settings, name, value)
        return {one.place for one in settings_are_those_of_a_safe_site.looker(Look())}

    return found


def test_each_setting_that_opens_a_safe_site_is_named_and_no_other(found: Callable[..., set[str]]) -> None:
    assert found() == set()
    assert {place for place, _words in WRONG.values()} == UNSAFE.keys()
    for name, value in UNSAFE.items():
        also = {"SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT"} if name == "MIDDLEWARE" else set()
        assert found(**{name: value}) - also == {name}


def test_what_a_proxy_does_is_said_by_the_site_and_a_machine_for_itself_needs_none(
    found: Callable[..., set[str]],
) -> None:
    assert found(SECURE_SSL_REDIRECT=False, SILENCED_SYSTEM_CHECKS=["security.W008"]) == set()
    assert found(**UNSAFE, ALLOWED_HOSTS=["localhost", "127.0.0.1", "[::1]"]) == set()


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "shop.localhost", "127.0.0.1", "127.8.8.8", "[::1]", ""])
def test_names_of_this_machine(host: str) -> None:
    assert is_here(host)


@pytest.mark.parametrize(
    "host", ["example.org", "localhost.example.org", "127.0.0.1.example.org", "10.0.0.1", "*", "::"]
)
def test_names_of_others(host: str, settings: Any) -> None:
    assert not is_here(host)
    settings.ALLOWED_HOSTS = ["localhost", host]
    assert not reached_from_here_alone()
