"""The kernel's promise about data on its way to other servers."""

from __future__ import annotations

import socket
import ssl
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils.translation import gettext_lazy as _

from onvif_privacy.core import transmission
from onvif_privacy.core.promises.looking import Look, Plant
from onvif_privacy.core.promises.own import SECURITY
from onvif_privacy.core.promises.planting import altered
from onvif_privacy.core.promises.shapes import Finding, Kind, Promise, check
from onvif_privacy.core.registry import declare

TRANSIT = Promise(
    "security.transit", SECURITY, _("Data goes to other servers encrypted, and to nobody who only claims to be them.")
)
declare(TRANSIT)

# Port 9 is "discard": where an address were taken, nothing would answer there.
PLAIN = ("http://127.0.0.1:9/", "HTTP://127.0.0.1:9/", "//127.0.0.1:9/", "ftp://127.0.0.1:9/", "https://a@127.0.0.1:9/")
SECONDS = 5


def _reason(url: str) -> str:
    """Return why nothing was sent there; empty where it was."""
    try:
        transmission.post(url, b"probe", content_type="text/plain", timeout_seconds=SECONDS, total_seconds=SECONDS)
    except transmission.NotTransmitted as error:
        return error.reason
    return ""


@check(TRANSIT, kind=Kind.REFUSAL)
def plain_addresses_are_refused(look: Look) -> Iterable[Finding]:
    """Try to send to addresses that are not encrypted, or hide where they lead."""
    for url in PLAIN:
        look.seen()
        if _reason(url) != "address":
            yield Finding(url, "was not refused before a line was opened")


@plain_addresses_are_refused.saboteur
@contextmanager
def any_address_is_taken(plant: Plant) -> Iterator[str]:
    """Let every address count as safe."""
    with altered(transmission, "safe_url", lambda url, hosts=(): f"https://{url.rpartition('//')[2]}"):
        yield "http://127.0.0.1:9/"


def _self_signed(folder: Path) -> Path:
    """Write a certificate that nobody vouches for, with its key."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    place = folder / "probe.pem"
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
    place.write_bytes(secret + made.public_bytes(encoding))
    return place


@contextmanager
def impostor() -> Iterator[str]:
    """Run a server on this machine that claims to be ``localhost`` and cannot show it; yields its address."""
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as listening:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_self_signed(Path(folder)))
        listening.settimeout(SECONDS)

        def answer() -> None:
            with suppress(OSError):  # whoever does not trust it hangs up, as they should
                line, _address = listening.accept()
                line.settimeout(SECONDS)
                with context.wrap_socket(line, server_side=True) as encrypted:
                    encrypted.recv(65_536)
                    encrypted.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield f"https://localhost:{listening.getsockname()[1]}/"
        finally:
            thread.join(SECONDS)


@check(TRANSIT, kind=Kind.REFUSAL)
def certificates_are_verified(look: Look) -> Iterable[Finding]:
    """Try to send to a server on this machine whose certificate nobody vouches for."""
    with impostor() as address:
        look.seen()
        reason = _reason(address)
    if reason != "certificate":
        yield Finding("certificate", f"a server that nobody vouches for was not refused: {reason or 'it was sent'}")


@certificates_are_verified.saboteur
@contextmanager
def certificates_are_not_looked_at(plant: Plant) -> Iterator[str]:
    """Trust whoever answers, as people do who want an error to go away."""
    with altered(transmission, "tls", ssl._create_unverified_context):
        yield "nobody vouches for"
