"""Signed words: what the site says in manifests and receipts can be checked with its published keys."""

from __future__ import annotations

from typing import Any

from onvif_privacy.core import ledger
from onvif_privacy.core.keys import ring
from onvif_privacy.core.ledger import canonical
from onvif_privacy.core.ledger import verify as verifier
from onvif_privacy.core.ledger.canonical import base64url
from onvif_privacy.core.ledger.seals import sign


def signed(body: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"body": …, "jws": …}``: a flattened JSON Web Signature (RFC 7515) with the content detached."""
    protected = base64url(canonical({"alg": "Ed25519", "kid": ring().active("sign").id}))
    message = f"{protected}.{base64url(verifier.canonical(body))}"
    return {"body": body, "jws": {"protected": protected, "signature": base64url(sign(message.encode())[1])}}


def is_signed(words: dict[str, Any]) -> bool:
    """Whether words were signed by this site and not changed since."""
    keys = {key["kid"]: verifier.b64(key["x"], 32) for key in ledger.public_keys()["keys"]}
    try:
        jws = words["jws"]
        head = verifier.one_form(verifier.b64(jws["protected"]).decode())
        message = f"{jws['protected']}.{base64url(verifier.canonical(words['body']))}"
        return verifier.signed(keys[head["kid"]], message.encode(), verifier.b64(jws["signature"], 64))
    except (verifier.Tampered, KeyError, ValueError, TypeError):
        return False
