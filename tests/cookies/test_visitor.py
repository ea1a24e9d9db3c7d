"""What a request says about its visitor's choice."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

from onvif_privacy.cookies.services import policy, running
from onvif_privacy.cookies.services.visitor import VisitorPrivacy, signals_gpc
from onvif_privacy.core.consent import Privacy, State
from onvif_privacy.core.registry import NotDeclared
from tests.cookies.factories import choice_of, header_of

pytestmark = pytest.mark.django_db

G, R, U = State.GRANTED, State.REFUSED, State.UNDECIDED
STORED = {"none": None, "refused": "!", "granted": "+", "granted despite the signal": "*"}


def privacy_of(header: str = "", *, gpc: str = "") -> VisitorPrivacy:
    extra = {"HTTP_COOKIE": header} | ({"HTTP_SEC_GPC": gpc} if gpc else {})
    return VisitorPrivacy(RequestFactory().get("/", **extra), running.current())  # type: ignore[arg-type]


def expected(stored: str | None, gpc: bool, current: bool, covered: bool, doubled: bool) -> State:
    """The rules of the choice, written down a second time, row by row."""
    if stored == "!":
        return R
    signal = R if gpc and covered else U
    if stored is None:
        return R if doubled else signal  # the second occurrence refuses
    if doubled:
        return R
    if gpc and covered and stored == "+":
        return R
    return G if current else signal


@pytest.mark.parametrize("stored", STORED)
def test_truth_table(published: Any, stored: str) -> None:
    for gpc, current, covered, doubled in itertools.product([True, False], repeat=4):
        slug, sign = ("marketing" if covered else "statistics"), STORED[stored]
        said = sign if sign in (None, "!") else f"{sign}{1 if current else 0}"
        cookies = [choice_of(**{slug: said})] if said else []
        if doubled:
            cookies.append(choice_of(**{slug: "!"}))
        privacy = privacy_of(header_of(*cookies), gpc="1" if gpc else "")
        row = (sign, gpc, current, covered, doubled)
        assert privacy.state(slug) is expected(*row), row


def test_granted_only_if_every_occurrence_is_valid(published: Any) -> None:
    good = header_of(choice_of(statistics="+1"))
    assert privacy_of(good).allows("statistics")
    assert privacy_of(f"{good}; {good}").allows("statistics")
    assert not privacy_of(f"{good}; __Host-privacy_choice=forged").allows("statistics")
    assert not privacy_of(f"__Host-privacy_choice=; {good}").allows("statistics")


def test_choice_without_a_grant_refuses_what_comes_later(published: Any) -> None:
    privacy = privacy_of(header_of(choice_of(statistics="!")))
    assert privacy.state("marketing") is R
    assert privacy_of(header_of(choice_of(statistics="+1"))).state("marketing") is U


def test_why_says_what_the_answer_rests_on(published: Any) -> None:
    assert privacy_of(gpc="1").why("marketing") == "gpc"
    assert privacy_of(gpc="1").why("statistics") == "none"
    assert privacy_of().why("necessary") == "necessary"
    assert privacy_of(header_of(choice_of(statistics="+0"))).why("statistics") == "outdated"
    assert privacy_of(header_of(choice_of(statistics="+1"))).why("statistics") == "choice"


def test_what_is_known_of_the_choice(published: Any) -> None:
    granted = privacy_of(header_of(choice_of(statistics="+1")))
    assert (granted.decided, granted.policy, granted.reference) == (True, 1, "A" * 22)
    assert granted.decided_at is not None
    nobody = privacy_of()
    assert (nobody.decided, nobody.decided_at, nobody.policy, nobody.reference) == (False, None, 0, "")


def test_it_speaks_the_protocol_of_the_kernel(published: Any) -> None:
    privacy = privacy_of()
    assert isinstance(privacy, Privacy)
    assert isinstance(privacy.silent, Privacy)
    assert privacy.silent.silent is privacy.silent


def test_misspelt_purpose_is_an_error(published: Any) -> None:
    with pytest.raises(NotDeclared):
        privacy_of().allows("statistic")


def test_declared_purpose_that_is_not_offered_is_never_granted(publish: Any) -> None:
    publish()
    assert not privacy_of(header_of(choice_of(marketing="+0"))).allows("marketing")


@pytest.mark.parametrize(
    ("header", "counts"),
    [("1", True), (" 1 ", True), ("1, 0", True), ("0,1", True), ("", False), ("0", False), ("true", False),
     ("11", False), ("1.0", False), ("01", False), ('"1"', False)],
)  # fmt: skip
def test_only_an_exact_one_is_the_signal(header: str, counts: bool) -> None:
    assert signals_gpc(header) is counts


def test_signal_can_be_switched_off(published: Any) -> None:
    with override_settings(ONVIF_PRIVACY_COOKIES_GPC=False):
        assert privacy_of(gpc="1").state("marketing") is U


HOSTILE = [
    "", ";", "=", "a", ";;;=;", "__Host-privacy_choice", "__Host-privacy_choice=", "a=\x7f; =b; c", "a=" * 2000,
    '__Host-privacy_choice="1|a|1|statistics+1|a|:"', "__Host-privacy_choice=1|||||:",
    "__Host-privacy_choice=\x00\x01", "__Host-privacy_choice=\xff\xfe", "__Host-privacy_choice=" + "9" * 5000,
    "__Host-privacy_choice=1|zzzzzzzz|1|a!|r|:xyz",
]  # fmt: skip


@pytest.mark.parametrize("header", HOSTILE)
def test_hostile_headers_are_read_without_error_and_grant_nothing(published: Any, header: str) -> None:
    privacy = privacy_of(header)
    assert not any(privacy.allows(slug) for slug in ("preferences", "statistics", "marketing"))


def test_asgi_headers_are_read_one_by_one(published: Any) -> None:
    request: Any = HttpRequest()
    good, bad = header_of(choice_of(statistics="+1")), header_of(choice_of(statistics="!"))
    request.scope = {"headers": [(b"cookie", good.encode()), (b"cookie", bad.encode())]}
    assert VisitorPrivacy(request, running.current()).state("statistics") is R
    request.scope = {"headers": [(b"cookie", good.encode()), (b"cookie", b"a=1")]}
    assert VisitorPrivacy(request, running.current()).state("statistics") is G


def test_unreachable_policy_grants_nothing(published: Any) -> None:
    header = header_of(choice_of(statistics="+1"))
    running.install(policy.of_code(reachable=False))
    assert privacy_of(header).state("statistics") is U
