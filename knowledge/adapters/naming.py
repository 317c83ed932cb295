"""Ids of encoders that an operator names."""

import re


def encoder_id(kind: str, name: str, digest: str) -> str:
    """A readable id `[a-z0-9-]{3,40}`: `kind`, the end of the model's name, and what tells its states apart."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.rstrip("/").rpartition("/")[2].lower()).strip("-")
    room = 40 - len(kind) - len(digest) - 2
    return "-".join(part for part in (kind, plain[:room].strip("-"), digest) if part)
