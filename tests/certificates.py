"""Certificates such as Splunk makes for itself: an X.509 version 1 root, and a server's that it signed.

Version 1 has no extensions, which is what VERIFY_X509_STRICT (Python 3.13's default) refuses. The library makes
version 3 alone, so the version is cut out of what is signed.
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

VERSION_3 = bytes.fromhex("a003020102")  # the first field of what is signed; a certificate without it is of version 1
ROOT = "SplunkCommonCA"
LOOPBACK = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])


class Chain(NamedTuple):
    authority: Path  # the root's certificate
    server: Path  # the server's certificate and its key

    def context(self) -> ssl.SSLContext:
        """For a server."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.server)
        return made


def like_splunks(folder: Path, names: x509.SubjectAlternativeName | None = None, days: int = 1) -> Chain:
    """Splunk's own server certificate names no host; `names` gives it some."""
    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_der = version_1(certificate(ROOT, root, root), root)
    server = certificate("SplunkServerDefaultCert", key, root, names, days)
    der = server.public_bytes(serialization.Encoding.DER) if names else version_1(server, root)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "cacert.pem").write_text(ssl.DER_cert_to_PEM_cert(root_der))
    (folder / "server.pem").write_text(ssl.DER_cert_to_PEM_cert(der) + private.decode())
    return Chain(folder / "cacert.pem", folder / "server.pem")


def certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    by: ec.EllipticCurvePrivateKey,
    names: x509.SubjectAlternativeName | None = None,
    days: int = 1,
) -> x509.Certificate:
    start = datetime.now(timezone.utc) - timedelta(days=10)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ROOT)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=10 + days))
    )
    return (builder.add_extension(names, critical=False) if names else builder).sign(by, hashes.SHA256())


def version_1(made: x509.Certificate, by: ec.EllipticCurvePrivateKey) -> bytes:
    """The same certificate, without extensions, as one of version 1, signed anew."""
    signed = made.tbs_certificate_bytes
    body = signed[signed.index(VERSION_3) + len(VERSION_3) :]
    tbs = der(0x30, body)
    whole = made.public_bytes(serialization.Encoding.DER)
    algorithm = whole[whole.index(signed) + len(signed) :][:12]  # ecdsa-with-SHA256
    return der(0x30, tbs + algorithm + der(0x03, b"\0" + by.sign(tbs, ec.ECDSA(hashes.SHA256()))))


def der(tag: int, body: bytes) -> bytes:
    size = len(body)
    long = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([128 + len(long)]) + long) + body


def strictly(lenient: Callable[..., ssl.SSLContext]) -> Callable[..., ssl.SSLContext]:
    """ssl.create_default_context of any Python, as strict as that of 3.13."""

    def create_default_context(*args: Any, **options: Any) -> ssl.SSLContext:
        context = lenient(*args, **options)
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    return create_default_context
