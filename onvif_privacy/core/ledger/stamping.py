"""Time stamps of a time-stamp authority (RFC 3161): a stranger signs when the checkpoint existed. Extra ``tsa``."""

from __future__ import annotations

import base64
import hashlib
import http.client
from importlib.util import find_spec
from typing import Any
from urllib.parse import unquote, urlsplit

from onvif_privacy.core.ledger.export import Checkpoint

SECONDS = 10
_LARGEST = 65_536


class StampRefused(Exception):
    """The authority gave no time stamp, or one of something else."""


def client_missing() -> str:
    """Say what to install where the extra is absent; empty where it is there."""
    return "" if find_spec("rfc3161_client") else "Install onvif-privacy[tsa] for a time-stamp authority."


def _ask(address: str, query: bytes) -> bytes:
    """Send a query by HTTP (RFC 3161, section 3.4). No redirect is followed; an answer has ten seconds and 64 kB."""
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    headers = {"Content-Type": "application/timestamp-query"}
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    connection = kind(parts.hostname or "", parts.port, timeout=SECONDS)
    try:
        connection.request("POST", parts._replace(scheme="", netloc="").geturl() or "/", query, headers)
        response = connection.getresponse()
        body = response.read(_LARGEST + 1)
    finally:
        connection.close()
    if response.status != 200 or len(body) > _LARGEST:
        raise StampRefused(f"The time-stamp authority answered {response.status} with {len(body)} bytes.")
    return body


def _read(answer: bytes) -> Any:
    from rfc3161_client import decode_timestamp_response

    try:
        response = decode_timestamp_response(answer)
        if response.status not in (0, 1):  # granted, granted with modifications
            raise StampRefused(f"The time-stamp authority refused with status {response.status}.")
        return response.tst_info
    except ValueError as error:
        raise StampRefused("The answer of the time-stamp authority cannot be read.") from error


def stamp(checkpoint: Checkpoint, *, address: str) -> bytes:
    """Return the authority's answer (DER) about the note of a checkpoint; raises as `stamp_bytes`."""
    return stamp_bytes(checkpoint.note.encode(), address=address)


def stamp_bytes(message: bytes, *, address: str) -> bytes:
    """Return the authority's answer (DER) about some bytes; ``openssl ts -verify`` reads it.

    That the stamp is of these bytes and of this query is checked here; whom the signature belongs to is for whoever
    verifies, who must not take our word for it. Raises StampRefused, OSError, http.client.HTTPException.
    """
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _ask(address, request.as_bytes())
    stamped = _read(answer)
    if stamped.message_imprint.message != hashlib.sha256(message).digest() or stamped.nonce != request.nonce:
        raise StampRefused("The time stamp is of something else.")
    return answer
