"""Transcripts of recordings: what is said becomes sentences, each with the second at which it begins."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable
from foundation.text import clean_text
from knowledge.blocks import BlockKind, Recording, Seen, Spot, SpotKind, Visibility
from knowledge.language import language_of
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.cues import Cue, Cues, read_cues
from knowledge.readers.decoding import decode
from knowledge.readers.document import Document
from knowledge.readers.page import ReadPage
from knowledge.sentences import sentence_spans

TRANSCRIPTS = frozenset({".vtt", ".srt"})
# A pause this long ends a sentence whatever the punctuation says; automatic captions have none, and are cut by time.
_PAUSE_S = 5.0
_LONGEST_S = 30.0
_CUT_S = 15.0
_MOST_WARNINGS = 20
_FOR_LEARNERS = Seen(Visibility.LEARNER)
_LANGUAGE_SUFFIX = re.compile(r"[a-z]{2,3}(?:[-_][a-z]{2,4})?", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    second: int
    span: Span


def read_transcript(content: bytes, *, path: str, title: str = "", block_title: str = "") -> ReadPage:
    """Read one transcript as a lesson of its own. Raises ContentUnreadable when nothing in it is a cue."""
    document = Document(path)
    stem, lang = transcript_name(path)
    recording = Recording(id=PurePosixPath(stem).name)
    cues = open_transcript(content, document)
    add_transcript(document.builder, cues, recording=recording.id, lang=lang)
    return document.page(
        title=title or PurePosixPath(stem).name, block_title=block_title, recordings=[recording], external_id=stem
    )


def open_transcript(content: bytes, document: Document) -> Cues:
    """A transcript file's cues; the document is told what could not be read. Raises ContentUnreadable."""
    cues = read_cues(_decoded(content, document))
    if not cues.cues:
        raise ContentUnreadable(document.path, "holds not one cue with its times: is it a transcript?")
    for line in cues.unread[:_MOST_WARNINGS]:
        document.warn("is no cue with its times, left out", line)
    if len(cues.unread) > _MOST_WARNINGS:
        document.warn(f"has {len(cues.unread) - _MOST_WARNINGS} more stretches that are no cues, left out")
    return cues


def add_transcript(
    builder: LessonBuilder,
    cues: Cues,
    *,
    recording: str,
    lang: str = "",
    path: str = "",
    seen: Seen = _FOR_LEARNERS,
) -> None:
    """Tell the builder what is said in a recording, a block a sentence.

    `recording` is the id that spots name, `path` the transcript's file where it is not the lesson's own; `lang` is
    what is known about the language, else the file's head or its words tell.
    """
    spoken = " ".join(cue.text for cue in cues.cues)
    known = lang or cues.lang or language_of(spoken, default="en")
    length = max((cue.span.end or 0 for cue in cues.cues), default=0)
    with builder.part(PartOf(path, seen.visibility, seen.not_before, known), length=length):
        for sentence in _sentences(cues.cues):
            html = f"<p>{escape(sentence.text, quote=False)}</p>"
            with builder.at(Spot(SpotKind.TIME, sentence.second, recording)):
                builder.add(BlockKind.TRANSCRIPT, Piece(sentence.text, html, sentence.span))


def transcript_name(path: str) -> tuple[str, str]:
    """A transcript's path without suffixes, and the language its name tells: `06.ru.vtt` is ("06", "ru")."""
    bare = PurePosixPath(path).with_suffix("")
    mark = bare.suffix.lstrip(".")
    if mark and _LANGUAGE_SUFFIX.fullmatch(mark):
        return bare.with_suffix("").as_posix(), mark.lower().replace("_", "-")[:2]
    return bare.as_posix(), ""


def _decoded(content: bytes, document: Document) -> str:
    try:
        return decode(content, path=document.path)
    except ContentUnreadable:
        # Transcripts come from players as old as Windows-1251; told from others by words of one alphabet each.
        text = clean_text(content.decode("cp1251", errors="ignore"))
        words = _LETTERS.findall(text)
        cyrillic = [word for word in words if _CYRILLIC.search(word)]
        mixed = [word for word in cyrillic if re.search("[A-Za-z]", word)]
        if len(cyrillic) < 3 or len(mixed) > 0.02 * len(words):
            raise
        document.warn("is not in UTF-8 and was read as Windows-1251")
        return text


def _sentences(cues: Sequence[Cue]) -> Iterator[_Sentence]:
    for run in _runs(cues):
        yield from _of_run(run)


def _runs(cues: Sequence[Cue]) -> Iterator[list[Cue]]:
    """Cues that follow one another without a pause, said by one voice."""
    run: list[Cue] = []
    for cue in cues:
        if run and (cue.start_s - run[-1].end_s > _PAUSE_S or cue.voice != run[-1].voice):
            yield run
            run = []
        run.append(cue)
    if run:
        yield run


def _of_run(run: Sequence[Cue]) -> Iterator[_Sentence]:
    text = " ".join(cue.text for cue in run)
    starts: list[int] = []
    offset = 0
    for cue in run:
        starts.append(offset)
        offset += len(cue.text) + 1
    first = 0
    for span in sentence_spans(text):
        while first + 1 < len(run) and starts[first + 1] <= span.start:
            first += 1
        last = first
        while last + 1 < len(run) and starts[last + 1] < span.end:
            last += 1
        yield from _by_time(run, starts, text, (span.start, span.end), (first, last))


def _by_time(
    run: Sequence[Cue], starts: Sequence[int], text: str, place: tuple[int, int], cues: tuple[int, int]
) -> Iterator[_Sentence]:
    """A sentence whole, or, where it takes too long to say, cut between cues."""
    (begin, end), (first, last) = place, cues
    while run[last].end_s - run[first].start_s > _LONGEST_S:
        cut = next((at for at in range(first + 1, last + 1) if run[at].start_s - run[first].start_s >= _CUT_S), last)
        if cut == first:
            break
        yield _sentence(run, text, begin, starts[cut], (first, cut - 1))
        begin, first = starts[cut], cut
    yield _sentence(run, text, begin, end, (first, last))


def _sentence(run: Sequence[Cue], text: str, begin: int, end: int, cues: tuple[int, int]) -> _Sentence:
    first, last = (run[index] for index in cues)
    return _Sentence(text[begin:end].strip(), int(first.start_s), first.span.to(last.span))
