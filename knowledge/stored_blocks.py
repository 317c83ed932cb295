"""Blocks as they are stored with a revision, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from knowledge.blocks import Block, BlockKind, Spot, SpotKind, Visibility

_ALWAYS = ("kind", "text", "html", "start", "end", "heading_path", "anchor", "visibility")


def block_to_json(block: Block) -> dict[str, Any]:
    """A block as it is stored with its revision: what most blocks do not have is left out, not stored as empty."""
    plain = {name: getattr(block, name) for name in _ALWAYS}
    told = {"path": block.path, "lang": block.lang, "spot": asdict(block.spot) if block.spot else None}
    told["not_before"] = block.not_before.isoformat() if block.not_before else None
    return plain | {name: value for name, value in told.items() if value}


def block_from_json(stored: Mapping[str, Any]) -> Block:
    """A block as it was before it was stored."""
    spot, opens = stored.get("spot"), stored.get("not_before")
    return Block(
        kind=BlockKind(stored["kind"]),
        text=stored["text"],
        html=stored["html"],
        start=stored["start"],
        end=stored["end"],
        heading_path=tuple(stored["heading_path"]),
        anchor=stored["anchor"],
        visibility=Visibility(stored["visibility"]),
        path=stored.get("path", ""),
        lang=stored.get("lang", ""),
        spot=Spot(SpotKind(spot["kind"]), spot["number"], spot["of"]) if spot else None,
        not_before=datetime.fromisoformat(opens) if opens else None,
    )
