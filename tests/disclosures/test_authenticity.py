"""Ways to be deceived by a letter, and that each is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.disclosures.models import STRONG, AuthenticityCheck
from onvif_privacy.disclosures.services.authenticity import (
    CallBack,
    Likeness,
    Number,
    belongs,
    call_back_problems,
    distance,
    is_authentic,
    look_alike,
    same_number,
)

RECEIVED = datetime(2026, 5, 4, 9, tzinfo=UTC)
BEFORE, AFTER = RECEIVED - timedelta(days=90), RECEIVED + timedelta(hours=1)
KINDS = [kind.value for kind in AuthenticityCheck.Kind]
STRONG_KINDS = {"call_back", "signature", "docket", "service"}
OWN_NUMBER = "030 4664-911"
SPELLINGS = [
    "030 4664-911",
    "0304664911",
    "+49 30 4664911",
    "+49 (0)30 4664 911",
    "0049-30-4664911",
    "(030) 46 64 91 1",
    "030/4664911",
    "tel:+49-30-4664911",
    "０３０ ４６６４９１１",  # full-width digits
    "٠٣٠٤٦٦٤٩١١",  # Arabic-Indic digits
    "030 4664911 ext. 12",
    "030 4664911;ext=12",
    "+49 30 4664911 Durchwahl 12",
    "Tel. 030 4664911",
    "4664911",  # as it is dialled in town
    "011 49 30 4664911",
    "\u200e030\u00a04664911\u202c",
]


def call(**changes: object) -> CallBack:
    values = {"number": "+49 228 99 410", "found_where": "official register", "found_at": BEFORE}
    return CallBack(**{**values, "found_by": "anna", "dialled_by": "anna", **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_letters_own_number_is_no_call_back_however_it_is_spelt(spelling: str) -> None:
    found = call_back_problems(call(number=spelling), on_letter=["089 1234567", OWN_NUMBER], received_at=RECEIVED)
    assert found == [Number.ON_LETTER]
    other_way = call_back_problems(call(number=OWN_NUMBER), on_letter=[spelling], received_at=RECEIVED)
    assert other_way == [Number.ON_LETTER]


def test_letters_on_the_keys_are_digits() -> None:
    assert same_number("1-800-PRIVACY", "+1 800 774-8229")


@given(st.text("0123456789", min_size=8, max_size=11).filter(lambda text: text[0] != "0"), st.randoms())
def test_separators_never_make_another_number(digits: str, random: object) -> None:
    spelt = "".join(digit + random.choice(["", " ", "-", ".", "/"]) for digit in digits)  # type: ignore[attr-defined]

    assert same_number(f"+49 {spelt}", f"0{digits}")


@pytest.mark.parametrize("other", ["030 4664-912", "040 4664911", "+49 228 99410", "110"])
def test_another_number_is_another_number(other: str) -> None:
    assert not same_number(OWN_NUMBER, other)


def test_a_number_that_the_dialler_found_after_receipt_does_not_count() -> None:
    def problems(**changes: object) -> list[Number]:
        return call_back_problems(call(**changes), on_letter=[OWN_NUMBER], received_at=RECEIVED)

    assert problems() == []
    assert problems(found_at=AFTER) == [Number.FOUND_LATE]
    assert problems(found_at=RECEIVED) == [Number.FOUND_LATE]
    assert problems(found_at=AFTER, dialled_by="bernd") == []  # somebody else looked it up
    assert problems(found_at=None) == problems(found_where=" ") == [Number.NO_SOURCE]
    assert problems(number="on request") == [Number.MISSING]
    assert problems(number="0304664911", found_at=AFTER) == [Number.ON_LETTER, Number.FOUND_LATE]


KNOWN = ["polizei.berlin.de", "bka.de", "justice.gov", "europol.europa.eu"]


@pytest.mark.parametrize(
    ("domain", "expected"),
    [
        ("justice.gov", None),
        ("Mail.Justice.GOV.", None),
        ("example.org", None),
        ("jus\u0442ice.gov", ("justice.gov", Likeness.CONFUSABLE)),  # Cyrillic
        ("jus\u0442ice.gov".encode("idna").decode(), ("justice.gov", Likeness.CONFUSABLE)),  # the same, as it travels
        ("justıce.gov", ("justice.gov", Likeness.CONFUSABLE)),
        ("justíce.gov", ("justice.gov", Likeness.CONFUSABLE)),
        ("just1ce.gov", ("justice.gov", Likeness.CONFUSABLE)),
        ("eur0pol.europa.eu", ("europol.europa.eu", Likeness.CONFUSABLE)),
        ("mail.eur0pol.europa.eu", ("europol.europa.eu", Likeness.CONFUSABLE)),
        ("ｊustice.gov", ("justice.gov", Likeness.CONFUSABLE)),  # full width
        ("justise.gov", ("justice.gov", Likeness.CLOSE)),
        ("justcie.gov", ("justice.gov", Likeness.CLOSE)),
        ("justice.goov", ("justice.gov", Likeness.CLOSE)),
        ("mail.justice.gow", ("justice.gov", Likeness.CLOSE)),
        ("justice.gov.example.org", ("justice.gov", Likeness.INSIDE)),
        ("justice-gov.org", ("justice.gov", Likeness.INSIDE)),
    ],
)
def test_look_alikes(domain: str, expected: tuple[str, Likeness] | None) -> None:
    assert look_alike(domain, KNOWN) == expected


def test_what_belongs_is_below_a_known_domain_and_not_beside_it() -> None:
    assert belongs("mx.bka.de", KNOWN)
    assert not belongs("notbka.de", KNOWN)
    assert look_alike("xn--\u00e9.de", KNOWN) is None  # no name at all, and no crash


@given(st.text("abc.", max_size=6), st.text("abc.", max_size=6))
def test_distance_is_that_of_a_slower_way(one: str, other: str) -> None:
    def slowly(a: str, b: str) -> int:
        if not a or not b:
            return len(a) + len(b)
        best = min(slowly(a[1:], b) + 1, slowly(a, b[1:]) + 1, slowly(a[1:], b[1:]) + (a[0] != b[0]))
        if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
            best = min(best, slowly(a[2:], b[2:]) + 1)
        return best

    assert distance(one, other, 2) == min(slowly(one, other), 3)


def test_every_set_of_checks_agrees_with_the_table() -> None:
    """All 256 sets of kinds, passed; and each with one kind failed or unclear, corrected or not."""
    subsets = list(chain.from_iterable(combinations(KINDS, size) for size in range(len(KINDS) + 1)))
    assert len(subsets) == 256
    assert set(STRONG) == STRONG_KINDS
    for passed in subsets:
        checks = [(kind, "pass", False) for kind in passed]
        has_strong = bool(STRONG_KINDS & set(passed))
        assert is_authentic(checks) == has_strong
        for kind, result, is_corrected in product(KINDS, ("fail", "unclear"), (True, False)):
            stopped = result == "fail" and not is_corrected
            assert is_authentic([*checks, (kind, result, is_corrected)]) == (has_strong and not stopped)
            assert is_authentic([(kind, result, is_corrected), *checks]) == (has_strong and not stopped)
