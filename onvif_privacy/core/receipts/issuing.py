"""Making and checking the file that a person takes home."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import override

from onvif_privacy.core import ledger
from onvif_privacy.core.keys import ring
from onvif_privacy.core.ledger import verify as verifier
from onvif_privacy.core.ledger.canonical import base64url
from onvif_privacy.core.ledger.seals import sign
from onvif_privacy.core.models import Decision
from onvif_privacy.core.receipts import iso27560, kantara
from onvif_privacy.core.receipts.facts import gather


@dataclass(frozen=True)
class Receipt:
    """A signed receipt of one decision.

    ``receipt`` is the Kantara part, for consents only; ``iso27560`` the JSON-LD part; ``jws`` a flattened JSON Web
    Signature with the content detached (RFC 7515, appendix F) over both; ``proof`` leads from the ledger's entry to
    the signed seal, None until it is sealed.
    """

    decision: Decision
    receipt: dict[str, Any] | None
    iso27560: dict[str, Any]
    jws: dict[str, str]
    proof: dict[str, Any] | None

    @property
    def name(self) -> str:
        """The file's name."""
        return f"receipt-{self.decision.pk}.json"

    @property
    def file(self) -> bytes:
        """The file in its one canonical form (RFC 8785), in which no byte can be changed unseen."""
        parts = {"iso27560": self.iso27560, "jws": self.jws, "proof": self.proof, "receipt": self.receipt}
        return verifier.canonical(parts) + b"\n"


def issue(decision: Decision) -> Receipt:
    """Return the receipt of a decision: at once, and from its sealing on with the proof.

    The same decision gives the same receipt as long as settings and declarations stay. Two queries where entry and
    notice are loaded, four once sealed; one more each for parties and for a later no. Raises KeyRingError; SealBroken
    for a changed entry; KeyDestroyed or EntrySecret.DoesNotExist where the evidence has ended.
    """
    facts = gather(decision)
    with override(facts.language):
        receipt, record = kantara.consent_receipt(facts), iso27560.consent_receipt(facts)
    proof = ledger.proof(decision.entry)
    if proof is not None:
        proof["salt"] = base64url(facts.salt)
    return Receipt(decision, receipt, record, _signature({"iso27560": record, "receipt": receipt}), proof)


def _signature(parts: dict[str, Any]) -> dict[str, str]:
    """Sign with the active key. The algorithm is named after RFC 9864, which retired the name EdDSA."""
    head = {"alg": "Ed25519", "kid": ring().active("sign").id}
    protected = base64url(verifier.canonical(head))
    message = f"{protected}.{base64url(verifier.canonical(parts))}"
    return {"protected": protected, "signature": base64url(sign(message.encode())[1])}


def verify(file: bytes | str) -> bool:
    """Whether a file is a receipt that this site issued and nobody changed since; by the stand-alone verifier."""
    keys = {key["kid"]: verifier.b64(key["x"], 32) for key in ledger.public_keys()["keys"]}
    try:
        text = file.decode() if isinstance(file, bytes) else file
        verifier.check_receipt(verifier.one_form(text.removesuffix("\n")), keys)
    except (verifier.Tampered, KeyError, ValueError, TypeError, AttributeError, IndexError):
        return False
    return True
