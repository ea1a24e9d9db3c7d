"""Certificates for servers on the loopback, made for one test by an authority of its own."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Served:
    """What a server shows: a context that holds its certificate, and the file that a client would trust."""

    context: ssl.SSLContext
    authority: Path


# Python 3.13 verifies strictly by RFC 5280: an authority says what its key is for
_MAY_SIGN = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _name(words: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, words)])


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey, until: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=30))
        .not_valid_after(until)
    )


def served(folder: Path, *, host: str = "127.0.0.1", expired: bool = False) -> Served:
    """Make an authority and a certificate of it for ``host``, a name or an address."""
    ours, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    until = datetime.now(UTC) + timedelta(days=-1 if expired else 1)
    authority = (
        _builder("Authority of the tests", "Authority of the tests", ours, datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_MAY_SIGN, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(ours.public_key()), critical=False)
        .sign(ours, hashes.SHA256())
    )
    try:
        names: list[x509.GeneralName] = [x509.IPAddress(ip_address(host))]
    except ValueError:
        names = [x509.DNSName(host)]
    leaf = (
        _builder(host, "Authority of the tests", theirs, until)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ours.public_key()), critical=False)
        .sign(ours, hashes.SHA256())
    )
    chain, trusted = folder / f"{host}-{expired}.pem", folder / f"{host}-{expired}-authority.pem"
    secret = theirs.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    chain.write_bytes(secret + leaf.public_bytes(serialization.Encoding.PEM))
    trusted.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return Served(context, trusted)
