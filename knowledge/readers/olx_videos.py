"""Videos of Open edX: where they are served, and their transcripts in every language they come in."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from knowledge.blocks import Recording
from knowledge.readers.olx_access import plain_value
from knowledge.readers.olx_static import StaticFiles
from knowledge.readers.xml import local_name


@dataclass(frozen=True, slots=True)
class Transcript:
    """A transcript's language and file; the file is None when it is named and missing, `named` says how."""

    lang: str
    named: str
    path: str | None


def recording_of(element: Element, attributes: Mapping[str, str], *, name: str, static: StaticFiles) -> Recording:
    """The recording a video block shows."""
    sources = list(_sources(element, attributes))
    local = next((path for source in sources if (path := static.find(source)) is not None), "")
    served = next((source for source in sources if source.startswith(("https://", "http://"))), "")
    youtube = _youtube_id(attributes)
    url = f"https://www.youtube.com/watch?v={youtube}" if youtube else served
    return Recording(id=name, title=" ".join(attributes.get("display_name", "").split()), url=url, path=local)


def transcripts_of(
    element: Element, attributes: Mapping[str, str], *, lang: str, static: StaticFiles
) -> tuple[Transcript, ...]:
    """A video's transcripts, one of each language, in the order they are named; `lang` is of those that name none."""
    chosen: dict[str, Transcript] = {}
    for language, named in _named_transcripts(element, attributes, lang=lang):
        path = static.find(named)
        known = chosen.get(language)
        if known is None or (known.path is None and path is not None):
            chosen[language] = Transcript(language, named, path)
    return tuple(chosen.values())


def handouts_of(element: Element, attributes: Mapping[str, str]) -> tuple[str, ...]:
    """What can be taken home beside a video, as its author names the files."""
    named = [attributes.get("handout", ""), *(child.get("src", "") for child in element.iter("handout"))]
    return tuple(dict.fromkeys(plain_value(one) for one in named if plain_value(one)))


def cues_as_srt(content: bytes) -> bytes | None:
    """An old transcript (`.sjson`: lists of starts, ends and texts, in milliseconds) as SRT; None if it is none."""
    try:
        told = json.loads(content.decode("utf-8-sig"))
        cues = list(zip(told["start"], told["end"], told["text"], strict=True))
        timed = [(_clock(start), _clock(end), " ".join(str(text or "").split())) for start, end, text in cues]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    told_cues = [f"{begin} --> {until}\n{text}\n" for begin, until, text in timed if text]
    return "\n".join(f"{number}\n{cue}" for number, cue in enumerate(told_cues, start=1)).encode()


def _named_transcripts(element: Element, attributes: Mapping[str, str], *, lang: str) -> Iterator[tuple[str, str]]:
    for child in element:
        if local_name(child) == "transcript" and child.get("src"):
            yield child.get("language") or lang, child.get("src", "")
    declared = _json(attributes.get("transcripts", ""))
    if isinstance(declared, dict):
        yield from ((str(language), named) for language, named in declared.items() if isinstance(named, str) and named)
    sub = plain_value(attributes.get("sub", ""))
    if sub:
        yield lang, f"subs_{sub}.srt.sjson"
    video_id = plain_value(attributes.get("edx_video_id", ""))
    for asset in element.iter():
        if local_name(asset) == "transcript" and video_id and asset.get("language_code"):
            language = asset.get("language_code", "")
            yield language, f"{video_id}-{language}.{asset.get('file_format') or 'srt'}"
    for track in (attributes.get("track", ""), *(child.get("src", "") for child in element.iter("track"))):
        if PurePosixPath(track).suffix.lower() in (".srt", ".vtt", ".sjson"):
            yield lang, track


def _sources(element: Element, attributes: Mapping[str, str]) -> Iterator[str]:
    yield from (child.get("src", "").strip() for child in element.iter("source"))
    declared = _json(attributes.get("html5_sources", ""))
    if isinstance(declared, list):
        yield from (source.strip() for source in declared if isinstance(source, str))
    yield plain_value(attributes.get("source", ""))
    yield from (child.get("url", "").strip() for child in element.iter("encoded_video"))


def _youtube_id(attributes: Mapping[str, str]) -> str:
    plain = plain_value(attributes.get("youtube_id_1_0", ""))
    if plain:
        return plain
    speeds = dict(pair.partition(":")[::2] for pair in plain_value(attributes.get("youtube", "")).split(","))
    return (speeds.get("1.00") or speeds.get("1.0") or next(iter(speeds.values()), "")).strip()


def _json(value: str) -> object:
    try:
        return json.loads(value) if value.strip() else None
    except (ValueError, RecursionError):
        return None


def _clock(milliseconds: float) -> str:
    whole = int(milliseconds)
    seconds, left = divmod(whole, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d},{left:03d}"
