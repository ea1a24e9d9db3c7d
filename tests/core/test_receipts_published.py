"""Receipts of whatever purpose are valid in the formats that others have published (C11)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import rfc8785
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pyld import jsonld

from onvif_privacy.core import consent, receipts, text
from onvif_privacy.core.consent import Method, Outcome
from onvif_privacy.core.receipts import vocabulary
from onvif_privacy.core.registry import Basis, Purpose, Use
from onvif_privacy.core.registry.personal import DATA_CLASSES
from onvif_privacy.core.testing import temporarily
from tests.core.factories import DecisionFactory, NoticeFactory, PartyFactory, SubjectFactory
from tests.core.published import DPV, KANTARA_DATA, KANTARA_PURPOSES, KANTARA_SCHEMA, TERMS


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


def test_every_use_and_every_class_of_data_has_its_published_name() -> None:
    assert [vocabulary.KANTARA_USES[use] for use in Use] == KANTARA_PURPOSES
    assert set(vocabulary.KANTARA_DATA) == set(DATA_CLASSES)
    assert set(vocabulary.KANTARA_DATA.values()) <= set(KANTARA_DATA)
    assert {name.removeprefix("dpv:") for name in vocabulary.DPV_USES.values()} <= TERMS[DPV]
    assert set(vocabulary.BASES) == set(Basis)


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
