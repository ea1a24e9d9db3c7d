"""Sealed streams, and a ring that grows while a process runs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from importlib import import_module

import pytest
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from onvif_privacy.core.keys import KeyRingError, SealBroken, derive, generate, open_stream, ring, seal_stream
from onvif_privacy.core.keys.ring import Ring, build
from onvif_privacy.core.keys.streams import CHUNK_BYTES, HEAD_BYTES, TAG_BYTES

KEY, PLACE = bytes(range(32)), ("package", "file", "1", "")
STEP = CHUNK_BYTES + TAG_BYTES


def sealed(plain: bytes) -> bytes:
    return b"".join(seal_stream([plain], key=KEY, key_id=b"12345678", place=PLACE))


def opened(raw: bytes, *, key: bytes = KEY, place: tuple[str, ...] = PLACE, step: int = 100_000) -> bytes:
    parts = (raw[start : start + step] for start in range(0, len(raw), step))
    return b"".join(open_stream(parts, key=key, place=place))


@pytest.mark.parametrize("length", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_a_stream_of_any_length_comes_back(length: int) -> None:
    plain = random.Random(length).randbytes(length)
    assert opened(sealed(plain)) == plain
    assert opened(sealed(plain), step=7_919) == plain


@given(st.lists(st.binary(max_size=300), max_size=5), st.integers(1, 50))
def test_how_a_stream_is_cut_into_parts_does_not_matter(parts: list[bytes], step: int) -> None:
    raw = b"".join(seal_stream(parts, key=KEY, key_id=b"1", place=PLACE))
    assert opened(raw, step=step) == b"".join(parts)


def test_a_cut_reordered_repeated_or_lengthened_stream_is_refused() -> None:
    raw = sealed(random.Random(1).randbytes(3 * CHUNK_BYTES + 5))
    head, first, second = raw[:HEAD_BYTES], raw[HEAD_BYTES:][:STEP], raw[HEAD_BYTES + STEP :][:STEP]
    rest = raw[HEAD_BYTES + 2 * STEP :]
    for bad in (
        raw[: HEAD_BYTES + STEP],
        raw[: HEAD_BYTES + 3 * STEP],
        raw[:-1],
        raw[:HEAD_BYTES],
        raw[:10],
        b"",
        head + second + first + rest,
        head + first + first + second + rest,
        raw + b"x",
        sealed(b"x")[:HEAD_BYTES] + raw[HEAD_BYTES:],
    ):
        with pytest.raises(SealBroken):
            opened(bad)


def test_every_changed_byte_place_and_key_is_refused() -> None:
    raw = sealed(b"a package for the authority")
    for position in range(len(raw)):
        changed = bytearray(raw)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            opened(bytes(changed))
    with pytest.raises(SealBroken):
        opened(raw, place=("package", "file", "2", ""))
    with pytest.raises(SealBroken):
        opened(raw, key=bytes(32))


def test_a_stream_needs_little_memory() -> None:
    parts = (b"x" * 100_000 for _ in range(200))
    longest = max(
        len(one) for one in open_stream(seal_stream(parts, key=KEY, key_id=b"1", place=PLACE), key=KEY, place=PLACE)
    )
    assert longest == CHUNK_BYTES


class Growing:
    """A provider whose ring gets another key."""

    entries: list[dict[str, str]] = []
    loads = 0

    def load(self) -> Ring:
        type(self).loads += 1
        return build(self.entries)


@pytest.fixture
def _growing(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(import_module("onvif_privacy.core.keys.ring"), "_loaded_again", 0.0)
    Growing.entries, Growing.loads = [generate("data"), generate("sign")], 0
    with override_settings(ONVIF_PRIVACY_KEYS_PROVIDER=f"{__name__}.Growing"):
        yield
    ring.cache_clear()


@pytest.mark.usefixtures("_growing")
def test_a_key_added_while_the_process_runs_is_found_and_a_missing_one_asked_for_once_a_minute() -> None:
    assert len(ring().keys) == 2
    added = generate("data")
    Growing.entries = [added, *Growing.entries]
    assert len(derive("mac", key_id=added["id"])) == 32
    assert ring().active("data").id == added["id"]
    for _ in range(20):
        with pytest.raises(KeyRingError):
            derive("mac", key_id="f" * 16)
    assert Growing.loads == 2
