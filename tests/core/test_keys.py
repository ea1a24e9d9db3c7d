"""The key ring: what it refuses, what it shows, what is derived from it."""

from __future__ import annotations

import base64
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from onvif_privacy.core.keys import KeyRingError, derive, generate, ring
from onvif_privacy.core.keys.ring import Ring, build

DATA, SIGN = generate("data"), generate("sign")


def entry(good: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Return a ring entry with something changed; None leaves a key out."""
    return {name: value for name, value in (good | changes).items() if value is not None}


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "no active key for 'data'"),
        ([DATA], "no active key for 'sign'"),
        ([SIGN], "no active key for 'data'"),
        ([entry(DATA, id="xyz"), SIGN], "id of 16 hexadecimal digits"),
        ([entry(DATA, id="ABCDEF0123456789"), SIGN], "id of 16 hexadecimal digits"),
        ([entry(DATA, id=None), SIGN], "id of 16 hexadecimal digits"),
        ([entry(DATA, use="seal"), SIGN], "must be one of data, sign"),
        ([entry(DATA, secret=None), SIGN], "has no secret"),
        ([entry(DATA, secret=""), SIGN], "has 0 bytes, 32 are needed"),
        ([entry(DATA, secret=DATA["secret"][:-4]), SIGN], "has 29 bytes, 32 are needed"),
        ([entry(DATA, secret="&" * 43), SIGN], "is not base64url"),
        ([entry(DATA, secret="\u00e9" * 43), SIGN], "is not base64url"),
        ([entry(DATA, secret=12), SIGN], "is not base64url"),
        ([DATA, SIGN, DATA], "stands in the ring twice"),
        ([DATA, SIGN, entry(DATA, id="0" * 16)], "stands in the ring twice"),
        ([DATA, SIGN, entry(generate("data"), id=DATA["id"])], "stands in the ring twice"),
        ([DATA, entry(SIGN, secret=None)], "has no secret"),
        ([DATA, SIGN, entry(generate("sign"), secret=None, public="abc")], "public of a key"),
    ],
)
def test_a_malformed_ring_is_refused_in_words_that_hold_no_secret(entries: list[dict[str, str]], words: str) -> None:
    with override_settings(ONVIF_PRIVACY_KEYS=entries), pytest.raises(KeyRingError, match=words) as refusal:
        ring()
    shown = "".join(traceback.format_exception_only(refusal.value))
    assert not any(
        one.get("secret") and str(one["secret"])[:12] in shown for one in entries if len(str(one.get("secret"))) > 20
    )


@pytest.mark.parametrize("keys", [None, "secret", [1], {"id": "1"}])
def test_a_ring_of_the_wrong_shape_is_refused_as_a_setting(keys: object) -> None:
    with (
        override_settings(ONVIF_PRIVACY_KEYS=keys),
        pytest.raises(KeyRingError, match="must be a list of dictionaries"),
    ):
        ring()


def test_a_missing_ring_names_the_command_that_makes_one() -> None:
    with override_settings():
        from django.conf import settings

        del settings.ONVIF_PRIVACY_KEYS
        ring.cache_clear()
        with pytest.raises(KeyRingError, match="privacy_keys init"):
            ring()
    ring.cache_clear()


@pytest.mark.parametrize("path", ["no.such.module", "onvif_privacy.core.keys.NoProvider", "nodots"])
def test_a_provider_that_cannot_be_imported_is_named(path: str) -> None:
    with override_settings(ONVIF_PRIVACY_KEYS_PROVIDER=path), pytest.raises(KeyRingError, match="cannot be imported"):
        ring()


class Vault:
    """A provider of a host's own."""

    def load(self) -> Ring:
        """Return a ring that stands in no setting."""
        return build([generate("data"), generate("sign")])


def test_a_provider_of_the_host_is_asked_once_a_process() -> None:
    with override_settings(ONVIF_PRIVACY_KEYS_PROVIDER=f"{__name__}.Vault"):
        assert ring() is ring()
        assert ring().active("data").id != "00000000000000d1"
    assert ring().active("data").id == "00000000000000d1"


@pytest.mark.parametrize("shown", [repr, str, "{!r}".format, lambda one: f"{one}"])
def test_no_way_of_showing_a_ring_or_a_key_shows_a_secret(shown: Callable[[object], str]) -> None:
    made = build([DATA, SIGN])
    for raw in (base64.urlsafe_b64decode(one["secret"] + "=") for one in (DATA, SIGN)):
        for thing in (made, made.keys, made.keys[0], made.keys[1], [made], {"ring": made}):
            text = shown(thing)
            assert raw.hex() not in text
            assert repr(raw)[2:20] not in text
            assert base64.urlsafe_b64encode(raw).decode()[:12] not in text


def test_the_first_key_of_a_use_is_active_and_older_ones_stay_readable() -> None:
    older = generate("data")
    made = build([DATA, SIGN, older])
    assert made.active("data").id == DATA["id"]
    assert made.get(older["id"], "data").secret is not None
    with pytest.raises(KeyRingError, match="does not hold the sign key"):
        made.get(older["id"], "sign")


def test_a_retired_signing_key_keeps_its_public_part_only() -> None:
    public = build([DATA, SIGN]).keys[1].public
    assert public is not None
    newer = generate("sign")
    retired = {"id": SIGN["id"], "use": "sign", "public": base64.urlsafe_b64encode(public).decode()}
    made = build([DATA, newer, retired])
    assert made.active("sign").id == newer["id"]
    assert set(made.public_keys()) == {SIGN["id"], newer["id"]}


def test_derived_keys_differ_by_use_context_and_ring_key() -> None:
    older = generate("data")
    with override_settings(ONVIF_PRIVACY_KEYS=[DATA, SIGN, older]):
        derived = [
            derive("mac"),
            derive("token"),
            derive("wrap", "subject"),
            derive("wrap", "x"),
            derive("mac", key_id=older["id"]),
        ]
        assert len(set(derived)) == 5
        assert {len(one) for one in derived} == {32}
        assert derive("mac") == derive("mac", key_id=DATA["id"])
        with pytest.raises(KeyRingError):
            derive("mac", key_id="f" * 16)
        with pytest.raises(KeyRingError):
            derive("mac", key_id=SIGN["id"])


def test_contexts_that_would_read_alike_when_joined_are_refused() -> None:
    for context in (("row", "a|b", "c"), ("row", "a", "b|c")):
        with pytest.raises(ValueError, match="cannot hold"):
            derive(*context)


def test_keys_have_nothing_to_do_with_the_secret_key_of_the_site() -> None:
    before = derive("mac")
    with override_settings(SECRET_KEY="rotated"):
        ring.cache_clear()
        assert derive("mac") == before


def test_generated_keys_are_distinct_and_whole() -> None:
    made = [generate("data") for _ in range(200)]
    assert len({one["id"] for one in made}) == len({one["secret"] for one in made}) == 200
    build([*made, SIGN])


def test_a_ring_error_is_an_error_of_configuration_and_can_be_carried_between_processes() -> None:
    error = pickle.loads(pickle.dumps(KeyRingError("words")))
    assert isinstance(error, ImproperlyConfigured)
    assert str(error) == "words"
