"""Receipts: what they say, and what they leave out (C9)."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import pytest
from django.test import override_settings
from django.urls import reverse

from onvif_privacy.core import ledger, receipts
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.keys import KeyDestroyed, destroy
from onvif_privacy.core.models import Decision
from onvif_privacy.core.receipts import Receipt
from onvif_privacy.core.registry import Basis, DeclarationError, Purpose, Use
from onvif_privacy.core.testing import temporarily
from tests.core.conftest import CONTROLLER
from tests.core.factories import DecisionFactory, NoticeFactory, PartyFactory
from tests.core.test_consent_notices import WORDS


def record(receipt: Receipt) -> dict[str, Any]:
    found: dict[str, Any] = receipt.iso27560["dpv:hasRecordOfActivity"]
    return found


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


def test_a_purpose_of_an_unknown_class_of_data_is_refused() -> None:
    with pytest.raises(DeclarationError, match="shoe size"):
        Purpose("odd", label="Odd", text="Odd.", basis=Basis.CONSENT, clause="use", data_classes=("shoe size",))
