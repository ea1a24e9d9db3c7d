"""The signed status in the hands of strangers: verified without our code, and refused at the smallest change (S16)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings as site
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import Settings

from onvif_privacy.core import keys, ledger
from onvif_privacy.core.promises import Verdict, look_at
from onvif_privacy.core.promises import checks as known
from onvif_privacy.statement.models import StatusRelease
from onvif_privacy.statement.services import status
from onvif_privacy.statement.testing import published
from tests.statement.test_status import seen

jose = pytest.importorskip("joserfc.jws", reason="joserfc: an independent JOSE library, in the extra of the tests")
# RFC 9864 names the algorithm anew; both names mean the same signature
pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:EdDSA is deprecated")]


@pytest.fixture(autouse=True)
def _public(settings: Settings) -> Iterator[None]:
    settings.ONVIF_PRIVACY_STATEMENT_PUBLIC = True
    settings.ROOT_URLCONF = "tests.statement.well_known_urls"
    status.forget()
    with published("en"):
        seen("kept")
        status.release()
        yield
    status.forget()


def fetched() -> tuple[bytes, dict[str, Any]]:
    """Return file and keys as a stranger gets them."""
    client = Client()
    return client.get("/.well-known/privacy-status.json").content, client.get("/privacy/keys.json").json()


def opened(file: bytes, trusted: dict[str, Any]) -> dict[str, Any] | None:
    """Return what the library reads out of a file; None where it refuses it."""
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    try:
        found = jose.deserialize_json(json.loads(file), KeySet.import_key_set(trusted), algorithms=["EdDSA", "Ed25519"])
    except (JoseError, ValueError, KeyError, TypeError):  # UnicodeDecodeError is a ValueError
        return None
    return dict(json.loads(found.payload))


def test_independent_library_reads_what_the_page_says() -> None:
    said = opened(*fetched())
    assert said is not None
    shown = status.signed()
    assert shown is not None
    assert said["clauses"] == shown.body["clauses"]


def test_each_flipped_bit_of_the_file_is_refused_or_says_the_same() -> None:
    file, trusted = fetched()
    good = opened(file, trusted)
    accepted = []
    for place in range(len(file)):
        changed = bytearray(file)
        changed[place] ^= 1
        if (said := opened(bytes(changed), trusted)) is not None and said != good:
            accepted.append((place, said))
    assert accepted == [], len(file)


def test_key_of_another_site_and_unsigned_content_are_refused() -> None:
    file, trusted = fetched()
    other = keys.generate("sign")
    with override_settings(
        ONVIF_PRIVACY_KEYS=[*(one for one in site.ONVIF_PRIVACY_KEYS if one["use"] != "sign"), other]
    ):
        assert opened(file, fetched()[1]) is None
    assert opened(file, {"keys": []}) is None
    assert opened(file, trusted) is not None


def test_status_signed_with_a_key_that_was_retired_is_still_good() -> None:
    file, _trusted = fetched()
    data, old = site.ONVIF_PRIVACY_KEYS
    public = {key["kid"]: key["x"] for key in ledger.public_keys()["keys"]}[old["id"]]
    retired = {"id": old["id"], "use": "sign", "public": public}
    with override_settings(ONVIF_PRIVACY_KEYS=[data, keys.generate("sign"), retired]):
        assert opened(file, fetched()[1]) is not None


def test_older_serial_shows_as_a_gap_in_the_chain() -> None:
    first = StatusRelease.objects.get()
    seen("broken", "scope.linked")
    second = status.release()
    assert second is not None
    older, newer = opened(first.jws.encode(), fetched()[1]), opened(second.jws.encode(), fetched()[1])
    assert older is not None
    assert newer is not None
    assert (older["serial"], newer["serial"]) == (1, 2)
    assert newer["previous"]
    assert older["previous"] == ""
    check = next(one for one in known.all() if one.name.endswith("status_is_what_was_seen"))
    StatusRelease(
        serial=4,
        jws=second.jws,
        content="x",
        previous_digest="0" * 64,
        at=timezone.now(),
        valid_until=second.valid_until,
    ).save()
    found = look_at(check)
    assert found.verdict is Verdict.BROKEN
    assert any("does not follow the status before it" in str(one) for one in found.findings)
