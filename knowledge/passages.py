"""Packs a lesson's blocks into passages, and passages into the windows an encoder can take whole.

A passage is what is found, quoted and cited: blocks of one section, about 800 characters of prose, a code block or a
table never cut. A window is what is encoded: the heading path, then a stretch of the passage. Beside the windows that
cover a passage whole there is one for each of its sentences, list lines and code blocks: the sharper second look.

Passages of about 800 characters with their heading path as prefix found more than smaller and larger ones on twelve
real courses (measured 2026-11). Every word of a passage lies inside a window; `pack` proves it or raises.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from foundation.errors import Invalid
from foundation.ids import PassageId, content_hash
from knowledge.blocks import Block, BlockKind, SourceLesson, Spot, Visibility
from knowledge.sentences import Span, sentence_spans

PACKING = "pack-2"
_SOFT_CHARS = 800
_HARD_CHARS = 1_100
_PREFIX_CHARS = 160
_FEWEST_WORDS = 2
_JOINT = "\n\n"


class PassageKind(StrEnum):
    """What a passage mostly is; exercises are found, but are not evidence for an answer."""

    PROSE = "prose"
    TABLE = "table"
    CODE = "code"
    EXERCISE = "exercise"


class WindowRole(StrEnum):
    """Whether a window helps to cover its passage whole, or is one sentence of it."""

    PASSAGE = "passage"
    SENTENCE = "sentence"


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a passage's text that came from one block, and where in a file or recording that block stands."""

    kind: BlockKind
    start: int
    end: int
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of a passage and the exact text that is encoded for it."""

    start: int
    end: int
    input_text: str

    @property
    def input_hash(self) -> str:
        """Names the encoder's input; equal inputs share one vector."""
        return content_hash(self.input_text)


@dataclass(frozen=True, slots=True)
class Passage:
    """A packed passage with its place in the author's file (`source_start`, `source_end`, characters).

    Learners see it from `not_before` on, None: always.
    """

    id: PassageId
    kind: PassageKind
    text: str
    heading_path: tuple[str, ...]
    anchor: str
    segments: tuple[Segment, ...]
    source_start: int
    source_end: int
    windows: tuple[Window, ...]
    sentences: tuple[Window, ...]
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: BlockKind
    text: str
    start: int
    end: int
    spot: Spot | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    block: Block
    pieces: tuple[_Piece, ...]

    @property
    def text(self) -> str:
        return _JOINT.join(piece.text for piece in self.pieces)


def pack(
    lesson: SourceLesson, *, lesson_id: str, count_tokens: Callable[[str], int], max_tokens: int
) -> tuple[Passage, ...]:
    """Pack what learners may see, now or from a moment on; staff blocks and answer keys are never packed."""
    seen: dict[str, int] = {}
    passages = []

    def fits(text: str) -> bool:
        return count_tokens(text) <= max_tokens

    for draft in _drafts(lesson.blocks):
        path = _path(lesson, draft.block)
        key = content_hash(lesson_id, *path, draft.text)
        seen[key] = seen.get(key, 0) + 1
        prefix = _prefix(path)
        windows = _windows(draft.text, prefix=prefix, fits=fits)
        _prove_covered(draft.text, windows, lesson.source_path)
        sentences = tuple(_sentence_windows(draft, prefix=prefix, fits=fits))
        passages.append(_passage(draft, path, windows, sentences, key=content_hash(key, str(seen[key]))))
    return tuple(passages)


def window_input(path: Sequence[str], text: str, start: int, end: int) -> Window:
    """The window of a stored passage, its input text written anew from the heading path and the passage's text."""
    return Window(start, end, _prefix(tuple(path)) + text[start:end])


def _passage(
    draft: _Draft, path: tuple[str, ...], windows: tuple[Window, ...], sentences: tuple[Window, ...], *, key: str
) -> Passage:
    segments = tuple(_segments(draft))
    # Whatever is stored with a passage is part of its name: rows are never changed once they are written.
    stored = [f"{part.kind}:{part.start}:{part.end}{_named(part.spot)}" for part in segments]
    stored += [f"{window.start}:{window.end}:{window.input_hash}" for window in (*windows, *sentences)]
    if draft.block.not_before is not None:
        stored.append(draft.block.not_before.isoformat())
    return Passage(
        id=PassageId(f"p-{content_hash(PACKING, key, draft.block.anchor, *stored, size=12)}"),
        kind=_passage_kind(draft.pieces),
        text=draft.text,
        heading_path=path,
        anchor=draft.block.anchor,
        segments=segments,
        source_start=draft.pieces[0].start,
        source_end=draft.pieces[-1].end,
        windows=windows,
        sentences=sentences,
        not_before=draft.block.not_before,
    )


def _named(spot: Spot | None) -> str:
    return "" if spot is None else f":{spot.kind}:{spot.number}:{spot.of}"


def _segments(draft: _Draft) -> Iterable[Segment]:
    offset = 0
    for piece in draft.pieces:
        yield Segment(piece.kind, offset, offset + len(piece.text), piece.spot)
        offset += len(piece.text) + len(_JOINT)


def _sentence_windows(draft: _Draft, *, prefix: str, fits: Callable[[str], bool]) -> Iterable[Window]:
    """One window a sentence, list line, table row or whole code block; what alone exceeds the encoder is left out."""
    for segment in _segments(draft):
        text = draft.text[segment.start : segment.end]
        spans = [Span(0, len(text))] if segment.kind is BlockKind.CODE else sentence_spans(text)
        for span in spans:
            start, end = segment.start + span.start, segment.start + span.end
            told = prefix + draft.text[start:end]
            if len(draft.text[start:end].split()) >= _FEWEST_WORDS and fits(told):
                yield Window(start, end, told)


def _passage_kind(pieces: Iterable[_Piece]) -> PassageKind:
    kinds = {piece.kind for piece in pieces}
    if BlockKind.EXERCISE in kinds:
        return PassageKind.EXERCISE
    if kinds == {BlockKind.CODE}:
        return PassageKind.CODE
    return PassageKind.TABLE if kinds == {BlockKind.TABLE} else PassageKind.PROSE


def _path(lesson: SourceLesson, block: Block) -> tuple[str, ...]:
    path = block.heading_path
    if not lesson.title or (path and path[0].strip() == lesson.title.strip()):
        return path
    return (lesson.title, *path)


def _drafts(blocks: Iterable[Block]) -> Iterable[_Draft]:
    shown = [block for block in blocks if _is_shown(block)]
    waiting: list[_Piece] = []
    first: Block | None = None
    for position, block in enumerate(shown):
        if block.kind is BlockKind.HEADING:
            if _is_bare(shown, position):
                if first is not None:
                    yield _Draft(first, tuple(waiting))
                    waiting, first = [], None
                yield _Draft(block, (_Piece(BlockKind.PARAGRAPH, block.text, block.start, block.end, block.spot),))
            continue
        for piece in _pieces(block):
            if first is not None and not _joins(waiting, piece, first, block):
                yield _Draft(first, tuple(waiting))
                waiting, first = [], None
            first = first or block
            waiting.append(piece)
    if first is not None:
        yield _Draft(first, tuple(waiting))


def _is_shown(block: Block) -> bool:
    opens = block.visibility is Visibility.LEARNER or (
        block.visibility is Visibility.NOT_BEFORE and block.not_before is not None
    )
    return opens and block.kind is not BlockKind.ANSWER_KEY and bool(block.text.strip())


def _is_bare(shown: list[Block], position: int) -> bool:
    """A heading that no later block carries in its path would be in no window: it becomes a passage itself."""
    path = shown[position].heading_path
    return not any(
        block.heading_path[: len(path)] == path
        for block in shown[position + 1 :]
        if block.kind is not BlockKind.HEADING
    )


def _joins(waiting: list[_Piece], piece: _Piece, first: Block, block: Block) -> bool:
    if first.heading_path != block.heading_path or first.anchor != block.anchor:
        return False
    if first.not_before != block.not_before or first.path != block.path:
        return False
    if (first.kind is BlockKind.EXERCISE) != (block.kind is BlockKind.EXERCISE):
        return False
    size = sum(len(part.text) + len(_JOINT) for part in waiting) + len(piece.text)
    return size <= _SOFT_CHARS


def _pieces(block: Block) -> list[_Piece]:
    """A block as one piece; only long prose is cut, between sentences or list lines."""
    whole = block.kind in {BlockKind.CODE, BlockKind.TABLE}
    if whole or len(block.text) <= _HARD_CHARS:
        return [_Piece(block.kind, block.text, block.start, block.end, block.spot)]
    texts = _cut(block.text, sentence_spans(block.text), _SOFT_CHARS)
    return [_Piece(block.kind, text, block.start, block.end, block.spot) for text in texts]


def _cut(text: str, spans: list[Span], size: int) -> list[str]:
    cuts: list[str] = []
    start = end = None
    for span in spans:
        if start is not None and end is not None and span.end - start > size:
            cuts.append(text[start:end])
            start = None
        start = span.start if start is None else start
        end = span.end
    if start is not None and end is not None:
        cuts.append(text[start:end])
    return cuts


def _prefix(path: tuple[str, ...]) -> str:
    """The heading path, outermost first; the innermost headings win when it is too long."""
    kept: list[str] = []
    size = 0
    for heading in reversed(path):
        size += len(heading) + 3
        if kept and size > _PREFIX_CHARS:
            break
        kept.insert(0, heading[:_PREFIX_CHARS])
    return " › ".join(kept) + "\n" if kept else ""


def _windows(text: str, *, prefix: str, fits: Callable[[str], bool]) -> tuple[Window, ...]:
    if fits(prefix + text):
        return (Window(0, len(text), prefix + text),)
    windows = []
    start = 0
    while start < len(text):
        end = _window_end(text, start, prefix, fits)
        windows.append(Window(start, end, prefix + text[start:end]))
        start = end
    return tuple(windows)


def _window_end(text: str, start: int, prefix: str, fits: Callable[[str], bool]) -> int:
    """The furthest end that fits, at a line break if there is one, else at a space, else anywhere."""
    low, high = start + 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(prefix + text[start:middle]):
            low = middle
        else:
            high = middle - 1
    if low == len(text):
        return low
    for separator in ("\n", " "):
        cut = text.rfind(separator, start + 1, low)
        if cut > start:
            return cut + 1
    return low


def _prove_covered(text: str, windows: tuple[Window, ...], source_path: str) -> None:
    covered = "".join(text[window.start : window.end] for window in windows)
    embedded = all(window.input_text.endswith(text[window.start : window.end]) for window in windows)
    if not embedded or re.sub(r"\s+", "", covered) != re.sub(r"\s+", "", text):
        raise Invalid(f"{source_path}: a passage has words outside every encoded window; please report this file")
