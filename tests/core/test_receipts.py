"""Receipts: what they say, in formats that others have published (C9, C11)."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785
from django.db import transaction
from django.test import override_settings
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyld import jsonld

from onvif_privacy.core import consent, ledger, receipts, text
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.keys import KeyDestroyed, destroy
from onvif_privacy.core.models import Decision
from onvif_privacy.core.receipts import Receipt, vocabulary
from onvif_privacy.core.registry import Basis, DeclarationError, Purpose, Use
from onvif_privacy.core.registry.personal import DATA_CLASSES
from onvif_privacy.core.testing import temporarily
from tests.core.factories import DecisionFactory, NoticeFactory, PartyFactory, SubjectFactory
from tests.core.published import DPV, KANTARA_DATA, KANTARA_PURPOSES, KANTARA_SCHEMA, TERMS
from tests.core.test_consent_notices import WORDS

CONTROLLER = {
    "ONVIF_PRIVACY_ADDRESS": "1 Example Street, Example",
    "ONVIF_PRIVACY_PHONE": "+49 30 1234567",
    "ONVIF_PRIVACY_COUNTRY": "DE",
    "ONVIF_PRIVACY_BASE_URL": "https://www.example.org",
}


@pytest.fixture
def controller() -> Iterator[None]:
    with override_settings(**CONTROLLER):
        yield


def record(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = receipt.iso27560["dpv:hasRecordOfActivity"]
    return found


def _fetches_nothing(url: str, options: object) -> None:
    raise AssertionError(f"A receipt is read offline, but {url} was asked for.")


def expanded(iso27560: dict[str, Any]) -> Any:
    """The JSON-LD with every name in full; what its context does not explain is gone from it."""
    return jsonld.expand(iso27560, {"documentLoader": _fetches_nothing})


def names_in(node: Any) -> Iterator[str]:
    """Every property, type and reference of expanded JSON-LD, but for what is carried as JSON."""
    if isinstance(node, list):
        for item in node:
            yield from names_in(item)
    elif isinstance(node, dict) and node.get("@type") != "@json":
        for key, value in node.items():
            if key == "@id":
                yield value
            elif key == "@type":
                yield from [value] if isinstance(value, str) else value
            elif not key.startswith("@"):
                yield key
                yield from names_in(value)


def unknown_terms(iso27560: dict[str, Any]) -> set[str]:
    """Names in one of the vocabularies that their publishers have not given."""
    return {
        name
        for name in names_in(expanded(iso27560))
        for space, terms in TERMS.items()
        if name.startswith(space) and name[len(space) :] not in terms
    }


def keys_in(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from keys_in(item)
    elif isinstance(node, dict) and node.get("@type") != "@json":
        for key, value in node.items():
            if not key.startswith("@"):
                yield key
                yield from keys_in(value)


@pytest.mark.django_db
@pytest.mark.usefixtures("controller")
def test_a_consent_gets_both_parts_and_names_no_person() -> None:
    PartyFactory(slug="counter", name="Example Counting Ltd")
    purpose = Purpose(
        "counting",
        label="Counting",
        text="We count visits.",
        basis=Basis.CONSENT,
        clause="popularity",
        parties=("counter",),
        use=Use.IMPROVE_PERFORMANCE,
        data_classes=("traffic", "special:health"),
    )
    with temporarily(purpose):
        decision = DecisionFactory(purpose="counting", method=Method.ACCEPT_ALL, surface="bar")
        issued = receipts.issue(decision)
    assert issued.receipt == {
        "version": "KI-CR-v1.1.0",
        "jurisdiction": "DE",
        "consentTimestamp": int(decision.decided_at.timestamp()),
        "collectionMethod": "accepted all (bar)",
        "consentReceiptID": str(decision.pk),
        "language": "en",
        "piiPrincipalId": str(decision.subject_id),
        "piiControllers": [
            {
                "piiController": "Example Organisation",
                "contact": "Example Organisation",
                "address": {"streetAddress": "1 Example Street, Example", "addressCountry": "DE"},
                "email": "privacy@example.com",
                "phone": "+49 30 1234567",
                "piiControllerUrl": "https://www.example.org/",
            }
        ],
        "policyUrl": "https://www.example.org" + reverse("onvif_privacy_statement:current"),
        "services": [
            {
                "service": "https://www.example.org",
                "purposes": [
                    {
                        "purpose": "Counting: We count visits.",
                        "purposeCategory": ["16 - Improve Performance"],
                        "consentType": "EXPLICIT",
                        "piiCategory": ["6 - Health", "15 - Behavioral"],
                        "primaryPurpose": False,
                        "termination": "Until you withdraw it or are asked again.",
                        "thirdPartyDisclosure": True,
                        "thirdPartyName": "Example Counting Ltd",
                    }
                ],
            }
        ],
        "sensitive": True,
        "spiCat": ["6 - Health"],
    }
    assert record(issued)["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentGiven"
    assert isinstance(record(issued)["dpv:hasProcess"], list)


@pytest.mark.django_db
@pytest.mark.usefixtures("controller")
@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.OBJECTED])
def test_a_refusal_gets_the_second_part_alone(outcome: Outcome) -> None:
    issued = receipts.issue(DecisionFactory(outcome=outcome))
    assert issued.receipt is None
    assert record(issued)["dpv:hasConsentStatus"]["@type"] == "dpv:ConsentRefused"
    assert "dpv:hasNotice" not in record(issued)


@pytest.mark.django_db
def test_a_no_after_a_yes_is_a_withdrawal_and_a_first_no_is_a_refusal() -> None:
    granted = DecisionFactory()
    taken_back = DecisionFactory(subject=granted.subject, outcome=Outcome.WITHDRAWN)
    again = DecisionFactory(subject=granted.subject, outcome=Outcome.WITHDRAWN)
    somebody_else = DecisionFactory(outcome=Outcome.WITHDRAWN)
    states = [
        record(receipts.issue(one))["dpv:hasConsentStatus"]["@type"]
        for one in (granted, taken_back, again, somebody_else)
    ]
    assert states == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn", "dpv:ConsentWithdrawn", "dpv:ConsentRefused"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("basis", "state"),
    [
        (Basis.LEGITIMATE_INTERESTS, "dpv:LegitimateInterestObjected"),
        (Basis.PUBLIC_TASK, "dpv:PublicInterestObjected"),
        (Basis.VITAL_INTERESTS, "dpv:VitalInterestObjected"),
        (Basis.CONTRACT, "dpv:Status"),
    ],
)
def test_an_objection_to_another_basis_says_which(basis: Basis, state: str) -> None:
    with temporarily(Purpose("other", label="Other", text="Other.", basis=basis, clause="use")):
        issued = receipts.issue(DecisionFactory(purpose="other", outcome=Outcome.OBJECTED))
    assert issued.receipt is None
    assert record(issued)["dpv:hasStatus"]["@type"] == state
    assert "eu-gdpr:A21" in record(issued)["dpv:hasRight"][0]["@type"]
    assert "dpv:hasConsentStatus" not in record(issued)


@pytest.mark.django_db
@pytest.mark.parametrize("missing", ["ADDRESS", "PHONE", "COUNTRY"])
def test_without_a_full_address_there_is_no_kantara_part_rather_than_an_empty_field(missing: str) -> None:
    with override_settings(**{**CONTROLLER, f"ONVIF_PRIVACY_{missing}": ""}):
        assert receipts.issue(DecisionFactory()).receipt is None


@pytest.mark.django_db
@pytest.mark.usefixtures("controller")
def test_what_was_entered_by_others_is_not_called_explicit() -> None:
    told = {}
    for method in Method:
        issued = receipts.issue(DecisionFactory(method=method)).receipt
        assert issued
        told[method] = issued["services"][0]["purposes"][0]["consentType"]
    assert {method for method, kind in told.items() if kind == "IMPLICIT"} == {Method.IMPORTED, Method.STAFF}


@pytest.mark.django_db
@pytest.mark.usefixtures("controller")
def test_a_purpose_that_is_declared_otherwise_today_is_not_described() -> None:
    decision = DecisionFactory(purpose="newsletter")
    widened = Purpose("newsletter", label="News", text="We sell you things.", basis=Basis.CONSENT, clause="outreach")
    with temporarily(widened):
        issued = receipts.issue(decision)
    assert issued.receipt is None
    assert record(issued)["dpv:hasProcess"] == [
        {"@type": "dpv:Process", "dpv:hasPurpose": {"@type": "dpv:Purpose", "dct:identifier": "newsletter"}}
    ]
    assert record(issued)["dpv:hasNotice"]["dct:description"] == decision.notice.text
    with temporarily(without=((Purpose, "newsletter"),)):
        assert receipts.issue(decision) == issued
    assert receipts.verify(issued.file)


@pytest.mark.django_db
def test_the_receipt_speaks_the_language_of_the_words() -> None:
    with override_settings(**CONTROLLER):
        german = receipts.issue(DecisionFactory(notice=NoticeFactory(text="Dürfen wir?", language="de"))).receipt
    assert german
    assert german["language"] == "de"
    assert german["collectionMethod"] != "chosen one by one"


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_digest_of_the_stored_words_is_the_one_in_the_receipt(form: str) -> None:
    assert len(WORDS) == 27
    for language, words in WORDS.items():
        decision = DecisionFactory(notice=NoticeFactory(text=unicodedata.normalize(form, words), language=language))
        issued = receipts.issue(Decision.objects.get(pk=decision.pk))
        notice = record(issued)["dpv:hasNotice"]
        digest = hashlib.sha256(notice["dct:description"].encode()).hexdigest()
        assert digest == notice["dct:identifier"] == decision.notice_id
        assert digest == record(issued)["dct:provenance"]["@value"]["notice"] == ledger.opened(decision.entry)["notice"]
        assert notice["dct:description"] == unicodedata.normalize("NFC", words)
        assert notice["dct:language"] == language


@pytest.mark.django_db
def test_a_receipt_is_the_same_each_time_and_only_gains_its_proof() -> None:
    decision = DecisionFactory()
    first, second = receipts.issue(decision), receipts.issue(Decision.objects.get(pk=decision.pk))
    assert first == second
    assert first.proof is None
    ledger.seal()
    sealed = receipts.issue(Decision.objects.get(pk=decision.pk))
    assert sealed.proof
    assert (sealed.receipt, sealed.iso27560, sealed.jws) == (first.receipt, first.iso27560, first.jws)


@pytest.mark.django_db
def test_issuing_costs_a_fixed_number_of_queries(django_assert_num_queries: Any) -> None:
    for _each in range(3):
        decision = DecisionFactory()
    rows = Decision.objects.select_related("entry", "notice")
    loaded = rows.get(pk=decision.pk)
    with django_assert_num_queries(2):  # the entry's secret and the key that opens it
        receipts.issue(loaded)
    ledger.seal()
    loaded = rows.get(pk=decision.pk)
    with django_assert_num_queries(4):  # the seal and its leaves
        receipts.issue(loaded)


@pytest.mark.django_db
def test_no_receipt_is_made_once_the_evidence_has_ended() -> None:
    decision = DecisionFactory()
    destroy(decision.subject_id, "evidence")
    with pytest.raises(KeyDestroyed):
        receipts.issue(decision)


def test_every_use_and_every_class_of_data_has_its_published_name() -> None:
    assert [vocabulary.KANTARA_USES[use] for use in Use] == KANTARA_PURPOSES
    assert set(vocabulary.KANTARA_DATA) == set(DATA_CLASSES)
    assert set(vocabulary.KANTARA_DATA.values()) <= set(KANTARA_DATA)
    assert {name.removeprefix("dpv:") for name in vocabulary.DPV_USES.values()} <= TERMS[DPV]
    assert set(vocabulary.BASES) == set(Basis)


def test_a_purpose_of_an_unknown_class_of_data_is_refused() -> None:
    with pytest.raises(DeclarationError, match="shoe size"):
        Purpose("odd", label="Odd", text="Odd.", basis=Basis.CONSENT, clause="use", data_classes=("shoe size",))


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
wanted = st.fixed_dictionaries(
    {
        "label": words,
        "text": words,
        "basis": st.sampled_from(Basis),
        "use": st.sampled_from(Use),
        "data_classes": st.sets(st.sampled_from(DATA_CLASSES), max_size=5).map(lambda found: tuple(sorted(found))),
        "parties": st.sets(st.sampled_from(["counter", "posters", "nobody_knows"])).map(
            lambda found: tuple(sorted(found))
        ),
        "device": st.booleans(),
    }
)
decided = st.fixed_dictionaries(
    {
        "outcome": st.sampled_from(Outcome),
        "method": st.sampled_from(Method),
        "surface": st.sampled_from(["", "bar", "page"]),
        "gpc": st.booleans(),
    }
)
languages = st.sampled_from(["en", "de", "mt", "zh-hans"])


def valid(purpose: dict[str, Any], decision: dict[str, Any], notice: dict[str, str], organisation: str) -> None:
    """Decide about a random purpose, and hold its receipt against everything that is published about receipts."""
    declared = Purpose("random", clause="use", **purpose)
    with temporarily(declared), transaction.atomic(), override_settings(ONVIF_PRIVACY_ORGANISATION=organisation):
        shown = NoticeFactory(**notice)
        subject = SubjectFactory()
        made = consent.decide(subject=subject, purpose="random", key="form", notice=shown, **decision)
        issued = receipts.issue(made)
        transaction.set_rollback(True)
    if purpose["basis"].asks and decision["outcome"] is Outcome.GRANTED:
        errors = Draft202012Validator(KANTARA_SCHEMA).iter_errors(issued.receipt)
        assert [error.message for error in errors] == []
    else:
        assert issued.receipt is None
    assert unknown_terms(issued.iso27560) == set()
    full = {key for key in names_in(expanded(issued.iso27560)) if key.startswith("http")}
    assert {key.partition(":")[2] for key in keys_in(issued.iso27560)} <= {re.split("[#/]", key)[-1] for key in full}
    assert text.loads(issued.file)["iso27560"] == issued.iso27560  # strict: no key twice
    assert issued.file == rfc8785.dumps(text.loads(issued.file)) + b"\n"
    assert receipts.verify(issued.file)


CASE = st.tuples(
    wanted, decided, st.fixed_dictionaries({"text": words, "language": languages}), words.filter(str.strip)
)
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.fixture
def parties() -> None:
    PartyFactory(slug="counter", name="Zähler & Söhne <b>GmbH</b>")
    PartyFactory(slug="posters", name="Posters")


@pytest.mark.django_db
@pytest.mark.usefixtures("controller", "parties")
@settings(max_examples=60, suppress_health_check=SLOW)
@given(CASE)
def test_receipts_of_random_purposes_are_valid(case: tuple[Any, Any, Any, Any]) -> None:
    valid(*case)


@pytest.mark.full
@pytest.mark.django_db
@pytest.mark.usefixtures("controller", "parties")
@settings(max_examples=10_000, suppress_health_check=SLOW)
@given(CASE)
def test_ten_thousand_receipts_of_random_purposes_are_valid(case: tuple[Any, Any, Any, Any]) -> None:
    valid(*case)


@pytest.mark.django_db
@pytest.mark.usefixtures("controller", "parties")
def test_a_misspelt_term_and_a_wrong_field_would_be_found() -> None:
    issued = receipts.issue(DecisionFactory())
    assert issued.receipt
    validator = Draft202012Validator(KANTARA_SCHEMA)
    assert [*validator.iter_errors({**issued.receipt, "consentTimestamp": 1.5})]
    assert [*validator.iter_errors({**issued.receipt, "jurisdiction": ""})]
    assert [*validator.iter_errors({key: value for key, value in issued.receipt.items() if key != "spiCat"})]
    assert unknown_terms({**issued.iso27560, "dpv:hasReceit": "x"}) == {f"{DPV}hasReceit"}
    with pytest.raises(jsonld.JsonLdError):
        expanded({**issued.iso27560, "@context": "https://example.org/context"})
