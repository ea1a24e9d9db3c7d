"""A receipt is checked on a machine without Django, with nothing but the published keys (C12)."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings as site
from django.test import override_settings
from django.urls import reverse

from onvif_privacy.core import keys, ledger, receipts
from onvif_privacy.core.models import Decision, Outcome
from tests.core.counts import few_or_all
from tests.core.factories import DecisionFactory, NoticeFactory
from tests.core.test_ledger_tree import standalone
from tests.core.test_ledger_verifier import VERIFY

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.usefixtures("controller")]


@pytest.fixture
def home(tmp_path: Path, client: Any) -> Path:
    """A folder of the person's own, with the keys as the site publishes them."""
    (tmp_path / "keys.json").write_bytes(client.get(reverse("onvif_privacy:keys")).content)
    return tmp_path


def taken_home(home: Path, *, sealed: bool = True, **decision: Any) -> Path:
    made = DecisionFactory(**decision)
    for _others in range(4):
        DecisionFactory()
    if sealed:
        ledger.seal()
    path = home / "receipt.json"
    path.write_bytes(receipts.issue(Decision.objects.get(pk=made.pk)).file)
    return path


def checked(path: Path) -> tuple[int, dict[str, Any]]:
    """Isolated and without site-packages: no Django, no library at all."""
    command = [sys.executable, "-I", "-S", str(VERIFY), str(path), "--keys", str(path.with_name("keys.json"))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, json.loads(done.stdout)


def forged(path: Path, change: Any) -> int:
    """Change a receipt as somebody would who can write JSON and has no key; returns the verifier's exit code."""
    content = json.loads(path.read_text())
    change(content)
    path.write_bytes(standalone().canonical(content))
    return checked(path)[0]


@pytest.mark.parametrize("outcome", Outcome)
def test_a_receipt_is_good_before_and_after_its_seal(home: Path, outcome: Outcome) -> None:
    for sealed in (False, True):
        path = taken_home(home, sealed=sealed, outcome=outcome)
        decision = json.loads(path.read_text())["iso27560"]["dct:identifier"]
        assert checked(path) == (0, {"result": "good", "decision": decision, "sealed": sealed})


@pytest.mark.parametrize("number", few_or_all(200, 1000))
def test_flipped_bits_are_refused(number: int, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = taken_home(home, notice=NoticeFactory(text="Dürfen wir zählen? 🍪", language="de"))
    good, verify = path.read_bytes(), standalone()
    places = [(position, bit) for position in range(len(good)) for bit in range(8)]
    passed = []
    for position, bit in random.sample(places, number):
        path.write_bytes(good[:position] + bytes([good[position] ^ (1 << bit)]) + good[position + 1 :])
        if verify.main([str(path), "--keys", str(home / "keys.json")]) == 0:
            passed.append((position, bit))
    capsys.readouterr()
    assert passed == []
    path.write_bytes(good)
    assert checked(path)[0] == 0
    assert receipts.verify(good)


def test_nothing_can_be_changed_added_or_taken_from_another(home: Path) -> None:
    other = json.loads(taken_home(home).read_text())
    path = taken_home(home)
    record = "dpv:hasRecordOfActivity"
    changes = {
        "words": lambda file: file["iso27560"][record]["dpv:hasNotice"].update({"dct:description": "Anything."}),
        "time": lambda file: file["receipt"].update(consentTimestamp=1),
        "another's proof": lambda file: file.update(proof=other["proof"]),
        "another's signature": lambda file: file.update(jws=other["jws"]),
        "another's part": lambda file: file.update(receipt=other["receipt"]),
        "no Kantara part": lambda file: file.update(receipt=None),
        "a note of their own": lambda file: file.update(note="The organisation also promised a car."),
        "another path": lambda file: file["proof"].update(index=file["proof"]["index"] ^ 1),
    }
    good = path.read_bytes()
    for name, change in changes.items():
        path.write_bytes(good)
        assert forged(path, change) == 1, name
    path.write_bytes(good)
    assert forged(path, lambda file: None) == 0


def test_a_receipt_in_another_layout_is_refused_so_that_no_byte_is_free(home: Path) -> None:
    path = taken_home(home)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    assert checked(path)[0] != 0


def test_keys_of_another_site_do_not_fit(home: Path) -> None:
    path = taken_home(home)
    (home / "keys.json").write_text((home / "keys.json").read_text().replace("00000000000000f1", "00000000000000f2"))
    assert checked(path)[0] == 1


def test_a_receipt_signed_with_a_key_that_was_retired_is_still_good(home: Path, client: Any) -> None:
    path = taken_home(home)
    data, old = site.ONVIF_PRIVACY_KEYS
    retired = {"id": old["id"], "use": "sign", "public": old_public()}
    with override_settings(ONVIF_PRIVACY_KEYS=[data, keys.generate("sign"), retired]):
        (home / "keys.json").write_bytes(client.get(reverse("onvif_privacy:keys")).content)
        assert checked(path)[0] == 0
        assert receipts.verify(path.read_bytes())
        newer = taken_home(home)
        assert checked(newer)[0] == 0


def old_public() -> str:
    known = {key["kid"]: key["x"] for key in ledger.public_keys()["keys"]}
    return known["00000000000000f1"]


def test_the_signature_is_a_flattened_jws_with_detached_content(home: Path) -> None:
    file = json.loads(taken_home(home).read_text())
    head = json.loads(unpadded(file["jws"]["protected"]))
    assert head == {"alg": "Ed25519", "kid": "00000000000000f1"}
    parts = {"iso27560": file["iso27560"], "receipt": file["receipt"]}
    payload = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    content = base64.urlsafe_b64encode(payload).rstrip(b"=")
    [key] = json.loads((home / "keys.json").read_text())["keys"]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    public = Ed25519PublicKey.from_public_bytes(unpadded(key["x"]))
    public.verify(unpadded(file["jws"]["signature"]), file["jws"]["protected"].encode() + b"." + content)


def unpadded(value: str) -> bytes:
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))


@pytest.mark.parametrize("junk", ["", "{}", "[]", "null", "7", '{"jws":1}', '{"jws":{}}', "not JSON", '"jws"'])
def test_anything_else_is_no_receipt_and_no_crash(home: Path, junk: str) -> None:
    path = home / "receipt.json"
    path.write_text(junk)
    assert not receipts.verify(junk)
    code, said = checked(path)
    assert (code != 0) or said == {"result": "good", "seals": 0, "entries": 0}
