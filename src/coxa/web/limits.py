"""`Limits`: how often somebody may try what can be guessed: a password, a pairing code."""

from __future__ import annotations

import hashlib
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import HTTPConnection

from coxa.web.errors import TooMany

#: How often, by what is limited; the first is for one account or code, the second for one address.
RATES: dict[str, RateLimitItem] = {
    "sign-in account": parse("8 per 15 minutes"),
    "sign-in address": parse("30 per 15 minutes"),
    "sign-up address": parse("10 per hour"),
    "pair address": parse("10 per 10 minutes"),
    "pair everybody": parse("60 per 10 minutes"),
}


class Limits:
    """Counts attempts in this process's memory; nothing of whom it counts can be read out of it."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def attempt(self, rate: str, key: str) -> None:
        """Count one attempt.

        Parameters
        ----------
        rate : str
            One of `RATES`.
        key : str
            Whose attempt it is: an address, an account.

        Raises
        ------
        TooMany
            If there were too many; it says how long to wait.
        """
        item, name = RATES[rate], _name(rate, key)
        if not self._limiter.hit(item, name):
            raise TooMany(round(self._limiter.get_window_stats(item, name).reset_time - time.time()) + 1)

    def forget(self, rate: str, key: str) -> None:
        """An attempt was right: the ones before it count no more."""
        self._limiter.clear(RATES[rate], _name(rate, key))


def _name(rate: str, key: str) -> str:
    return hashlib.sha256(f"{rate}\0{key.strip().lower()}".encode()).hexdigest()


def limits_of(request: HTTPConnection) -> Limits:
    """The limits of the app that answers."""
    limits: Limits = request.app.state.limits
    return limits


def address_of(request: HTTPConnection) -> str:
    """Where a request comes from; a whole network where one household has many addresses."""
    import ipaddress

    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{address}/64", strict=False)) if address.version == 6 else host
