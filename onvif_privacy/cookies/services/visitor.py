"""``request.privacy``: the visitor's choice on this request, read from the signed cookie when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.http import HttpRequest
from django.utils.functional import cached_property  # Python's own takes a lock before 3.12

from onvif_privacy.cookies.conf import conf
from onvif_privacy.cookies.services import choice as choices
from onvif_privacy.cookies.services import request_cookies
from onvif_privacy.cookies.services.choice import Answer, Choice
from onvif_privacy.cookies.services.declared import NECESSARY
from onvif_privacy.cookies.services.policy import Policy
from onvif_privacy.core.consent import State
from onvif_privacy.core.consent.visitor import Privacy, Why
from onvif_privacy.core.registry import purposes

Verdict = tuple[State, Why]

UNKNOWN: Verdict = (State.UNDECIDED, "none")


def signals_gpc(header: str) -> bool:
    """Say whether a ``Sec-GPC`` header counts: exactly ``1``, or one exact ``1`` among several joined by commas."""
    return any(part.strip() == "1" for part in header.split(","))


def answer_of(choice: Choice, slug: str, policy: Policy, *, gpc: bool) -> Verdict:
    """Return what one valid choice says to one purpose, Global Privacy Control included. Pure."""
    by_signal = gpc and slug in policy.covered
    answer = choice.answers.get(slug)
    if answer is None:
        if not choice.grants:  # who granted nothing is not asked about what came later
            return State.REFUSED, "choice"
        return (State.REFUSED, "gpc") if by_signal else UNKNOWN
    if not answer.granted:
        return State.REFUSED, "choice"
    if by_signal and not answer.under_gpc:
        return State.REFUSED, "gpc"
    if answer.generation != policy.generation(slug):
        return (State.REFUSED, "gpc") if by_signal else (State.UNDECIDED, "outdated")
    return State.GRANTED, "choice"


def verdict(found: Sequence[Choice | None], slug: str, policy: Policy, *, gpc: bool) -> Verdict:
    """Return the answer to one purpose from every occurrence of the cookie (None: an invalid one). Pure.

    Granted only if every occurrence is valid and grants it; otherwise the strictest valid answer counts.
    """
    if slug == NECESSARY:
        return State.GRANTED, "necessary"
    if not policy.reachable:
        return UNKNOWN
    by_signal = gpc and slug in policy.covered
    answers = [answer_of(choice, slug, policy, gpc=gpc) for choice in found if choice is not None]
    if not answers:
        return (State.REFUSED, "gpc") if by_signal else UNKNOWN
    for wanted in (State.REFUSED, State.UNDECIDED):
        for answer in answers:
            if answer[0] is wanted:
                return answer
    if len(answers) < len(found):
        return (State.REFUSED, "gpc") if by_signal else UNKNOWN
    return answers[0]


class Silent:
    """The visitor's choice, asked without telling caches that the answer depends on it.

    For recorders that do not change the page. Costs no query and no cache access.
    """

    def __init__(self, request: HttpRequest, policy: Policy) -> None:
        self.declaration = policy
        self.header = request_cookies.header(request)
        signal = request.META.get("HTTP_SEC_GPC", "")
        self.gpc: bool = bool(signal) and signals_gpc(signal) and conf.GPC  # whether it is sent and honoured
        self._verdicts: dict[str, Verdict] = {}

    @property
    def silent(self) -> Privacy:
        """Itself."""
        return self

    @cached_property
    def own_names(self) -> tuple[str, str]:
        """Names of this room's two cookies as the settings make them."""
        return choices.cookie_names()

    @cached_property
    def occurrences(self) -> list[Choice | None]:
        """Every choice cookie of the request in order, None for one that is not valid."""
        if choices.CHOICE not in self.header:  # whatever the settings put in front of it, which take longer to read
            return []
        name = self.own_names[0]
        values = [value for key, value in request_cookies.pairs(self.header) if key == name]
        return choices.read_all(values, name, now=time.time())

    @cached_property
    def choice(self) -> Choice | None:
        """The choice whose date and reference count: the latest valid one."""
        valid = [choice for choice in self.occurrences if choice is not None]
        return max(valid, key=lambda choice: choice.issued) if valid else None

    @property
    def broken(self) -> bool:
        """Whether the request carries a choice cookie that is not valid."""
        return None in self.occurrences

    @property
    def decided(self) -> bool:
        """Whether the visitor made a choice that still counts."""
        return self.choice is not None

    @property
    def decided_at(self) -> datetime | None:
        """When that was, in UTC."""
        return datetime.fromtimestamp(self.choice.issued, UTC) if self.choice else None

    @property
    def policy(self) -> int:
        """The number of the policy the choice was made under; 0 without a choice."""
        return self.choice.policy if self.choice else 0

    @property
    def reference(self) -> str:
        """The reference of the visitor's subject while something is granted; else empty."""
        choice = self.choice
        return choice.reference if choice and not choice.pending and choice.grants else ""

    def verdict(self, slug: str) -> Verdict:
        """Return state and reason for one purpose. Raises NotDeclared for a purpose nobody declares."""
        if not self.gpc and choices.CHOICE not in self.header and slug in self.declaration.optional:
            return UNKNOWN  # nothing was sent that says anything: nearly every page of nearly every site
        found = self._verdicts.get(slug)
        if found is None:
            if not self.declaration.knows(slug):
                purposes.get(slug)
            found = verdict(self.occurrences, slug, self.declaration, gpc=self.gpc)
            if slug not in self.declaration.optional and slug != NECESSARY:
                found = UNKNOWN  # declared, but not offered: nobody was asked
            self._verdicts[slug] = found
        return found

    def allows(self, slug: str) -> bool:
        """Whether the visitor granted the purpose, or needs not be asked for it."""
        return self.verdict(slug)[0] is State.GRANTED

    def state(self, slug: str) -> State:
        """The visitor's answer."""
        return self.verdict(slug)[0]

    def why(self, slug: str) -> Why:
        """What the answer rests on."""
        return self.verdict(slug)[1]

    def states(self) -> dict[str, State]:
        """Return the state of every optional purpose on offer."""
        return {slug: self.state(slug) for slug in sorted(self.declaration.optional)}

    def open_purposes(self) -> list[str]:
        """Return the purposes the visitor has still to decide about."""
        return [slug for slug, state in self.states().items() if state is State.UNDECIDED]

    def stored(self, slug: str) -> Answer | None:
        """Return what the latest valid choice holds for a purpose, whatever has happened since."""
        return self.choice.answers.get(slug) if self.choice else None


class VisitorPrivacy:
    """`Silent`, but asking marks the response: it then depends on the visitor and no shared cache may keep it."""

    def __init__(self, request: HttpRequest, policy: Policy) -> None:
        self._request = request
        self.declaration = policy
        self.silent = Silent(request, policy)
        self.asked = False
        self.deletes = True  # False once a view has put the deleting lines into its answer itself

    def _mark(self) -> None:
        self.asked = True
        # Django's page caches look at this attribute before they store (UpdateCacheMiddleware and cache_page).
        self._request._cache_update_cache = False  # type: ignore[attr-defined]

    @property
    def gpc(self) -> bool:
        """Whether the browser sends Global Privacy Control and the site honours it."""
        return self.silent.gpc

    @property
    def decided(self) -> bool:
        """Whether the visitor made a choice that still counts."""
        return self.silent.decided

    @property
    def decided_at(self) -> datetime | None:
        """When that was, in UTC."""
        return self.silent.decided_at

    @property
    def policy(self) -> int:
        """The number of the policy the choice was made under; 0 without a choice."""
        return self.silent.policy

    @property
    def reference(self) -> str:
        """The reference of the visitor's subject while something is granted; else empty."""
        return self.silent.reference

    def allows(self, slug: str) -> bool:
        """Whether the visitor granted the purpose, or needs not be asked for it."""
        self._mark()
        return self.silent.allows(slug)

    def state(self, slug: str) -> State:
        """The visitor's answer."""
        self._mark()
        return self.silent.state(slug)

    def why(self, slug: str) -> Why:
        """What the answer rests on."""
        self._mark()
        return self.silent.why(slug)
