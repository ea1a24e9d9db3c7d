"""The strict JSON loader, against other people's broken JSON and our own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.text import BadJson, loads
from tests import corpora

# Valid by RFC 8259, refused by us: a key twice (parsers disagree on which counts) and NUL (PostgreSQL stores none).
REFUSED_ON_PURPOSE = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
    "y_object_escaped_null_in_key.json",
    "y_string_null_escape.json",
}


def verdict(body: bytes) -> str:
    """Say what became of a body; anything but a value or BadJson comes out as it is."""
    try:
        loads(body)
    except BadJson:
        return "refused"
    return "accepted"


def test_every_valid_file_of_the_suite_is_accepted_but_the_four_refused_on_purpose() -> None:
    valid = [(name, body) for name, body in corpora.files("json-parsing") if name.startswith("y_")]
    refused = {name for name, body in valid if verdict(body) == "refused"}
    assert len(valid) == 95
    assert refused == REFUSED_ON_PURPOSE


def test_accepted_files_of_the_suite_mean_what_the_standard_parser_reads() -> None:
    for name, body in corpora.files("json-parsing"):
        if name.startswith("y_") and name not in REFUSED_ON_PURPOSE:
            assert loads(body) == json.loads(body), name


def test_every_invalid_file_of_the_suite_is_refused() -> None:
    invalid = [(name, body) for name, body in corpora.files("json-parsing") if name.startswith("n_")]
    assert len(invalid) == 186
    assert [name for name, body in invalid if verdict(body) == "accepted"] == []


def test_undecided_files_of_the_suite_never_crash_and_never_yield_what_no_database_stores() -> None:
    undecided = [(name, body) for name, body in corpora.files("json-parsing") if name.startswith("i_")]
    assert len(undecided) == 35
    accepted = {name for name, body in undecided if verdict(body) == "accepted"}
    # Only numbers that lose precision without becoming infinite are left to chance.
    assert accepted <= {"i_number_double_huge_neg_exp.json", "i_number_real_underflow.json"}


@pytest.mark.parametrize(
    "body", [b"[" * 100_000, b'[{"":' * 50_000, b"[" * 33 + b"]" * 33, b'{"a":' * 33 + b"1" + b"}" * 33]
)
def test_deep_nesting_is_refused_before_parsing(body: bytes) -> None:
    with pytest.raises(BadJson):
        loads(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"\\u0061":2}',
        b'{"a":NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[9223372036854775808]",
        b"[-9223372036854775809]",
        b"[" + b"9" * 5000 + b"]",
        b"\xef\xbb\xbf{}",
        b'{"a":"\\ud800"}',
        b'{"\\udfff":1}',
        b'["\\u0000"]',
        b"",
        b" ",
        b'"' + b"a" * 65_536 + b'"',
    ],
)
def test_what_parsers_disagree_on_is_refused(body: bytes) -> None:
    with pytest.raises(BadJson):
        loads(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"granted":true}', {"granted": True}),
        (b"[9223372036854775807,-9223372036854775808]", [2**63 - 1, -(2**63)]),
        (b"[" * 32 + b"]" * 32, json.loads("[" * 32 + "]" * 32)),
        (b'"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\"[["', "[" * 34 + '"[['),
        (b'"' + b"a" * 65_534 + b'"', "a" * 65_534),
        ('"\U0001f36a"'.encode(), "\U0001f36a"),
    ],
)
def test_what_fits_the_limits_is_read(body: bytes, value: Any) -> None:
    assert loads(body) == value


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(BadJson) as refusal:
        loads(b'{"secret@example.org":1,"secret@example.org":2}')
    assert "secret" not in str(refusal.value)


STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | STORABLE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(STORABLE, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_everything_storable_comes_back_as_it_was(value: Any) -> None:
    assert loads(json.dumps(value).encode()) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_a_refusal(body: bytes) -> None:
    assert verdict(body) in ("accepted", "refused")
