"""Signing a package, encrypting it to whoever receives it, and the passphrase where they have no key of their own.

Everything is streamed: no plain byte touches a disk, and memory does not grow with the package. Encryption is ``age``
(age-encryption.org/v1), which needs the extra ``age``; without it nothing is handed over.
"""

from __future__ import annotations

import base64
import hashlib
import queue
import secrets
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from onvif_privacy.core.keys import mac, ring
from onvif_privacy.core.keys.primitives import hkdf
from onvif_privacy.core.ledger.seals import sign

Stamp = Callable[[bytes], bytes]
"""Gets what is to be stamped; gives the authority's answer (RFC 3161, DER)."""

_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"  # RFC 4648: read out over a telephone, no 0, 1, 8, 9
_LETTERS: Final = 24  # 120 bits
_CHUNK: Final = 64 * 1024
_LOG_N: Final = 12


class CannotEncrypt(Exception):
    """There is no library to encrypt with, or the recipient's key is none."""


def age_missing() -> str:
    """Say what to install where the extra is absent; empty where it is there."""
    return "" if find_spec("pyrage") else "Install onvif-privacy[age]: nothing is handed over without encryption."


def _pyrage() -> Any:
    if missing := age_missing():
        raise CannotEncrypt(missing)
    import pyrage

    return pyrage


# Signing


def public_pem(public: bytes) -> bytes:
    """Return a public signing key (32 bytes) as openssl reads it; its SHA-256 is the fingerprint in the letter."""
    key = Ed25519PublicKey.from_public_bytes(public)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def signatures(tag_manifest: bytes, *, stamp: Stamp | None = None) -> Mapping[str, bytes]:
    """Return the files of ``signatures/``: the site's Ed25519 signature, its public key, and a time stamp if asked for.

    Raises KeyRingError, and whatever the time-stamp authority's refusal raises.
    """
    key_id, signature = sign(tag_manifest)
    public = ring().get(key_id, "sign").public
    assert public is not None  # noqa: S101 - a key that signed has a public part
    files = {"seal.ed25519": signature, "ed25519.pem": public_pem(public)}
    return files | ({"seal.tsr": stamp(tag_manifest)} if stamp else {})


# Encrypting


def fingerprint(recipient: str) -> str:
    """Return the SHA-256 (hex) of a recipient's public key, which is read aloud in groups of four."""
    return hashlib.sha256(recipient.strip().encode()).hexdigest()


def _recipient(public: str) -> Any:
    pyrage = _pyrage()
    try:
        return pyrage.x25519.Recipient.from_str(public.strip())
    except pyrage.RecipientError:
        raise CannotEncrypt("The recipient's key is no age key (age1…).") from None


def check_recipient(public: str) -> None:
    """Raise CannotEncrypt for what is no public age key."""
    _recipient(public)


class _Feed:
    """A file to read, filled from another thread; holds one piece at a time."""

    def __init__(self) -> None:
        self.pieces: queue.Queue[bytes | None] = queue.Queue(maxsize=1)
        self._held = b""

    def read(self, size: int) -> bytes:
        if not self._held:
            piece = self.pieces.get()
            if piece is None:
                self.pieces.put(None)  # asked again, the end is still the end
                return b""
            self._held = piece
        found, self._held = self._held[:size], self._held[size:]
        return found


class _Cut(Exception):
    """The source ended before its end: what was encrypted so far must not look whole."""


class _Drain:
    """A file to write into; whoever feeds also empties it, so it holds what one piece became and no more."""

    def __init__(self) -> None:
        self.pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self.is_cut = False

    def write(self, data: bytes) -> int:
        if self.is_cut:
            raise _Cut
        self.pieces.put(bytes(data))
        return len(data)

    def flush(self) -> None:
        return None

    def taken(self) -> Iterator[bytes]:
        while not self.pieces.empty():
            yield self.pieces.get()


def _pieces(source: Iterable[bytes]) -> Iterator[bytes]:
    """Yield pieces of at most 64 KiB, never an empty one, which would read as the end."""
    for part in source:
        yield from (part[start : start + _CHUNK] for start in range(0, len(part), _CHUNK))


def encrypted(source: Iterable[bytes], recipient: str) -> Iterator[bytes]:
    """Yield ``source`` encrypted to a public age key. ``source`` is read in the caller's thread, as it is needed.

    Raises CannotEncrypt; what ``source`` raises comes through, and what was yielded until then does not decrypt.
    """
    to, pyrage = _recipient(recipient), _pyrage()
    feed, drain, failed = _Feed(), _Drain(), list[BaseException]()

    def run() -> None:
        try:
            pyrage.encrypt_io(feed, drain, [to])
        except BaseException as error:  # handed to the caller, who is in another thread
            failed.append(error)

    # The library pulls and pushes by itself; a thread turns that into an iterator.
    worker = threading.Thread(target=run, name="age", daemon=True)
    worker.start()
    try:
        for piece in _pieces(source):
            _put(feed, piece, worker)
            yield from drain.taken()
    except BaseException:
        drain.is_cut = True
        raise
    finally:
        _put(feed, None, worker)
        worker.join()
    if failed:
        raise CannotEncrypt(f"The encryption failed ({type(failed[0]).__name__}).") from failed[0]
    yield from drain.taken()


def _put(feed: _Feed, piece: bytes | None, worker: threading.Thread) -> None:
    while worker.is_alive():  # a worker that failed takes nothing any more
        with suppress(queue.Full):
            feed.pieces.put(piece, timeout=0.5)
            return


# A key for those who have none


@dataclass(frozen=True)
class OneTimeKey:
    """A key for one hand-over: ``public`` to encrypt to, ``file`` to send along, ``passphrase`` to read out.

    ``file`` is the identity under the passphrase, as ``age -d -i`` takes it. Neither the passphrase nor the identity
    is stored anywhere.
    """

    public: str
    file: bytes
    passphrase: str

    def __repr__(self) -> str:
        return f"<OneTimeKey {self.public}>"


def passphrase() -> str:
    """Return 24 letters of base32 in groups of four, 120 bits, to be read out over the verified call-back number."""
    letters = "".join(secrets.choice(_ALPHABET) for _letter in range(_LETTERS))
    return "-".join(letters[start : start + 4] for start in range(0, _LETTERS, 4))


def one_time_key() -> OneTimeKey:
    """Make a key for a recipient who has none. Raises CannotEncrypt."""
    identity, words = _pyrage().x25519.Identity.generate(), passphrase()
    return OneTimeKey(str(identity.to_public()), under_passphrase(f"{identity}\n".encode(), words), words)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).rstrip(b"=").decode()


def under_passphrase(secret: bytes, words: str) -> bytes:
    """Return at most 64 KiB as an age file under a passphrase (C2SP age, sections "scrypt" and "payload").

    The library can do that, too, but stretches the passphrase until it has taken a second and half a gigabyte. That is
    for passphrases that people choose; ours has 120 bits, which no stretching makes stronger.
    """
    file_key, salt, nonce = (secrets.token_bytes(16) for _one in range(3))
    stretched = Scrypt(b"age-encryption.org/v1/scrypt" + salt, 32, 2**_LOG_N, 8, 1).derive(words.encode())
    wrapped = ChaCha20Poly1305(stretched).encrypt(bytes(12), file_key, None)
    head = f"age-encryption.org/v1\n-> scrypt {_base64(salt)} {_LOG_N}\n{_base64(wrapped)}\n---"
    tag = mac(hkdf(file_key, b"header"), head.encode())
    only_chunk = bytes(11) + b"\1"
    payload = ChaCha20Poly1305(hkdf(file_key, b"payload", salt=nonce)).encrypt(only_chunk, secret[:_CHUNK], None)
    return f"{head} {_base64(tag)}\n".encode() + nonce + payload
