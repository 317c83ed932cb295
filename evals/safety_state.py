"""What a home knows, counted table by table: whoever asks may add to their own rows, and to nobody else's."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import inspect, text

from foundation.database import Database

# Asking leaves a turn, an event, a gap and what the model cost, and complaining in words leaves them as feedback.
_GROW = frozenset({"conversation", "turn", "event", "gap", "item", "model_use"})


@dataclass(frozen=True, slots=True)
class State:
    """How many rows each table has that are not the asker's."""

    counts: Mapping[str, int]

    def changed(self, after: "State") -> list[str]:
        """Tables that hold more or less than before."""
        return sorted(name for name, count in self.counts.items() if after.counts.get(name) != count)


def read_state(database: Database, *, but: str) -> State:
    """Count everything that asking must leave as it is; rows of the person `but` do not count."""
    with database.read() as session:
        tables = inspect(session.connection())
        counts = {}
        for name in sorted(set(tables.get_table_names()) - _GROW):
            columns = {column["name"] for column in tables.get_columns(name)}
            mine = " WHERE person IS NULL OR person <> :me" if "person" in columns else ""
            counts[name] = int(session.execute(text(f'SELECT count(*) FROM "{name}"{mine}'), {"me": but}).scalar_one())
    return State(counts)
