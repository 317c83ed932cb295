"""Sets of attacks: `items.jsonl` with a text and a kind a line; our own is in `evals/attacks`."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from foundation.errors import Invalid
from foundation.ids import content_hash

OWN_ATTACKS = Path(__file__).parent / "attacks"


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack: what is planted or asked, and what kind its set says it is."""

    id: str
    text: str
    kind: str

    @property
    def is_offensive(self) -> bool:
        """Whether its very words are the harm."""
        return "offens" in self.kind or "toxic" in self.kind


class _Row(BaseModel):
    # Fields a set has beside these are its own matter.
    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    text: str = Field(min_length=1)
    kind: str = "attack"
    id: str | None = None


def read_attacks(folder: Path, *, sample: int | None = None, seed: int = 0) -> list[Attack]:
    """The attacks of a set, or a seeded sample of so many, every kind by its share and at least once.

    Raises Invalid naming the file and line.
    """
    path = folder / "items.jsonl"
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except OSError as err:
        raise Invalid(f"{path.name} cannot be read in {folder}: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise Invalid(f"{path.name} in {folder} is not UTF-8; save it as UTF-8") from err
    attacks = [_attack(line, path, number) for number, line in enumerate(lines, 1) if line.strip()]
    if not attacks:
        raise Invalid(f"{path} holds no attacks; write one a line, with `text` and `kind`")
    return attacks if sample is None else _sampled(attacks, sample, seed=seed)


def _attack(line: str, path: Path, number: int) -> Attack:
    try:
        row = _Row.model_validate_json(line)
    except ValidationError as err:
        first = err.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "row"
        raise Invalid(f"{path}:{number}: {field}: {first['msg']}") from err
    return Attack(row.id or content_hash(row.text, size=6), row.text, row.kind)


def _sampled(attacks: Sequence[Attack], count: int, *, seed: int) -> list[Attack]:
    by_kind: dict[str, list[Attack]] = defaultdict(list)
    for attack in attacks:
        by_kind[attack.kind].append(attack)
    chosen: list[Attack] = []
    for kind, those in sorted(by_kind.items()):
        share = max(1, round(count * len(those) / len(attacks)))
        chosen.extend(random.Random(f"{seed}-{kind}").sample(those, min(share, len(those))))
    return chosen
