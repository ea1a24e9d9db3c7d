"""Checks a receipt, a proof or an exported ledger without Django and without any library: copy this file and run it.

    python verify.py receipt.json --keys keys.json [--anchor checkpoint.txt]

Exit codes: 0 good, 1 tampered (the JSON printed names the first bad line), 2 unreadable or wrong use.
Keys and anchors are given by hand: keys that came with the file would prove nothing. Memory: one seal's leaves.
Formats: RFC 9162 Merkle trees, RFC 8032 Ed25519, RFC 7515 and 7517 signatures and keys, C2SP signed notes.
"""

import argparse
import base64
import hmac
import json
import sys
from collections.abc import Iterable
from hashlib import sha256, sha512
from pathlib import Path
from typing import Any

Point = tuple[int, int, int, int]
Keys = dict[str, bytes]
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
DOMAIN = b"onvif_privacy seal v1\n"


class Tampered(Exception):
    """The file is not what was signed."""


def b64(text: str, size: int = 0) -> bytes:
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode() != text or (size and len(raw) != size):
        raise Tampered("a value is not in its one form")
    return raw


def add(p: Point, q: Point) -> Point:
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar: int, point: Point) -> Point:
    result: Point = (0, 1, 1, 0)
    while scalar:
        result = add(result, point) if scalar & 1 else result
        point, scalar = add(point, point), scalar >> 1
    return result


def decompress(raw: bytes) -> Point:
    sign, y = divmod(int.from_bytes(raw, "little"), 1 << 255)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    x = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    if y >= P or x * x % P != square or (x == 0 and sign):
        raise Tampered("a key or a signature is not on the curve")
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def signed(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032, section 5.1.7, without cofactor."""
    scalar = int.from_bytes(signature[32:], "little")
    if len(public) != 32 or len(signature) != 64 or scalar >= L:
        return False
    digest = int.from_bytes(sha512(signature[:32] + public + message).digest(), "little") % L
    left, right = multiply(scalar, BASE), add(decompress(signature[:32]), multiply(digest, decompress(public)))
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 and (left[1] * right[2] - right[1] * left[2]) % P == 0


def root(leaves: list[bytes]) -> bytes:
    while len(leaves) > 1:
        pairs = [sha256(b"\x01" + leaves[i] + leaves[i + 1]).digest() for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(pairs) * 2 :]
    return leaves[0]


def root_from_path(leaf: bytes, place: int, last: int, path: list[bytes]) -> bytes | None:
    """RFC 9162, section 2.1.3.2; ``last`` is the index of the last leaf."""
    for sibling in path:
        right = place & 1 or place == last
        leaf = sha256(b"\x01" + (sibling + leaf if right else leaf + sibling)).digest()
        while right and place and not place & 1:
            place, last = place >> 1, last >> 1
        if last == 0:
            return None
        place, last = place >> 1, last >> 1
    return leaf if last == 0 else None


def canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def one_form(text: str) -> dict[str, Any]:
    """Parse JSON that must stand in its canonical form, so that no byte of a file is free."""
    value = json.loads(text)
    if not isinstance(value, dict) or canonical(value) != text.encode():
        raise Tampered("not in canonical form")
    return value


def check_seal(line: dict[str, Any], keys: Keys) -> dict[str, Any]:
    body = one_form(line["seal"])
    if not signed(keys.get(body["key"], b""), DOMAIN + line["seal"].encode(), b64(line["signature"], 64)):
        raise Tampered("the signature does not fit, or is made with an unknown key")
    return body


def check_ledger(lines: Iterable[str], keys: Keys, place: dict[str, int], anchor: str) -> dict[str, Any]:
    """Check seals and entries in their order, and the end by the anchor if there is one."""
    number, total, last, waiting, body, leaves = 0, 0, b"", 0, dict[str, Any](), list[bytes]()
    known, end = read_anchor(anchor, keys) if anchor else (0, b"")
    for place["line"], text in enumerate(lines, 1):
        line = one_form(text.removesuffix("\n"))
        if "seal" in line and not waiting:
            body = check_seal(line, keys)
            if body["number"] != number or b64(body["previous"], 32) != sha256(last).digest():
                raise Tampered("the chain of seals is broken")
            number, last, waiting, leaves = number + 1, line["seal"].encode(), body["count"], []
            if number == known and sha256(last).digest() != end:
                raise Tampered("the seal is not the one that the anchor knows")
            continue
        if not waiting or "seal" in line:
            raise Tampered("an entry stands outside a seal, or one is missing")
        leaves.append(sha256(b"\x00" + canonical(line)).digest())
        if len(leaves) > 1 and leaves[-1] <= leaves[-2]:
            raise Tampered("leaves are not in their order")
        waiting, total = waiting - 1, total + 1
        if not waiting and root(leaves) != b64(body["root"], 32):
            raise Tampered("the entries do not give the root that was signed")
    if waiting or known > number:
        raise Tampered(f"the end is missing: the ledger has {number} seals, the anchor knows {known} seals")
    return {"seals": number, "entries": total}


def read_anchor(note: str, keys: Keys) -> tuple[int, bytes]:
    """Read a checkpoint kept elsewhere: only it shows a cut tail, or a history that a holder of the keys wrote anew."""
    text, _, signature = note.partition("\n\n")
    lines, message = text.split("\n"), f"{text}\n".encode()
    if not any(signed(public, message, base64.b64decode(signature.split(" ")[-1])[4:]) for public in keys.values()):
        raise Tampered("the anchor is not signed with these keys")
    return int(lines[1]), base64.b64decode(lines[2])


def check_proof(proof: dict[str, Any], keys: Keys) -> dict[str, Any]:
    body, index, leaf = check_seal(proof, keys), proof["index"], sha256(b"\x00" + canonical(proof["entry"])).digest()
    found = root_from_path(leaf, index, body["count"] - 1, [b64(step, 32) for step in proof["path"]])
    if not 0 <= index < body["count"] or found != b64(body["root"], 32):
        raise Tampered("the path does not lead to the root that was signed")
    return {"entry": proof["entry"]["id"]}


def check_receipt(file: dict[str, Any], keys: Keys) -> dict[str, Any]:
    """Check the signature, the digest of the words and, once sealed, that the ledger's entry commits to the act."""
    record, jws, proof = file["iso27560"]["dpv:hasRecordOfActivity"], file.pop("jws"), file.pop("proof")
    head, payload = json.loads(b64(jws["protected"])), base64.urlsafe_b64encode(canonical(file)).rstrip(b"=")
    if not signed(keys.get(head["kid"], b""), jws["protected"].encode() + b"." + payload, b64(jws["signature"], 64)):
        raise Tampered("the signature does not fit, or is made with an unknown key")
    act, notice = record["dct:provenance"]["@value"], record.get("dpv:hasNotice")
    if act["notice"] != (notice and sha256(notice["dct:description"].encode()).hexdigest()):
        raise Tampered("the words are not those of the decision")
    salted = proof and check_proof(proof, keys) and hmac.digest(b64(proof["salt"], 32), canonical(act), "sha256")
    if proof and salted != b64(proof["entry"]["commitment"], 32):
        raise Tampered("the entry of the ledger is about another act")
    return {"decision": record["dct:identifier"], "sealed": bool(proof)}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Checks a receipt, a proof or an exported ledger.")
    parser.add_argument("file")
    parser.add_argument("--keys", required=True, help="the site's privacy/keys.json, fetched by hand (RFC 7517)")
    parser.add_argument("--anchor", help="a checkpoint that was kept elsewhere, for an exported ledger")
    options, place = parser.parse_args(arguments), {"line": 0}
    try:
        keys = {key["kid"]: b64(key["x"], 32) for key in json.loads(Path(options.keys).read_text())["keys"]}
        anchor = Path(options.anchor).read_text(encoding="utf-8") if options.anchor else ""
        with open(options.file, encoding="utf-8", newline="\n") as file:
            first = json.loads(file.readline() or "{}")
            file.seek(0)
            check = check_receipt if "jws" in first else check_proof if "path" in first else None
            line = one_form(file.read().removesuffix("\n")) if check else {}
            found = check(line, keys) if check else check_ledger(file, keys, place, anchor)
        result, code = {"result": "good", **found}, 0
    except Tampered as error:
        result, code = {"result": "tampered", **place, "reason": str(error)}, 1
    except (OSError, KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        result, code = {"result": "unreadable", **place, "reason": f"{type(error).__name__}: {error}"}, 2
    print(json.dumps(result))
    return code


if __name__ == "__main__":
    sys.exit(main())
