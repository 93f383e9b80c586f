"""`WebConfig`: how one server runs: where it listens, who may come, where it keeps its secret."""

from __future__ import annotations

import ipaddress
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from coxa.errors import BadInput

#: Names of this computer that only this computer can reach.
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
SECRET_BYTES = 32


@dataclass(frozen=True)
class WebConfig:
    """How one server runs.

    Attributes
    ----------
    database : str or None
        Address of the database; the setting's, else a file in the data folder.
    data : Path or None
        The data folder; the setting's, else the user's own.
    host, port : str, int
        Where it listens.
    phone : bool
        Whether a phone on the local network may be paired.
    sign_in : bool
        Whether everybody must sign in; without it, who sits at this computer need not.
    hosts : tuple of str
        Host names under which it answers, besides those of this computer itself.
    tls : bool
        Whether people reach it by https, through a proxy or directly.
    trusted_proxies : tuple of str
        Addresses or networks of the proxies whose word about the visitor's address holds.
    secret : bytes
        Key of the tokens in forms.
    raise_errors : bool
        Let an unexpected error through to the caller, for tests.
    """

    database: str | None = None
    data: Path | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    phone: bool = False
    sign_in: bool = False
    hosts: tuple[str, ...] = ()
    tls: bool = False
    trusted_proxies: tuple[str, ...] = ()
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(SECRET_BYTES), repr=False)
    raise_errors: bool = False

    @property
    def folder(self) -> Path:
        """The data folder."""
        from coxa.settings import data_folder

        return self.data or data_folder()


def is_loopback(address: str | None) -> bool:
    """Whether an address is this computer's own, which nobody else can send from.

    >>> is_loopback("127.0.0.1"), is_loopback("::1"), is_loopback("192.168.1.4"), is_loopback(None)
    (True, True, False, False)
    """
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def configure(
    *, database: str | None = None, data: Path | None = None, host: str = "127.0.0.1", port: int = 8000, phone: bool = False
) -> WebConfig:
    """The configuration of `coxa up`, from its options and the settings.

    Raises
    ------
    BadInput
        If a setting cannot be read, or the secret cannot be kept.
    """
    from coxa.settings import data_folder, settings

    proxies = tuple(part.strip() for part in settings().proxy.split(",") if part.strip())
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError as error:
            raise BadInput(f"COXA_PROXY: expected addresses such as 127.0.0.1 or 10.0.0.0/8, got {proxy!r}; name the proxy's") from error
    hosts = tuple(part.strip().lower() for part in settings().hosts.split(",") if part.strip())
    folder = data or data_folder()
    return WebConfig(
        database=database,
        data=data,
        host=host,
        port=port,
        phone=phone,
        # A proxy stands where others can reach it: nobody is at this computer just because the proxy is.
        sign_in=bool(proxies) or not (phone or is_loopback(host)),
        hosts=hosts,
        tls=bool(proxies),
        trusted_proxies=proxies,
        secret=kept_secret(folder),
    )


def kept_secret(folder: Path) -> bytes:
    """The secret of this data folder, made on first use, readable by its owner alone.

    Raises
    ------
    BadInput
        If it cannot be written.
    """
    path = folder / "secret"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and len(kept := path.read_bytes()) == SECRET_BYTES:
            return kept
        made = secrets.token_bytes(SECRET_BYTES)
        unfinished = folder / f"secret.{os.getpid()}.part"
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(made)
        os.replace(unfinished, path)
        return made
    except OSError as error:
        raise BadInput(f"{folder}: expected a folder that can be written, got {error.strerror}; set COXA_DATA to another") from error
