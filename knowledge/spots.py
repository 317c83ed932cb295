"""Names of the places inside a lesson's files and recordings, the same on its page and in citations' addresses."""

from collections.abc import Iterable
from dataclasses import replace

from foundation.ids import readable_id
from knowledge.blocks import Block, SourceLesson, Spot, SpotKind

_PREFIXES = {SpotKind.PAGE: "page", SpotKind.SLIDE: "slide", SpotKind.CELL: "cell", SpotKind.TIME: "t"}


def spot_anchor(spot: Spot) -> str:
    """The id of a place on the lesson's page: `page-3`, with the file's name behind it where there are several."""
    named = f"-{recording_name(spot.of)}" if spot.of else ""
    return f"{_PREFIXES[spot.kind]}-{spot.number}{named}"


def spot_query(spot: Spot) -> str:
    """What an address asks for beside its fragment: the second to begin at, and in which of several recordings."""
    if spot.kind is not SpotKind.TIME:
        return ""
    return f"?t={spot.number}" + (f"&v={recording_name(spot.of)}" if spot.of else "")


def recording_name(of: str) -> str:
    """How a file or recording is called in addresses."""
    return readable_id(of, fallback="recording")


def clock(second: int) -> str:
    """A second as players show it: 1:03, 1:02:05."""
    minutes, seconds = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def settle_spots(lesson: SourceLesson) -> SourceLesson:
    """The lesson with spots that say of which file or recording they are only where there is more than one."""
    several = {family for family in (SpotKind.TIME, None) if len(_named(lesson.blocks, family)) > 1}
    if len(lesson.recordings) > 1:
        several.add(SpotKind.TIME)
    blocks = tuple(_settled(block, several) for block in lesson.blocks)
    return lesson if blocks == lesson.blocks else replace(lesson, blocks=blocks)


def _settled(block: Block, several: set[SpotKind | None]) -> Block:
    spot = block.spot
    if spot is None or not spot.of or _family(spot) in several:
        return block
    return replace(block, spot=replace(spot, of=""))


def _named(blocks: Iterable[Block], family: SpotKind | None) -> set[str]:
    return {block.spot.of for block in blocks if block.spot is not None and _family(block.spot) is family}


def _family(spot: Spot) -> SpotKind | None:
    """Seconds are of recordings, everything else is of files."""
    return SpotKind.TIME if spot.kind is SpotKind.TIME else None
