"""Transcripts and recordings that lie beside lessons: what is said in a recording becomes part of its lesson.

`06-size.md` is joined by `06-size.vtt` and `06-size.ru.srt`, and by `06-size.webm`; a lesson may also name its
recording in its front matter. Transcripts nobody claims are lessons of their own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable
from knowledge.blocks import Block, BlockKind, ReadWarning, Recording, Seen, SourceLesson, Visibility, seen_by
from knowledge.language import Lang, language_of
from knowledge.media import RECORDINGS
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.document import Document
from knowledge.readers.limits import ReadLimits
from knowledge.readers.transcripts import TRANSCRIPTS, add_transcript, open_transcript, transcript_name
from knowledge.readers.trees import FileTree

_HEADINGS: dict[Lang, str] = {"ru": "Запись", "en": "Recording"}
_ANCHOR = "recording"


@dataclass(slots=True)
class Recorded:
    """A course's transcripts and recordings by their names without suffixes, until a lesson claims them."""

    transcripts: dict[str, list[str]] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)

    def take(self, path: str) -> bool:
        """Whether a file is one of these; it is kept then."""
        suffix = PurePosixPath(path).suffix.lower()
        if suffix in TRANSCRIPTS:
            self.transcripts.setdefault(transcript_name(path)[0], []).append(path)
        elif suffix in RECORDINGS:
            self.recordings.setdefault(_stem(path), path)
        return suffix in TRANSCRIPTS or suffix in RECORDINGS

    def claim(self, source_path: str, named: Sequence[Recording]) -> tuple[Recording, list[str]]:
        """The recording of a lesson's file and its transcripts; nobody else gets them."""
        stem = _stem(source_path)
        own = named[0] if named else Recording(id=PurePosixPath(stem).name)
        stems = [stem] if not own.path else [stem, _stem(own.path)]
        paths = [path for each in dict.fromkeys(stems) for path in self.transcripts.pop(each, [])]
        beside = next((path for each in stems if (path := self.recordings.pop(each, ""))), "")
        return (own if own.path or own.url else replace(own, path=beside)), paths

    def unclaimed(self) -> Iterator[ReadWarning]:
        """A word on each recording of which nothing is known."""
        for path in self.recordings.values():
            yield ReadWarning(path, "is a recording without a transcript (.vtt or .srt of the same name), left out")


def join_recording(
    lesson: SourceLesson, recorded: Recorded, tree: FileTree, limits: ReadLimits
) -> tuple[SourceLesson, list[ReadWarning]]:
    """The lesson with what is said in its recording; a transcript that cannot be read is a warning."""
    recording, paths = recorded.claim(lesson.source_path, lesson.recordings)
    if not paths:
        missing = [] if not recording.path or lesson.recordings else [recording.path]
        reason = "is a recording without a transcript (.vtt or .srt of the same name), left out"
        return lesson, [ReadWarning(path, reason) for path in missing]
    blocks, warnings = _said(paths, recording.id, lesson.blocks, tree, limits, lang=lesson.lang)
    if not blocks:
        return lesson, warnings
    return replace(lesson, blocks=(*lesson.blocks, *blocks), recordings=(recording,)), warnings


def lone_recordings(
    recorded: Recorded, tree: FileTree, limits: ReadLimits
) -> Iterator[tuple[SourceLesson | None, list[ReadWarning]]]:
    """A lesson of each recording that belongs to none; None where nothing of it could be read."""
    for stem in list(recorded.transcripts):
        paths = recorded.transcripts.pop(stem)
        name = PurePosixPath(stem).name
        recording = Recording(id=name, path=recorded.recordings.pop(stem, ""))
        blocks, warnings = _said(paths, name, (), tree, limits, lang=None)
        said = tuple(block for block in blocks if block.kind is not BlockKind.HEADING)
        bare = (
            replace(block, heading_path=(), anchor="", path="" if len(paths) == 1 else block.path) for block in said
        )
        lesson = SourceLesson(stem, paths[0], name, "", tuple(bare), recordings=(recording,))
        yield (lesson if said else None), warnings


def _said(
    paths: Iterable[str],
    recording: str,
    around: Sequence[Block],
    tree: FileTree,
    limits: ReadLimits,
    *,
    lang: str | None,
) -> tuple[tuple[Block, ...], list[ReadWarning]]:
    builder, warnings = LessonBuilder(), list[ReadWarning]()
    read = []
    for path in paths:
        document = Document(path)
        try:
            read.append((path, open_transcript(tree.read(path, limit=limits.max_file_bytes), document)))
        except ContentUnreadable as err:
            warnings.append(ReadWarning(err.path, err.reason, err.line))
        warnings += document.warnings
    if not read:
        return (), warnings
    seen = seen_by(around) if around else Seen(Visibility.LEARNER)
    words = " ".join(block.text for block in around)[:5_000] or read[0][1].cues[0].text
    language: Lang = "ru" if (lang or language_of(words, default="en"))[:2] == "ru" else "en"
    with builder.part(PartOf(visibility=seen.visibility, not_before=seen.not_before), length=0, keeps_headings=True):
        title = _HEADINGS[language]
        builder.heading(2, Piece(title, escape(title), Span(0, 0)), wanted_id=_free_anchor(around))
    for path, cues in read:
        add_transcript(builder, cues, recording=recording, lang=transcript_name(path)[1], path=path, seen=seen)
    return builder.finish(0), warnings


def _free_anchor(around: Iterable[Block]) -> str:
    taken = {block.anchor for block in around}
    names = (_ANCHOR if number == 0 else f"{_ANCHOR}-{number}" for number in range(len(taken) + 1))
    return next(name for name in names if name not in taken)


def _stem(path: str) -> str:
    return PurePosixPath(path).with_suffix("").as_posix()
