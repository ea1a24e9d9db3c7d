"""A document signed for strangers: flattened JWS (RFC 7515) with EdDSA (RFC 8037), everything in canonical JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from onvif_privacy.core.keys import ring
from onvif_privacy.core.ledger.canonical import base64url, canonical
from onvif_privacy.core.ledger.seals import sign as sign_bytes
from onvif_privacy.core.ledger.verify import b64, one_form


class BadSignature(ValueError):
    """The file is not what the holder of the keys signed."""


def sign(payload: Mapping[str, object], *, kind: str) -> str:
    """Return the JWS of ``payload`` as JSON text; ``kind`` is the header ``typ``. Raises KeyRingError, NotCanonical."""
    head = {"alg": "EdDSA", "kid": ring().active("sign").id, "typ": kind}
    protected, body = base64url(canonical(head)), base64url(canonical(dict(payload)))
    signature = base64url(sign_bytes(f"{protected}.{body}".encode())[1])
    return canonical({"payload": body, "protected": protected, "signature": signature}).decode()


def verify(file: bytes | str, keys: Mapping[str, Any]) -> dict[str, Any]:
    """Return the payload of a JWS that one of ``keys``, a JWK set, signed; no byte of the file is free.

    Raises BadSignature for anything else.
    """
    try:
        jws = one_form(file if isinstance(file, str) else file.decode())
        head = one_form(b64(jws["protected"]).decode())
        known = {key["kid"]: b64(key["x"], 32) for key in keys["keys"]}
        if set(jws) != {"payload", "protected", "signature"} or head["alg"] != "EdDSA":
            raise BadSignature("not a flattened JWS with EdDSA")
        message = f"{jws['protected']}.{jws['payload']}".encode()
        Ed25519PublicKey.from_public_bytes(known[head["kid"]]).verify(b64(jws["signature"], 64), message)
        return one_form(b64(jws["payload"]).decode())
    except InvalidSignature:
        raise BadSignature("the signature does not fit") from None
    except BadSignature:
        raise
    except Exception as error:  # a file from outside can be anything
        raise BadSignature(f"it cannot be read as one ({type(error).__name__})") from None
