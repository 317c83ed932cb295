"""One activity of a Moodle course while it is told: a lesson put together from its fields, and lessons of its files."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, ReadWarning, Seen, SourceLesson
from knowledge.readers.asking import add_key
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.limits import ReadLimits
from knowledge.readers.markdown import read_phrase
from knowledge.readers.moodle_bank import QuestionBank
from knowledge.readers.moodle_files import FileArea, StoredFile, StoredFiles
from knowledge.readers.moodle_text import NO_WORDS, Texts, Words, add_words
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, stricter, withhold

# What a page is made of beside its words: nobody misses it here.
_TRIMMINGS = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".ico", ".css", ".js", ".json", ".xml"}
    | {".woff", ".woff2", ".ttf", ".eot", ".otf", ".map", ".db"}
)


@dataclass(slots=True)
class Backup:
    """What all activities of one backup share; `asked` are the questions that some quiz has shown."""

    tree: FileTree
    limits: ReadLimits
    texts: Texts
    files: StoredFiles
    bank: QuestionBank
    warnings: list[ReadWarning] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)
    unreadable: set[str] = field(default_factory=set)

    def warn(self, path: str, reason: str) -> None:
        """Note what the author should know."""
        self.warnings.append(ReadWarning(path, reason))


@dataclass(frozen=True, slots=True)
class Activity:
    """One activity as its course lists it; `root` holds its own fields, `seen` is what section and switches allow."""

    id: str
    kind: str
    title: str
    path: str
    root: Element
    context: str
    instance: str = ""
    seen: Seen = FOR_LEARNERS
    block_title: str = ""
    lang: str = ""


class Telling:
    """Collects the blocks of one activity in order, each as hidden as the activity at least."""

    def __init__(self, activity: Activity, backup: Backup, builder: LessonBuilder | None = None) -> None:
        self.activity = activity
        self.backup = backup
        self.builder = builder or LessonBuilder()
        self.attached: list[SourceLesson] = []

    def seen(self, seen: Seen = FOR_LEARNERS) -> Seen:
        """What holds for a piece with a rule of its own."""
        return stricter(self.activity.seen, seen)

    def part(self, seen: Seen = FOR_LEARNERS, kind: BlockKind | None = None) -> PartOf:
        """What blocks of the activity have in common."""
        held = self.seen(seen)
        return PartOf(self.activity.path, held.visibility, held.not_before, self.activity.lang, kind=kind)

    def say(
        self,
        name: str,
        *,
        of: Element | None = None,
        form: str | None = None,
        seen: Seen = FOR_LEARNERS,
        kind: BlockKind | None = None,
    ) -> None:
        """Tell what a field says, of the activity itself unless another element is meant."""
        element = self.activity.root if of is None else of
        self.say_words(self.backup.texts.words(element, name, form=form), seen=seen, kind=kind)

    def say_words(self, words: Words, *, seen: Seen = FOR_LEARNERS, kind: BlockKind | None = None) -> None:
        """Tell what a text says."""
        if words:
            with self.builder.part(self.part(seen, kind), length=len(words.source)):
                add_words(self.builder, words)

    def section(
        self,
        level: int,
        title: str,
        words: Words = NO_WORDS,
        *,
        seen: Seen = FOR_LEARNERS,
        kind: BlockKind | None = None,
    ) -> None:
        """Tell a piece below a heading of its own, which lasts beyond it; that of a hidden piece does not."""
        text = self.backup.texts.plain(title)
        with self.builder.part(self.part(seen, kind), length=len(words.source), keeps_headings=True):
            if text:
                self.builder.heading(level, Piece(*read_phrase(text), Span(0, 0)))
            add_words(self.builder, words)

    def key(self, lines: list[str], *, seen: Seen = FOR_LEARNERS) -> None:
        """Tell staff only."""
        told = [line for line in lines if line.strip()]
        if told:
            with self.builder.part(self.part(seen), length=0):
                add_key(self.builder, told, span=Span(0, 0))

    def attach(self, area: str, *, item: str | None = None, seen: Seen = FOR_LEARNERS) -> int:
        """Make a lesson of every document in one of the activity's areas; says how many files there are."""
        component = f"mod_{self.activity.kind}"
        stored = self.backup.files.within(FileArea(self.activity.context, component, area), item)
        readable = [file for file in stored if file.suffix in LEAVES]
        alone = len(readable) == 1
        for file in stored:
            path = self.path_of(file)
            if file in readable:
                self._attach(file, path, title=self.activity.title if alone else "", seen=seen)
            elif file.suffix not in _TRIMMINGS:
                self.backup.warn(path, f"{file.suffix or 'such'} files are not supported, left out")
        return len(stored)

    def stored(self, area: str, *suffixes: str) -> list[StoredFile]:
        """The files of one of the activity's areas that are called like this."""
        component = f"mod_{self.activity.kind}"
        found = self.backup.files.within(FileArea(self.activity.context, component, area))
        return [file for file in found if file.suffix in suffixes]

    def embed(self, lessons: Sequence[SourceLesson], path: str) -> None:
        """Add the lessons of a package that lies in the activity at `path`."""
        activity = self.activity
        for lesson in lessons:
            blocks = tuple(replace(block, path=f"{path}/{block.path}" if block.path else "") for block in lesson.blocks)
            inside = activity.block_title if len(lessons) == 1 else _joined(activity.block_title, activity.title)
            placed = replace(
                lesson,
                external_id=f"{activity.id}/{lesson.external_id}",
                source_path=f"{path}/{lesson.source_path}",
                block_title=inside,
                blocks=blocks,
            )
            self.attached.append(withhold(placed, self.seen()))

    def unread(self, path: str, reason: str) -> None:
        """Note that something of the activity is there and could not be read."""
        self.backup.warn(path, reason)
        self.backup.unreadable.add(path)

    def path_of(self, file: StoredFile) -> str:
        """What people call a file of the activity."""
        return f"{PurePosixPath(self.activity.path).parent}/{file.name}"

    def content_of(self, file: StoredFile, limit: int) -> bytes:
        """What a file holds. Raises ContentUnreadable."""
        try:
            return self.backup.tree.read(file.content, limit=limit)
        except ContentUnreadable as err:
            raise ContentUnreadable(self.path_of(file), err.reason, line=err.line) from err

    def lessons(self) -> Iterator[SourceLesson]:
        """The activity's own lesson if it says anything, then those of its files."""
        activity = self.activity
        blocks = self.builder.finish(0)
        if not blocks and len(self.attached) == 1:
            # The activity is its one document.
            yield replace(self.attached[0], external_id=activity.id, title=activity.title)
            return
        if blocks:
            yield SourceLesson(
                activity.id, activity.path, activity.title, activity.block_title, blocks, lang=activity.lang or None
            )
        yield from self.attached

    def _attach(self, file: StoredFile, path: str, *, title: str, seen: Seen) -> None:
        activity = self.activity
        try:
            content = self.content_of(file, size_limit(file.suffix, self.backup.limits))
            page = LEAVES[file.suffix](content, path=path, title=title, block_title=activity.block_title)
        except ContentUnreadable as err:
            self.backup.warnings.append(ReadWarning(err.path, err.reason, err.line))
            self.backup.unreadable.add(path)
            return
        self.backup.warnings += page.warnings
        if page.lesson is not None and page.lesson.blocks:
            lesson = replace(
                page.lesson, external_id=f"{activity.id}/{file.name}", lang=page.lesson.lang or activity.lang or None
            )
            self.attached.append(withhold(lesson, self.seen(seen)))
        elif page.lesson is not None:
            self.backup.warn(path, "holds no text, left out")


def _joined(*titles: str) -> str:
    return " › ".join(filter(None, titles))
