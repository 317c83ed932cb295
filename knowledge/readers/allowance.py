"""How much an archive may hold, counted over everything one course brings along: archives inside archives too."""

from dataclasses import dataclass, field

from foundation.errors import Invalid


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive may hold; one that holds more is refused before it is read.

    `max_depth` counts folders in folders, `max_nested` archives in archives, `max_name` characters of a path. Sizes are
    bytes when unpacked.
    """

    max_files: int = 50_000
    max_depth: int = 40
    max_nested: int = 3
    max_name: int = 1_000
    max_bytes: int = 4_000_000_000
    max_ratio: int = 200
    # Small archives may be packed as tightly as they like: a text of spaces is no attack.
    ratio_from_bytes: int = 50_000_000

    def most_bytes(self, packed: int) -> int:
        """How much an archive of this many bytes may unpack to."""
        return min(self.max_bytes, max(self.ratio_from_bytes, packed * self.max_ratio))


@dataclass(slots=True)
class _Taken:
    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of the limits for one course. An archive inside another takes from the same."""

    limits: ArchiveLimits = field(default_factory=ArchiveLimits)
    nested: int = 0
    _taken: _Taken = field(default_factory=_Taken)

    def inside(self, name: str) -> "Allowance":
        """The allowance of an archive that lies in this one; raises Invalid when they nest too deep."""
        if self.nested >= self.limits.max_nested:
            raise Invalid(f"{name} lies more than {self.limits.max_nested} archives deep: refused")
        return Allowance(self.limits, self.nested + 1, self._taken)

    def take_files(self, name: str, files: int) -> None:
        """Count in an archive's files; raises Invalid when they are too many."""
        if self._taken.files + files > self.limits.max_files:
            raise Invalid(f"{name} holds more than {self.limits.max_files} files: ingest it in parts")
        self._taken.files += files

    def check_bytes(self, name: str, size: int, *, packed: int) -> None:
        """Raise Invalid when an archive of `packed` bytes may not unpack to this many."""
        if self._taken.bytes + size > self.limits.max_bytes or size > self.limits.most_bytes(packed):
            raise Invalid(f"{name} unpacks to {size} bytes or more out of {packed}, which no course does: refused")

    def take_bytes(self, name: str, size: int, *, packed: int) -> None:
        """Count in what an archive of `packed` bytes unpacks to; raises Invalid when it is too much."""
        self.check_bytes(name, size, packed=packed)
        self._taken.bytes += size
