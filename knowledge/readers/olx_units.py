"""A unit page of an Open edX course as a lesson: what stands on it, in order, whatever files it is kept in."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import PurePosixPath

from foundation.errors import ContentUnreadable
from knowledge.blocks import Block, BlockKind, Recording, Seen, SourceLesson, Spot, SpotKind
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.decoding import decode
from knowledge.readers.html import add_html
from knowledge.readers.leaves import LEAVES
from knowledge.readers.olx_components import COMPONENTS, EXERCISES
from knowledge.readers.olx_fragments import Fragments
from knowledge.readers.olx_outline import CONTAINERS, Export, Part
from knowledge.readers.olx_problems import add_problem, inner_html
from knowledge.readers.olx_static import StaticFiles
from knowledge.readers.olx_videos import Transcript, cues_as_srt, handouts_of, recording_of, transcripts_of
from knowledge.readers.one_file import one_file
from knowledge.readers.withholding import FOR_STAFF, stricter

_FRAME = re.compile(r"<iframe\b", re.IGNORECASE)


class UnitPage:
    """One lesson while its parts are told."""

    def __init__(self, export: Export, static: StaticFiles, *, lang: str) -> None:
        self._export = export
        self._static = static
        self._lang = lang
        self._builder = LessonBuilder()
        self._recordings: list[Recording] = []
        # Parts of an XML file have no offsets of their own: they span the whole file.
        self._whole: dict[str, int] = {}

    def add(self, part: Part) -> None:
        """Tell a part and all in it; what cannot be read is a warning, and the rest still lands."""
        if part.tag in CONTAINERS:
            for child in part.children:
                self.add(child)
            return
        try:
            with one_file(part.path):
                self._add(part)
        except ContentUnreadable as err:
            self._export.warn(err.path, err.reason, err.line)

    def lesson(self, *, external_id: str, path: str, title: str, block_title: str) -> SourceLesson:
        """The lesson of everything that was told."""
        blocks = (self._placed(block) for block in self._builder.finish(0))
        return SourceLesson(
            external_id=external_id,
            source_path=path,
            title=title,
            block_title=block_title,
            blocks=tuple(blocks),
            recordings=tuple(self._recordings),
        )

    def add_page(self, path: str, seen: Seen) -> None:
        """Tell a page of HTML that came as a file. Raises ContentUnreadable."""
        source = decode(self._export.read(path), path=path)
        if _FRAME.search(source):
            self._export.warn(path, "shows a page of another place in a frame, which is not read")
        with self._builder.part(_part_of(path, seen), length=len(source)):
            add_html(self._builder, source)

    def add_fragment(self, source: str, path: str, seen: Seen) -> None:
        """Tell HTML that stands inside another kind of file."""
        self._whole[path] = self._export.lengths.get(path, 0)
        with self._builder.part(_part_of(path, seen), length=len(source)):
            add_html(self._builder, source)

    def _add(self, part: Part) -> None:
        match part.tag:
            case "html":
                self._add_html(part)
            case "problem":
                self._add_problem(part)
            case "video" | "video_xblock" | "videoalpha":
                self._add_video(part)
            case tag if tag in COMPONENTS:
                with self._titled(part, BlockKind.EXERCISE if tag in EXERCISES else None) as told:
                    COMPONENTS[tag](told, part)
            case tag:
                self._export.warn(part.path, f"{tag} blocks are not supported, left out")

    def _add_html(self, part: Part) -> None:
        path = self._page_path(part)
        if path is not None:
            self.add_page(path, part.seen)
            return
        element = part.element
        source = inner_html(element) if len(element) else element.text or ""
        with self._builder.part(self._of(part), length=len(source)):
            add_html(self._builder, source)

    def _page_path(self, part: Part) -> str | None:
        """The file an HTML block keeps its page in; None when the page stands in the block itself."""
        named = part.attributes.get("filename", "")
        if len(part.element) or (part.element.text or "").strip():
            return None
        folder, _, _ = part.path.rpartition("/")
        names = [named] if named else [part.name.replace(":", "/")]
        places = [f"{name}{suffix}" for name in names for suffix in (".html", "")]
        tried = [*(f"{folder}/{place}" for place in places if folder), *(f"html/{place}" for place in places), *places]
        found = next((path for path in tried if path in self._export.paths), None)
        if found is None and named:
            raise ContentUnreadable(tried[0], "is named in the course and missing")
        return found

    def _add_problem(self, part: Part) -> None:
        with self._titled(part, BlockKind.EXERCISE) as told:
            hints = add_problem(told, part.element)
        if not hints:
            return
        with self._builder.part(self._of(part, seen=stricter(part.seen, FOR_STAFF)), length=0):
            told = Fragments(self._builder)
            for hint in hints:
                told.exercise(hint)

    def _add_video(self, part: Part) -> None:
        recording = recording_of(part.element, part.attributes, name=part.name or part.path, static=self._static)
        self._recordings.append(recording)
        self._export.handed_out += [(named, part.seen) for named in handouts_of(part.element, part.attributes)]
        transcripts = transcripts_of(part.element, part.attributes, lang=self._lang, static=self._static)
        with self._builder.scoped():
            with self._builder.part(self._of(part), length=0, keeps_headings=True):
                Fragments(self._builder).title(part.title)
            for transcript in transcripts:
                self._add_transcript(transcript, recording, part)
        if not transcripts:
            named = f'video "{part.title}"' if part.title else "a video"
            self._export.warn(part.path, f"{named} has no transcript: nothing of what it says is known")

    def _add_transcript(self, transcript: Transcript, recording: Recording, part: Part) -> None:
        path = transcript.path
        if path is None:
            self._export.warn(f"static/{transcript.named}", "is a transcript named in the course and missing")
            return
        suffix = PurePosixPath(path).suffix.lower()
        content = self._export.read(path)
        if suffix == ".sjson":
            told = cues_as_srt(content)
            if told is None:
                raise ContentUnreadable(path, "is no transcript that can be read, left out")
            content, suffix = told, ".srt"
        if suffix not in LEAVES:
            raise ContentUnreadable(path, f"{suffix} transcripts are not supported, left out")
        page = LEAVES[suffix](content, path=path, title=recording.title)
        self._export.warnings += page.warnings
        blocks = page.lesson.blocks if page.lesson is not None else ()
        seen = part.seen
        told_of = PartOf(path=path, visibility=seen.visibility, not_before=seen.not_before, lang=transcript.lang)
        with self._builder.part(told_of, length=max((block.end for block in blocks), default=0)):
            for block in blocks:
                self._say(block, recording)

    def _say(self, block: Block, recording: Recording) -> None:
        second = block.spot.number if block.spot is not None else 0
        if block.kind is BlockKind.HEADING:
            return
        with self._builder.at(Spot(SpotKind.TIME, second, of=recording.id)):
            self._builder.add(block.kind, Piece(block.text, block.html, Span(block.start, block.end)))

    @contextmanager
    def _titled(self, part: Part, kind: BlockKind | None) -> Iterator[Fragments]:
        """A part of an XML file under its own title."""
        with self._builder.scoped(), self._builder.part(self._of(part, kind), length=0):
            told = Fragments(self._builder)
            told.title(part.title)
            yield told

    def _of(self, part: Part, kind: BlockKind | None = None, *, seen: Seen | None = None) -> PartOf:
        self._whole[part.path] = self._export.lengths.get(part.path, 0)
        return _part_of(part.path, seen or part.seen, kind)

    def _placed(self, block: Block) -> Block:
        return replace(block, start=0, end=self._whole[block.path]) if block.path in self._whole else block


def _part_of(path: str, seen: Seen, kind: BlockKind | None = None) -> PartOf:
    return PartOf(path=path, visibility=seen.visibility, not_before=seen.not_before, kind=kind)
