"""Doubles for what a test must hold still."""

from datetime import UTC, datetime, timedelta


class FixedClock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move on, by days, hours, minutes …"""
        self.now += timedelta(**by)
