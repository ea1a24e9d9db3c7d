"""Merkle trees against the published vectors, a plain recursive reference, and the stand-alone verifier (C13)."""

from __future__ import annotations

import base64
import hashlib
import importlib.util
import json
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onvif_privacy.core.ledger import tree
from tests import corpora


def standalone() -> ModuleType:
    """The verifier as a stranger has it: one file, loaded by path."""
    origin = tree.__file__.replace("tree.py", "verify.py")
    spec = importlib.util.spec_from_file_location("standalone_verify", origin)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def reference_root(leaves: list[bytes]) -> bytes:
    """RFC 9162, section 2.1.1, word for word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else hashlib.sha256(b"").digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + reference_root(leaves[:k]) + reference_root(leaves[k:])).digest()


def numbered_leaves(count: int) -> list[bytes]:
    return [hashlib.sha256(b"\x00%d" % number).digest() for number in range(count)]


def raw(text: str | None) -> bytes:
    return base64.b64decode(text or "")


def test_published_inclusion_vectors_agree() -> None:
    wrong = []
    for name, body in corpora.files("inclusion"):
        case = json.loads(body)
        path = [raw(step) for step in case["proof"] or []]
        good = tree.included(raw(case["leafHash"]), case["leafIdx"], case["treeSize"], path, raw(case["root"]))
        if good is case["wantErr"]:
            wrong.append((name, case["desc"]))
    assert wrong == []


def test_published_consistency_vectors_agree() -> None:
    wrong = []
    for name, body in corpora.files("consistency"):
        case = json.loads(body)
        path = [raw(step) for step in case["proof"] or []]
        good = tree.consistent(case["size1"], case["size2"], path, raw(case["root1"]), raw(case["root2"]))
        if good is case["wantErr"]:
            wrong.append((name, case["desc"]))
    assert wrong == []


def test_stand_alone_verifier_agrees_with_the_published_inclusion_vectors() -> None:
    verify = standalone()
    wrong = []
    for name, body in corpora.files("inclusion"):
        case = json.loads(body)
        index, size, path = case["leafIdx"], case["treeSize"], [raw(step) for step in case["proof"] or []]
        leaf = raw(case["leafHash"])
        # The verifier hashes leaves itself and reads indexes within the seal's count: no others reach this function.
        possible = 0 <= index < size and len(leaf) == 32
        found = verify.root_from_path(leaf, index, size - 1, path) if possible else None
        if (found == raw(case["root"])) is case["wantErr"]:
            wrong.append((name, case["desc"]))
    assert wrong == []


@pytest.mark.parametrize("size", range(70))
def test_root_equals_the_definition_in_both_programs(size: int) -> None:
    leaves = numbered_leaves(size)
    assert tree.root(leaves) == reference_root(leaves)
    if size:
        assert standalone().root(list(leaves)) == reference_root(leaves)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 80), st.data())
def test_every_path_leads_to_the_root_and_no_other_leaf_does(size: int, data: st.DataObject) -> None:
    leaves = numbered_leaves(size)
    index = data.draw(st.integers(0, size - 1))
    path = tree.inclusion(index, leaves)
    assert tree.included(leaves[index], index, size, path, tree.root(leaves))
    other = data.draw(st.integers(0, size - 1).filter(lambda one: size == 1 or one != index))
    if other != index:
        assert not tree.included(leaves[other], index, size, path, tree.root(leaves))
        assert not tree.included(leaves[index], other, size, path, tree.root(leaves))
    assert not tree.included(leaves[index], index, size, [*path, leaves[0]], tree.root(leaves))


def test_path_of_a_leaf_that_is_not_there_is_an_error() -> None:
    with pytest.raises(IndexError):
        tree.inclusion(3, numbered_leaves(3))
