"""How often one may try: counted in the memory of this process, by who tries and from where."""

import ipaddress
import math
import time
from dataclasses import dataclass, field

from fastapi import Request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from api.errors import TooMany

# A person who mistypes is stopped after five tries for a quarter of an hour, where they are; whoever else tries that
# login elsewhere is not, until it is plain that it is being guessed at from everywhere.
_LOGIN_HERE = RateLimitItemPerMinute(5, 15, namespace="login-here")
_LOGIN = RateLimitItemPerHour(30, 1, namespace="login")
_ADDRESS = RateLimitItemPerMinute(50, 15, namespace="address")
_LEARNERS = RateLimitItemPerHour(600, 1, namespace="learners")


@dataclass(frozen=True, slots=True)
class Attempts:
    """Counts tries; safe to use from several threads."""

    _windows: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    def to_log_in(self, request: Request, login: str) -> None:
        """Count a try to log in before it is looked at; raises TooMany."""
        address = _address(request)
        self._take(_ADDRESS, address)
        self._take(_LOGIN, login)
        self._take(_LOGIN_HERE, login, address)

    def logged_in(self, request: Request, login: str) -> None:
        """Forget the tries of who came in."""
        self._windows.clear(_LOGIN_HERE, login, _address(request))
        self._windows.clear(_LOGIN, login)

    def to_begin(self, request: Request) -> None:
        """Count a new learner of no known host; raises TooMany."""
        self._take(_LEARNERS, _address(request))

    def _take(self, item: RateLimitItem, *who: str) -> None:
        if not self._windows.hit(item, *who):
            ends = self._windows.get_window_stats(item, *who).reset_time
            raise TooMany(math.ceil(max(1.0, ends - time.time())))


def _address(request: Request) -> str:
    """Where a request comes from; of an IPv6 address the network, for its owner has all the rest."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(ipaddress.ip_network(f"{host}/64", strict=False)) if address.version == 6 else host
