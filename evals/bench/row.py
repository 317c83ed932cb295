"""One line of the budget table."""

from dataclasses import asdict, dataclass
from typing import Any

AT_MOST, AT_LEAST = "at most", "at least"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: `ratio` is `measured / limit`, and `ok` whether it keeps to the budget.

    `measured`, `ratio` and `ok` are None where nothing could be measured, and `budget` and `ok` where none was set;
    `note` says why.
    """

    name: str
    measured: float | None
    unit: str
    limit: float | None
    ratio: float | None
    budget: float | None
    sense: str
    ok: bool | None
    n: int | None
    note: str

    def to_json(self) -> dict[str, Any]:
        """The row as the report has it."""
        return asdict(self)


def judged(
    name: str,
    measured: float,
    *,
    limit: float,
    budget: float | None,
    unit: str,
    n: int,
    note: str = "",
    sense: str = AT_MOST,
) -> Row:
    """A row whose ratio is compared with its budget."""
    ratio = measured / limit
    ok = None if budget is None else (ratio <= budget if sense == AT_MOST else ratio >= budget)
    return Row(name, round(measured, 4), unit, round(limit, 4), round(ratio, 4), budget, sense, ok, n, note)


def not_measured(name: str, *, budget: float | None, sense: str, reason: str) -> Row:
    """A row that says why there is nothing in it."""
    return Row(name, None, "", None, None, budget, sense, None, None, f"not measured: {reason}")
