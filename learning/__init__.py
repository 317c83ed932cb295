"""What happened to whom: the append-only event log; deterministic, no language model anywhere."""
