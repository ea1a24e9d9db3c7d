"""What was seen, held against the published declaration and what the visitor had chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services.auditing.facts import Fault, Held, Kind, Measured, Page, State, said
from onvif_privacy.cookies.services.auditing.jar import within
from onvif_privacy.cookies.services.declared import COOKIE, Item
from onvif_privacy.cookies.services.judging import judge
from onvif_privacy.cookies.services.matching import Matcher
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.cookies.services.set_cookie import SetCookie
from onvif_privacy.core.conf import conf as house

STORED = ("local_storage", "session_storage", "indexed_db", "cache_storage")
MOST = 500  # different faults; a site that has more has seen enough of them


class Faults:
    """Collects faults, each once with how often it was met and by whom."""

    def __init__(self, policy: Policy, host: str) -> None:
        self._policy = policy
        self._own = {host, *(site.lower().lstrip(".") for site in (*house.SITES, conf.DOMAIN or "") if site)}
        self._found: dict[tuple[str, str, str], Fault] = {}
        items = policy.snapshot.items
        self._stores = {kind: Matcher({item.name: item for item in items if item.kind == kind}) for kind in STORED}

    def all(self) -> list[Fault]:
        """Return what was collected, in the order it was met."""
        return list(self._found.values())

    def add(self, kind: str, name: str, page: str, state: str, where: str = "") -> None:
        """Note one fault."""
        name = said(name, 200)
        key = (kind, name, where)
        known = self._found.get(key)
        if known is None:
            if len(self._found) < MOST:
                self._found[key] = Fault(kind, name, where, said(page, 200), [state])
            return
        known.times += 1
        if state not in known.states:
            known.states.append(state)

    def _allows(self, state: str) -> Callable[[str], bool]:
        return lambda slug: state == State.ACCEPTED

    def page(self, page: Page, state: str, now: float) -> None:
        """Compare one answer: what it set, whom it asked, what it runs, and whether it leads to the settings."""
        path = page.address.partition("?")[0]
        for line in page.lines:
            self._cookie(SetCookie.parse(line), path, page.address, state, now)
        for call in page.calls:  # whatever the visitor chose: code and declaration have to agree
            cookie = SetCookie.parse(call.line)
            for kind in judge(cookie, self._policy, lambda slug: True, page=path, now=now).findings:
                self.add(kind, cookie.name, page.address, state, call.where)
        for host in page.hosts:
            self._host(host, page.address, state)
        for script in page.live:
            self.add(Kind.LIVE, script, page.address, state)
        if page.settings is False:
            self.add(Kind.LINK, path, page.address, state)

    def _cookie(self, cookie: SetCookie, path: str, page: str, state: str, now: float) -> None:
        for kind in judge(cookie, self._policy, self._allows(state), page=path, now=now).findings:
            self.add(kind, cookie.name, page, state)

    def _host(self, host: str, page: str, state: str) -> None:
        if self._is_own(host) or any(within(host, free.lower()) for free in conf.AUDIT_HOSTS):
            return
        items = [item for item in self._policy.snapshot.items if any(within(host, named) for named in item.hosts)]
        if not items:
            self.add(Kind.HOST, host, page, state)
        elif not any(item.necessary or self._allows(state)(item.purpose) for item in items):
            self.add(Kind.EARLY, host, page, state)

    def _is_own(self, host: str) -> bool:
        return any(within(host, own) for own in self._own)

    def held(self, held: Iterable[Held], page: str, state: str, now: float) -> None:
        """Compare what a browser holds."""
        for one in held:
            if one.kind == COOKIE and one.cookie is not None and self._is_own(one.host):
                self._cookie(one.cookie, "/", page, state, now)
            elif one.kind == COOKIE:
                self._stored(self._policy.cookies.get(one.name), f"{one.name} ({one.host})", page, state)
            else:
                self._stored(self._stores[one.kind].get(one.name), f"{one.kind} {one.name}", page, state)

    def _stored(self, item: Item | None, name: str, page: str, state: str) -> None:
        if item is None:
            self.add(Kind.UNDECLARED, name, page, state)
        elif not item.necessary and not self._allows(state)(item.purpose):
            self.add(Kind.DENIED, name, page, state)

    def measured(self, measured: Iterable[Measured], page: str, state: str) -> None:
        """Take over what measuring the bar found."""
        for one in measured:
            self.add(one.kind, one.name, page, state)
