"""Auditing a site from outside: is what it does what was published? Called by the command; see `audit`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils import timezone

from onvif_privacy.cookies.models import AuditRun, PolicyVersion
from onvif_privacy.cookies.services import pictures, running
from onvif_privacy.cookies.services.auditing import browsing, keeping, shooting
from onvif_privacy.cookies.services.auditing.asking import Headers, InProcess, Wire
from onvif_privacy.cookies.services.auditing.facts import STATES, Engine, Looker, Report, Verdict
from onvif_privacy.cookies.services.auditing.walking import Audit
from onvif_privacy.cookies.services.pictures import Shot
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.core.promises.remote import checked


@dataclass(frozen=True)
class Wish:
    """What to audit and how. ``address`` is where a stranger enters; ``wait_ms`` is what scripts get on each page."""

    address: str
    engine: str = Engine.HTTP.value
    states: Sequence[str] = STATES
    pages: int = 200
    screenshots: bool = False
    wait_ms: int = 500

    @property
    def origin(self) -> str:
        """Scheme and host. Raises WrongAddress for what is neither https nor on this machine."""
        parts = urlsplit(checked(self.address))
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def start(self) -> str:
        """The page to enter by."""
        return urlsplit(self.address).path or "/"


Seen = Callable[[str], object]
Picture = tuple[Shot, bytes] | str


def audit(wish: Wish, seen: Seen = lambda address: None) -> AuditRun:
    """Walk the site, compare it with the newest published version, and keep what was found.

    ``seen`` is called after each page. The bar is answered as visitors do, so that each of the states accepted and
    withdrawn leaves the evidence of one visitor. Raises WrongAddress, NoBrowser, and database errors; a dead site is
    kept as an audit that proves nothing.
    """
    began_at, policy, version = timezone.now(), running.load(), PolicyVersion.objects.newest()
    taken: list[Picture] = []
    if wish.engine == Engine.BROWSER:
        shots = pictures.missing(version) if wish.screenshots and version else []
        with ThreadPoolExecutor(1) as apart:  # Playwright runs an event loop in its thread, where no query may run
            report, taken = apart.submit(_in_a_browser, wish, policy, shots, seen).result()
    else:
        line = InProcess(wish.origin) if wish.engine == Engine.IN_PROCESS else Wire(wish.origin)
        report = _walked(wish, policy, Headers(wish.origin, line), seen)
    for one in taken:
        if isinstance(one, str):
            report.unseen.append(one)
        elif version is not None:
            report.screenshots.append(pictures.store(version, *one).digest)
    return keeping.keep(report, site=wish.address, engine=wish.engine, states=wish.states, began_at=began_at)


def _walked(wish: Wish, policy: Policy, looker: Looker, seen: Seen) -> Report:
    return Audit(looker, policy, wish.origin, start=wish.start, most=wish.pages, seen=seen).run(wish.states)


def _in_a_browser(wish: Wish, policy: Policy, shots: list[Shot], seen: Seen) -> tuple[Report, list[Picture]]:
    with browsing.started() as started:
        browser = browsing.Browser(started, wish.origin, wait_ms=wish.wait_ms)
        report = _walked(wish, policy, browser, seen)
        return report, list(shooting.take(browser, policy.number, shots, wish.start, seen))


__all__ = ["STATES", "Engine", "Verdict", "Wish", "audit"]
