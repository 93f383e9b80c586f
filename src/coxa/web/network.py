"""The local network: this computer's addresses on it, and the certificate under which a phone reaches them."""

from __future__ import annotations

import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from coxa.errors import BadInput

#: Browsers refuse certificates that hold longer; ours is renewed while it still holds for so long.
HOLDS = timedelta(days=390)
RENEW_BEFORE = timedelta(days=30)

#: One address of each kind of private network, and one of no network at all: the system says from where it would reach it.
_TARGETS = ("192.168.255.254", "10.255.255.254", "172.31.255.254", "192.0.2.1")


def lan_addresses() -> tuple[str, ...]:
    """This computer's own addresses on the networks it is connected to; nothing is sent to find out."""
    found: dict[str, None] = {}
    for target in _TARGETS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((target, 9))
            except OSError:
                continue
            found[probe.getsockname()[0]] = None
    try:
        for *_, address in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET):
            found[str(address[0])] = None
    except OSError:
        pass  # a computer whose own name is not known to it still has the addresses above
    return tuple(a for a in found if not ipaddress.ip_address(a).is_loopback and not ipaddress.ip_address(a).is_unspecified)


def lan_names() -> tuple[str, ...]:
    """The names under which others on the network may know this computer."""
    name = socket.gethostname().lower().removesuffix(".local")
    return (name, f"{name}.local") if name and name != "localhost" and "." not in name else ((name,) if "." in name else ())


@dataclass(frozen=True)
class Certificate:
    """Where the certificate and its key are kept, what it holds for, and its fingerprint (SHA-256, in pairs)."""

    file: Path
    key: Path
    hosts: tuple[str, ...]
    ends: datetime
    fingerprint: str


def kept_certificate(folder: Path, hosts: tuple[str, ...], now: datetime | None = None) -> Certificate:
    """The certificate for these addresses: the one that is kept, or a new one where it ends soon or lacks one of them.

    Parameters
    ----------
    folder : Path
        The data folder; certificate and key lie in `tls` in it, the key readable by its owner alone.
    hosts : tuple of str
        Addresses and names that it must hold for.
    now : datetime, optional
        The moment, in UTC.

    Returns
    -------
    Certificate

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    now = now or datetime.now(UTC)
    place = folder / "tls"
    file, key = place / "certificate.pem", place / "key.pem"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = _read(file, key)
        if kept is not None and set(hosts) <= set(kept.hosts) and kept.ends - now > RENEW_BEFORE:
            return kept
        _write(file, key, hosts, now)
        made = _read(file, key)
    except OSError as error:
        raise BadInput(f"{place}: expected a folder that can be written, got {error.strerror}; set COXA_DATA to another") from error
    assert made is not None, "a certificate that was just written can be read"
    return made


def _read(file: Path, key: Path) -> Certificate | None:
    if not (file.exists() and key.exists()):
        return None
    try:
        read = x509.load_pem_x509_certificate(file.read_bytes())
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        if private.public_key() != read.public_key():
            return None
        names = read.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, x509.ExtensionNotFound):
        return None  # half written or not ours: made anew
    held = [str(a) for a in names.get_values_for_type(x509.IPAddress)] + names.get_values_for_type(x509.DNSName)
    digest = read.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(file, key, tuple(held), read.not_valid_after_utc, digest)


def _write(file: Path, key: Path, hosts: tuple[str, ...], now: datetime) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "coxa on this computer")])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))  # a phone's clock may be behind
        .not_valid_after(now + HOLDS)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private, hashes.SHA256())
    )
    secret = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    for path, content in ((key, secret), (file, made.public_bytes(serialization.Encoding.PEM))):
        unfinished = path.with_suffix(".part")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as writing:
            writing.write(content)
        os.replace(unfinished, path)


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
