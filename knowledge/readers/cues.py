"""The cues of a transcript file, WebVTT or SRT, as they are timed: cleaned, in order, nothing said twice."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape
from itertools import pairwise

from knowledge.readers.builder import Span


@dataclass(frozen=True, slots=True)
class Cue:
    """What is shown from `start_s` to `end_s` seconds; `voice` is who speaks, "" if it is not said.

    `span` is where it stands in the file.
    """

    start_s: float
    end_s: float
    text: str
    voice: str
    span: Span


@dataclass(frozen=True, slots=True)
class Cues:
    """A file's cues; `unread` are lines at which something stands that is none, `lang` is what its head declares."""

    cues: tuple[Cue, ...]
    unread: tuple[int, ...] = ()
    lang: str = ""


_ARROW = "-->"
_COMMA_TIME = re.compile(r"(\d:\d{1,2}),(\d{1,3})")
_SHORT_TIME = re.compile(r"(?<![\d:.])(\d{1,2}:\d{1,2}(?::\d{1,2})?)(?=\s|$)")
_GLUED_NUMBER = re.compile(r"\n\d+[ \t]*\n(?=[^\n]*-->)")
_ASIDE = ("NOTE", "STYLE", "REGION")
_LANGUAGE = re.compile(r"^language:\s*([A-Za-z]{2,3})\b", re.IGNORECASE | re.MULTILINE)
_TAG = re.compile(r"<[^<>]{0,200}>|\{\\[^{}]{0,80}\}")
_SPEAKER_MARK = re.compile(r"^(?:>>+|&gt;&gt;)\s*")
# From this share of cues on that begin with what was shown before, the file scrolls.
_ROLLING = 0.3


def read_cues(source: str) -> Cues:
    """Return the cues of a cleaned source, in the order of their seconds; it never fails."""
    cues: list[Cue] = []
    unread: list[int] = []
    lang = ""
    line, counted = 1, 0
    for number, (start, block) in enumerate(_blocks(source)):
        line += source.count("\n", counted, start)
        counted = start
        if number == 0 and block.startswith("WEBVTT"):
            found = _LANGUAGE.search(block)
            lang = found[1].lower()[:2] if found else ""
            block = block.partition("\n")[2] if _ARROW in block else ""
        if not block.strip() or block.startswith(_ASIDE):
            continue
        read = _cues_of(block, Span(start, start + len(block)))
        cues += read
        if len(read) < max(1, block.count(_ARROW)):
            unread.append(line)
    cues.sort(key=lambda cue: cue.start_s)
    return Cues(tuple(_settled(cues)), tuple(unread), lang)


def _blocks(source: str) -> Iterator[tuple[int, str]]:
    """Stretches between empty lines with their offsets."""
    for match in re.finditer(r"[^\n]*\S[^\n]*(?:\n[^\n]*\S[^\n]*)*", source):
        yield match.start(), match[0]


def _cues_of(block: str, span: Span) -> list[Cue]:
    """The cues of a block, mostly one; none where its times make no sense."""
    import webvtt  # few courses hold transcripts

    parted = _GLUED_NUMBER.sub("\n\n", block)
    told = "\n".join(_as_webvtt(row) if _ARROW in row else row for row in parted.split("\n"))
    try:
        captions = webvtt.WebVTT.from_string(f"WEBVTT\n\n{told}\n").captions
        return [
            Cue(_seconds(caption.start), _seconds(caption.end), caption.raw_text, caption.voice or "", span)
            for caption in captions
        ]
    except (webvtt.errors.MalformedCaptionError, webvtt.errors.MalformedFileError, ValueError):
        return []


def _as_webvtt(row: str) -> str:
    """A line of times as WebVTT writes it: SRT has commas, and careless files no fractions."""
    return _SHORT_TIME.sub(r"\1.000", _COMMA_TIME.sub(r"\1.\2", row))


def _seconds(stamp: str) -> float:
    hours, minutes, seconds = stamp.rjust(9, "0").split(":") if stamp.count(":") == 2 else ("0", *stamp.split(":"))
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def _settled(cues: Sequence[Cue]) -> list[Cue]:
    """The cues in plain words, those that say nothing left out."""
    lines = [(cue, [_plain(row) for row in cue.text.split("\n")]) for cue in cues]
    lines = [(cue, [row for row in rows if row]) for cue, rows in lines]
    lines = [(cue, rows) for cue, rows in lines if rows]
    if _rolls(lines):
        lines = _unrolled(lines)
    return [replace(cue, text=" ".join(rows)) for cue, rows in lines if rows]


def _plain(row: str) -> str:
    words = " ".join(unescape(_TAG.sub("", row)).replace("\u200b", "").split())
    return _SPEAKER_MARK.sub("", words).strip("♪♫ ")


def _rolls(lines: Sequence[tuple[Cue, list[str]]]) -> bool:
    again = sum(
        rows[0] == before[-1] or rows[0].startswith(before[-1] + " ") for (_, before), (_, rows) in pairwise(lines)
    )
    return len(lines) > 3 and again >= _ROLLING * len(lines)


def _unrolled(lines: Sequence[tuple[Cue, list[str]]]) -> list[tuple[Cue, list[str]]]:
    """What scrolls through the picture, every line once, at the second at which it came up."""
    kept: list[tuple[Cue, list[str]]] = []
    shown: list[str] = []
    for cue, rows in lines:
        new = [row for row in rows if row not in shown]
        grown = bool(new and shown and new[0].startswith(shown[-1] + " "))
        if grown:
            # The same line with one more word: what was shown of it is not told again.
            new[0] = new[0][len(shown[-1]) + 1 :]
        if new:
            kept.append((cue, new))
        shown = rows
    return kept
