"""The canonical form of evidence is frozen by 200 vectors, and another implementation of RFC 8785 agrees (C14)."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
import rfc8785

from onvif_privacy.core import text
from onvif_privacy.core.ledger.canonical import NotCanonical, canonical
from onvif_privacy.core.text import BadJson
from tests.core.golden import PLACE

VECTORS: list[dict[str, Any]] = json.loads(PLACE.read_text("utf-8"))


def test_200_frozen_vectors_come_out_byte_for_byte_and_another_implementation_agrees() -> None:
    assert len(VECTORS) == 200
    assert len({one["canonical"] for one in VECTORS}) > 150
    for one in VECTORS:
        expected = bytes.fromhex(one["canonical"])
        assert canonical(one["value"]) == expected
        assert rfc8785.dumps(one["value"]) == expected
        assert canonical(text.loads(expected)) == expected


@pytest.mark.parametrize(
    "value",
    [
        *[1.0, 0.1, float("nan"), float("inf"), -float("inf"), 1e300, 2**53, -(2**53)],
        *["\ud800", "a\udfff", unicodedata.normalize("NFD", "é"), b"bytes", (1, 2), {1, 2}, object()],
        *[{"Upper": 1}, {"a-b": 1}, {"é": 1}, {"": 1}, {1: 1}, {"a": {"b": [0.5]}}, [["\ud83d"]]],
    ],
    ids=lambda value: "object" if type(value) is object else repr(value),  # the same in every process
)
def test_what_has_no_canonical_form_is_refused_without_being_repeated(value: object) -> None:
    with pytest.raises(NotCanonical) as refusal:
        canonical(value)
    assert "\ud800" not in str(refusal.value)


@pytest.mark.parametrize(
    "raw", [b'{"a":1,"a":2}', b'{"a":{"b":1,"b":1}}', b'{"a":NaN}', b'{"a":Infinity}', b'"\\ud800"', b"{'a':1}", b""]
)
def test_text_that_is_no_strict_json_is_refused(raw: bytes) -> None:
    with pytest.raises(BadJson):
        text.loads(raw)
