"""The key ring: which secrets the site holds, which of them is active, and what is derived from them."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.dispatch import receiver
from django.utils.module_loading import import_string

from onvif_privacy.core.conf import conf
from onvif_privacy.core.keys.primitives import hkdf

KEY_ID = re.compile(r"[0-9a-f]{16}")
USES = ("data", "sign")
RELOAD_SECONDS = 60


class KeyRingError(ImproperlyConfigured):
    """The ring is missing, malformed, or does not hold the key that a stored value names."""


class NoActiveKey(KeyRingError):
    """The ring holds no key that new values of this ``use`` could be made with."""

    def __init__(self, use: str) -> None:
        super().__init__(f"The key ring holds no active key for {use!r}. Run 'manage.py privacy_keys init'.")
        self.use = use


class ProviderMissing(KeyRingError):
    """The class that loads the ring cannot be imported."""


@dataclass(frozen=True)
class RingKey:
    """One key: its id (16 hex digits), its use and its secret (32 bytes); a retired signing key has none.

    ``made`` is the day it was made on, where the settings say so.
    """

    id: str
    use: str
    secret: bytes | None
    public: bytes | None = None
    made: date | None = None

    def __repr__(self) -> str:
        return f"<RingKey {self.id} {self.use}>"


@dataclass(frozen=True)
class Ring:
    """All keys of the site, the active one of each use first."""

    keys: tuple[RingKey, ...]

    def active(self, use: str) -> RingKey:
        """Return the key that new values are made with; raises KeyRingError."""
        for key in self.keys:
            if key.use == use and key.secret is not None:
                return key
        raise NoActiveKey(use)

    def get(self, key_id: str, use: str) -> RingKey:
        """Return the key with that id; raises KeyRingError."""
        for key in self.keys:
            if key.id == key_id and key.use == use:
                return key
        raise KeyRingError(f"The key ring does not hold the {use} key {key_id}.")

    def public_keys(self) -> dict[str, Ed25519PublicKey]:
        """Return the public part of every signing key, retired ones too, by id."""
        return {key.id: Ed25519PublicKey.from_public_bytes(key.public) for key in self.keys if key.public}


class KeyProvider(Protocol):
    """Loads the ring; a key management service unwraps it here, once for each process."""

    def load(self) -> Ring:
        """Return the ring; raises KeyRingError."""
        ...


def _decode(entry: Mapping[str, str], name: str) -> bytes | None:
    value = entry.get(name)
    if value is None:
        return None
    try:
        raw = base64.b64decode(value.encode("ascii") + b"=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError, AttributeError):
        raise KeyRingError(f"ONVIF_PRIVACY_KEYS: {name} of a key is not base64url.") from None
    if len(raw) != 32:
        raise KeyRingError(f"ONVIF_PRIVACY_KEYS: {name} of a key has {len(raw)} bytes, 32 are needed.")
    return raw


def _key(entry: Mapping[str, str]) -> RingKey:
    key_id, use = str(entry.get("id", "")), str(entry.get("use", ""))
    if not KEY_ID.fullmatch(key_id):
        raise KeyRingError("ONVIF_PRIVACY_KEYS: each key needs an id of 16 hexadecimal digits.")
    if use not in USES:
        raise KeyRingError(f"ONVIF_PRIVACY_KEYS: the use of key {key_id} must be one of {', '.join(USES)}.")
    secret, public = _decode(entry, "secret"), _decode(entry, "public")
    if secret is None and (use == "data" or public is None):
        raise KeyRingError(f"ONVIF_PRIVACY_KEYS: key {key_id} has no secret.")
    if use == "sign" and secret is not None:
        public = Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()
    return RingKey(key_id, use, secret, public, _day(entry, key_id))


def _day(entry: Mapping[str, str], key_id: str) -> date | None:
    if "made" not in entry:
        return None
    try:
        return date.fromisoformat(str(entry["made"]))
    except ValueError:
        raise KeyRingError(f"ONVIF_PRIVACY_KEYS: key {key_id} was made on no day such as 2026-01-31.") from None


def build(entries: Iterable[Mapping[str, str]]) -> Ring:
    """Make a ring of ``{"id", "use", "secret"}`` entries; raises KeyRingError for a malformed or repeated one."""
    keys = tuple(_key(entry) for entry in entries)
    if len({key.id for key in keys}) < len(keys) or len({key.secret for key in keys if key.secret}) < len(
        [key for key in keys if key.secret]
    ):
        raise KeyRingError("ONVIF_PRIVACY_KEYS: a key stands in the ring twice.")
    ring = Ring(keys)
    for use in USES:
        ring.active(use)
    return ring


class SettingsProvider:
    """Reads the ring from ``ONVIF_PRIVACY_KEYS``."""

    def load(self) -> Ring:
        """Return the ring; raises KeyRingError."""
        try:
            return build(conf.KEYS)
        except KeyRingError:
            raise
        except ImproperlyConfigured as error:
            raise KeyRingError(str(error)) from None


@lru_cache(maxsize=1)
def ring() -> Ring:
    """Return the site's key ring, loaded once for each process; raises KeyRingError."""
    try:
        provider: KeyProvider = import_string(conf.KEYS_PROVIDER)()
    except ImportError as error:
        raise ProviderMissing(f"ONVIF_PRIVACY_KEYS_PROVIDER cannot be imported: {error}") from None
    return provider.load()


@receiver(setting_changed)
def _forget_ring(*, setting: str, **kwargs: object) -> None:
    if setting in ("ONVIF_PRIVACY_KEYS", "ONVIF_PRIVACY_KEYS_PROVIDER"):
        ring.cache_clear()
        _derived.cache_clear()


@lru_cache(maxsize=256)
def _derived(secret: bytes, info: bytes) -> bytes:
    return hkdf(secret, b"onvif_privacy v1|" + info)


_loaded_again = 0.0


def _named(key_id: str) -> RingKey:
    """Return a data key; an unknown one may have been added since this process loaded the ring: look, once a minute."""
    global _loaded_again
    try:
        return ring().get(key_id, "data")
    except KeyRingError:
        if _loaded_again and time.monotonic() - _loaded_again < RELOAD_SECONDS:
            raise
    _loaded_again = time.monotonic()
    ring.cache_clear()
    return ring().get(key_id, "data")


def derive(*context: str, key_id: str | None = None) -> bytes:
    """Derive 32 bytes from a ring secret by HKDF-SHA256 (RFC 5869) for one use and context.

    ``key_id`` names an older key; by default the active data key is used. Raises KeyRingError, and ValueError for a
    context that holds ``|``, which keeps the parts of two contexts apart.
    """
    if any("|" in part for part in context):
        raise ValueError("A part of a key's context cannot hold '|'.")
    key = _named(key_id) if key_id else ring().active("data")
    if key.secret is None:
        raise KeyRingError(f"The data key {key.id} has no secret.")
    return _derived(key.secret, "|".join(context).encode())


def generate(use: str) -> dict[str, str]:
    """Make a fresh entry for ``ONVIF_PRIVACY_KEYS``."""
    secret = base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()
    return {"id": secrets.token_hex(8), "use": use, "secret": secret}
