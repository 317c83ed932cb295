"""Stops asking a model that does not answer, and lets one question through from time to time to see if it does again.

The idea is Nygard's circuit breaker (Release It!, 2007). Ignorant of models: it counts what it is told.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

_LONGEST_REST_S = 300.0


class BreakerState(StrEnum):
    """Whether questions pass."""

    CLOSED = "closed"  # they do
    OPEN = "open"  # none does, until the rest is over
    HALF_OPEN = "half-open"  # one does, to try


@dataclass(slots=True)
class Breaker:
    """Opens after `threshold` failures in a row for `rest_s` seconds, twice as long each time the try fails as well.

    Used on one event loop; who was admitted reports back with exactly one of `succeeded`, `failed`, `let_go`.
    """

    threshold: int = 5
    rest_s: float = 20.0
    clock: Callable[[], float] = time.monotonic
    _failures: int = field(default=0, init=False)
    _opened: int = field(default=0, init=False)
    _until: float = field(default=0.0, init=False)
    _trying: bool = field(default=False, init=False)

    @property
    def state(self) -> BreakerState:
        """Whether a question would pass now."""
        if self._failures < self.threshold:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._trying or self.clock() < self._until else BreakerState.HALF_OPEN

    @property
    def rests_s(self) -> float:
        """How long until the next try, seconds."""
        return max(self._until - self.clock(), 0.0) if self._failures >= self.threshold else 0.0

    def admit(self) -> bool:
        """Whether a question may pass; in the half-open state the first one does, as the try."""
        state = self.state
        self._trying = self._trying or state is BreakerState.HALF_OPEN
        return state is not BreakerState.OPEN

    def succeeded(self) -> None:
        """It answered."""
        self._failures = self._opened = 0
        self._trying = False

    def failed(self) -> None:
        """It did not."""
        self._failures += 1
        self._trying = False
        if self._failures >= self.threshold:
            self._until = self.clock() + min(self.rest_s * 2**self._opened, _LONGEST_REST_S)
            self._opened += 1

    def let_go(self) -> None:
        """Nothing was learnt: the asker left, or the one question was refused."""
        self._trying = False
