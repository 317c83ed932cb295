"""A lesson's blocks as its page shows them: marks where a file's pages begin, recordings with what is said in them."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs, urlsplit

from knowledge.blocks import BlockKind, Recording, Spot, SpotKind
from knowledge.exercises import Exercise
from knowledge.lessons import LessonPage, ShownBlock
from knowledge.media import media_type_of
from knowledge.products import Product
from knowledge.spots import clock, recording_name, spot_anchor

_MARKS = {SpotKind.PAGE: "mark_page", SpotKind.SLIDE: "mark_slide", SpotKind.CELL: "mark_cell"}
# It goes into the page's policy: anything else there could loosen it.
_HOST = re.compile(r"[A-Za-z0-9.-]+(?::\d{1,5})?")
_YOUTUBE = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com", "youtube-nocookie.com", "youtu.be"})


@dataclass(frozen=True, slots=True)
class Played:
    """A recording on the page: `source` is what a player there loads, "" where it only opens elsewhere.

    `address` leads to it without a player; `is_sound` says that there is nothing to see.
    """

    name: str
    title: str
    source: str
    address: str
    media_type: str

    @property
    def is_sound(self) -> bool:
        return self.media_type.startswith("audio/")

    def at(self, second: int) -> str:
        """Where it opens at a second, "" when nobody knows where it is."""
        if not self.address:
            return ""
        parts = urlsplit(self.address)
        if (parts.hostname or "") in _YOUTUBE:
            return f"https://youtu.be/{_youtube_id(self.address)}?t={second}"
        return f"{self.address.partition('#')[0]}#t={second}"


def lesson_body(
    page: LessonPage, product: Product, texts: Mapping[str, str], exercises: Sequence[Exercise] = ()
) -> list[dict[str, Any]]:
    """The parts of a lesson in order, for the template.

    Each is `{"html"}`, `{"mark", "anchor"}`, `{"recording", "said"}`, or, below an exercise, its id as `{"exercise"}`.
    """
    below = {exercise.shown_at - 1: exercise.id for exercise in exercises}
    blocks = list(enumerate(page.blocks))[page.opens_with_title :]
    parts: list[dict[str, Any]] = []
    place: Spot | None = None
    for spoken, group in groupby(blocks, key=lambda numbered: _spoken_in(numbered[1])):
        if spoken is not None:
            parts.append(_recording_part(page, product, spoken, [block for _, block in group]))
            continue
        for number, block in group:
            if block.spot is not None and block.spot != place and block.spot.kind in _MARKS:
                label = texts[_MARKS[block.spot.kind]].format(number=block.spot.number)
                parts.append({"mark": label, "anchor": spot_anchor(block.spot)})
            place = block.spot
            parts.append({"html": block.html})
            if number in below:
                parts.append({"exercise": below[number]})
    return parts


def media_hosts(parts: list[dict[str, Any]]) -> tuple[str, ...]:
    """Hosts beside our own from which the page's players load."""
    sources = [part["recording"].source for part in parts if part.get("recording")]
    return tuple(dict.fromkeys(f"https://{urlsplit(source).netloc}" for source in sources if "://" in source))


def _spoken_in(block: ShownBlock) -> str | None:
    if block.kind is BlockKind.TRANSCRIPT and block.spot is not None and block.spot.kind is SpotKind.TIME:
        return block.spot.of
    return None


def _recording_part(page: LessonPage, product: Product, of: str, said: list[ShownBlock]) -> dict[str, Any]:
    found = next((each for each in page.recordings if each.id == of or (not of and len(page.recordings) == 1)), None)
    played = _played(found, page, product) if found is not None else None
    return {"recording": played, "said": list(_sentences(said, played)), "lang": said[0].lang}


def _sentences(said: list[ShownBlock], played: Played | None) -> Iterator[dict[str, Any]]:
    begun: set[int] = set()
    for block in said:
        if block.spot is None:
            continue
        second = block.spot.number
        yield {
            # Two sentences of one second share its address: the first of them answers for it.
            "anchor": spot_anchor(block.spot) if second not in begun else "",
            "second": second,
            "clock": clock(second),
            "address": played.at(second) if played is not None else "",
            "text": block.text,
        }
        begun.add(second)


def _played(recording: Recording, page: LessonPage, product: Product) -> Played:
    name = recording_name(recording.id)
    if recording.path:
        source = f"/p/{product.slug}/recordings/{page.head.slug}/{name}"
        return Played(name, recording.title, source, source, media_type_of(recording.path) or "video/mp4")
    parts = urlsplit(recording.url)
    if parts.scheme not in ("http", "https"):
        return Played(name, recording.title, "", "", "")
    media_type = media_type_of(PurePosixPath(parts.path).name) or ""
    plays = parts.scheme == "https" and media_type and _HOST.fullmatch(parts.netloc)
    source = recording.url if plays else ""
    return Played(name, recording.title, source, recording.url, media_type)


def _youtube_id(url: str) -> str:
    parts = urlsplit(url)
    named = parse_qs(parts.query).get("v", [""])[0] or parts.path.rstrip("/").rpartition("/")[2]
    return "".join(char for char in named if char.isalnum() or char in "-_")
