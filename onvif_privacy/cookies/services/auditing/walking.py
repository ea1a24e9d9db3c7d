"""The walk itself: the same site in up to four states, each by a visitor with a fresh profile."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urlsplit

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services.auditing.comparing import Faults
from onvif_privacy.cookies.services.auditing.facts import Looker, Page, Report, State, Unseen, Visitor
from onvif_privacy.cookies.services.auditing.reading import locations
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.core.crawling import Walk, first_addresses, inside

SITEMAP, SITEMAPS = "/sitemap.xml", 5
_LOG_OUT = re.compile(r"(log|sign)[-_]?(out|off)|abmelden", re.IGNORECASE)
_FILE = re.compile(r"\.(pdf|zip|docx?|xlsx?|pptx?|jpe?g|png|gif|svg|webp|mp[34]|csv|ics|xml|json|txt)$", re.IGNORECASE)


def skipped(address: str) -> bool:
    """Say whether an address is left out: it would end a session, is a file, or the site says so."""
    path = urlsplit(address).path
    return bool(_LOG_OUT.search(path) or _FILE.search(path)) or path.startswith(tuple(conf.AUDIT_SKIP))


class Audit:
    """One audit of the site at ``origin`` (scheme and host) against ``policy``. ``seen`` is called after each page."""

    def __init__(
        self, looker: Looker, policy: Policy, origin: str, *, start: str, most: int, seen: Callable[[str], object]
    ) -> None:
        self._looker, self._policy, self._origin = looker, policy, origin
        self._start, self._most, self._seen = start, most, seen
        self._faults = Faults(policy, str(urlsplit(origin).hostname))
        self.report = Report(policy=policy.number)

    def run(self, states: Iterable[str]) -> Report:
        """Walk in each state. What cannot be seen is noted; where the first page is dead, nothing more is asked."""
        if not self._policy.published:
            self._note("Nothing is published, so there is nothing to compare with.")
            return self.report
        if not self._policy.optional:
            states = [state for state in states if state == State.UNDECIDED]  # nobody can answer what nobody is asked
        try:
            for state in states:
                with self._looker.visitor() as visitor:
                    self._in_state(visitor, state)
        except Unseen as error:
            self._note(str(error))
        self.report.faults = self._faults.all()
        return self.report

    def _note(self, words: str) -> None:
        if words not in self.report.unseen:
            self.report.unseen.append(words)

    def _in_state(self, visitor: Visitor, state: str) -> None:
        first = visitor.open(self._start)
        if first.status != 200 or first.settings is None:
            raise Unseen(f"{self._start} answered {first.status}, so the site cannot be walked.")
        number = first.form.get("policy", str(self._policy.number))
        if number != str(self._policy.number):
            self._note(f"The pages ask by version {number}, but version {self._policy.number} is published.")
        if state == State.UNDECIDED:
            self._faults.measured(visitor.measured(), first.address, state)
        elif state == State.DECLINED:
            visitor.decide("decline")
        else:
            visitor.decide("accept")
        if state == State.WITHDRAWN:
            for _page in self._pages(visitor):
                pass  # gathers what the withdrawal has to remove
            visitor.decide("withdraw")
        for page in self._pages(visitor):
            self._faults.page(page, state, time.time())
            if visitor.scripted:
                self._faults.held(visitor.held(), page.address, state, time.time())
        self._faults.held(visitor.held(), self._start, state, time.time())

    def _pages(self, visitor: Visitor) -> Iterator[Page]:
        """Yield the pages one visitor gets. Each counts, but what could not be fetched is noted instead."""
        walk = Walk(self._first(visitor), most=self._most)
        for address in walk:
            try:
                page = visitor.open(address)
            except Unseen as error:
                self._note(str(error))
                continue
            if page.status >= 500:
                self._note(f"{address} answered {page.status}.")
            self.report.pages += 1
            walk.add(link for link in page.links if not skipped(link))
            self._seen(address)
            yield page

    def _first(self, visitor: Visitor) -> Iterator[str]:
        """Yield where to begin: the page that was named, the footer's, and the sitemap's."""
        yield self._start
        yield from (address for address in first_addresses() if not skipped(address))
        sitemaps = Walk([SITEMAP], most=SITEMAPS)
        for address in sitemaps:
            try:
                content = visitor.text(address)
            except Unseen:
                return
            for location in locations(content):
                found = inside("/", location, self._origin)
                if found and urlsplit(found).path.endswith(".xml"):
                    sitemaps.add([found])
                elif found and not skipped(found):
                    yield found
