"""One lesson of an exercise repository while its files are told: pages, notes and programs, each to whom it is for."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html import escape

from foundation.errors import ContentUnreadable
from knowledge.blocks import BlockKind, ReadWarning, Seen
from knowledge.readers.builder import LessonBuilder, PartOf, Piece, Span
from knowledge.readers.decoding import decode
from knowledge.readers.exercise_files import NOTES, PAGES, File, Role
from knowledge.readers.exercise_notes import MAX_NOTES_BYTES, Notes, read_notes
from knowledge.readers.front_matter import split_front_matter
from knowledge.readers.limits import ReadLimits
from knowledge.readers.markdown import Dialect, add_markdown, read_markdown
from knowledge.readers.mdx import strip_mdx, take_answers
from knowledge.readers.one_file import one_file
from knowledge.readers.page import MDX
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, FOR_STAFF, UNPUBLISHED, stricter

_MAX_PROGRAM_BYTES = 200_000
_PLAIN_TITLES = frozenset(
    {"introduction", "instructions", "instruction", "about", "description", "hints", "exercise", "task", "theory"}
    | {"введение", "описание", "задание", "упражнение", "подсказки", "теория", "инструкции"}
)
_ONE_PARAGRAPH = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)
_TERMS_TITLES = {"ru": "Определения", "en": "Definitions"}


@dataclass(slots=True)
class Repository:
    """The files of a repository while they are read: what was found, and what went wrong."""

    tree: FileTree
    limits: ReadLimits
    warnings: list[ReadWarning]
    found: Counter[str] = field(default_factory=Counter)
    unreadable: set[str] = field(default_factory=set)

    def text(self, path: str) -> str:
        """A file's text. Raises ContentUnreadable."""
        return decode(self.tree.read(path, limit=self.limits.max_file_bytes), path=path)

    def warn(self, err: ContentUnreadable) -> None:
        """Note a file that could not be read."""
        self.warnings.append(ReadWarning(err.path, err.reason, err.line))
        self.unreadable.add(err.path)

    def notes(self, file: File) -> Notes:
        role = {Role.HINTS: "tips", Role.TERMS: "definitions"}.get(file.role, "")
        try:
            content = self.tree.read(file.path, limit=MAX_NOTES_BYTES)
        except ContentUnreadable as err:
            self.warn(err)
            # What it would have hidden is not known.
            return Notes(file.path, seen=UNPUBLISHED)
        notes, warnings = read_notes(content, file.path, role=role)
        self.warnings += warnings
        if file.role is Role.KEY:
            return Notes(file.path, keys=(*notes.keys, *notes.prose, *notes.tasks, *notes.tips))
        self.found["tip"] += len(notes.tips)
        self.found["definition"] += len(notes.terms)
        return notes


class LessonText:
    """One lesson while its files are told."""

    def __init__(self, repository: Repository, seen: Seen, lang: str) -> None:
        self.builder = LessonBuilder()
        self.id = self.title = self.lang = ""
        self._repository = repository
        self._seen = seen
        self._lang = lang

    def add_file(self, file: File) -> None:
        """Tell a page or a program; notes are told apart."""
        if file.suffix in NOTES:
            return
        try:
            with one_file(file.path):
                if file.suffix in PAGES:
                    self._add_page(file)
                else:
                    self._add_program(file)
        except ContentUnreadable as err:
            self._repository.warn(err)

    def add_notes(self, role: Role, notes: list[Notes]) -> None:
        """Tell what notes say that belongs to one role."""
        for note in notes:
            match role:
                case Role.PAGE:
                    self._markdown(note.path, note.prose, self._seen)
                case Role.TASK:
                    self._markdown(note.path, note.tasks, self._seen, BlockKind.EXERCISE)
                case Role.TERMS:
                    self._add_terms(note)
                case Role.HINTS:
                    self._markdown(note.path, note.tips, stricter(self._seen, FOR_STAFF), BlockKind.EXERCISE)
                case Role.STAFF:
                    self._markdown(note.path, note.staff, stricter(self._seen, FOR_STAFF))
                case Role.KEY:
                    self._add_keys(note)
                case _:
                    pass

    def _add_page(self, file: File) -> None:
        source = self._repository.text(file.path)
        split = split_front_matter(source)
        if split.problem:
            self._repository.warnings.append(ReadWarning(file.path, split.problem, split.line))
        front = split.front_matter
        seen = stricter(self._seen, UNPUBLISHED if front.draft else FOR_LEARNERS)
        if file.role in (Role.HINTS, Role.STAFF, Role.KEY):
            seen = stricter(seen, FOR_STAFF)
            self._repository.found["hints" if file.role is Role.HINTS else "key"] += 1
        else:
            self.id, self.lang = self.id or front.id, self.lang or front.lang
            self.title = self.title or front.title
        plain = strip_mdx(split.body) if file.suffix in MDX else take_answers(split.body)
        kind = BlockKind.EXERCISE if file.role in (Role.TASK, Role.HINTS) else None
        with self.builder.part(self._part(file.path, seen, kind), length=len(source)):
            dialect = Dialect(indented_code=file.suffix not in MDX)
            if file.role is Role.KEY:
                with self.builder.staff_only():
                    add_markdown(self.builder, plain.text, dialect=dialect, questions=plain.questions)
            else:
                add_markdown(self.builder, plain.text, dialect=dialect, questions=plain.questions)
        if self.builder.title.lower() in _PLAIN_TITLES:
            self.builder.title = ""
        self.title = self.title or self.builder.title

    def _add_program(self, file: File) -> None:
        code = decode(self._repository.tree.read(file.path, limit=_MAX_PROGRAM_BYTES), path=file.path).strip("\n")
        html = f"<pre><code>{escape(code, quote=False)}\n</code></pre>"
        self._repository.found["program"] += 1
        part = self._part(file.path, stricter(self._seen, FOR_STAFF))
        with self.builder.part(part, length=len(code)), self.builder.staff_only():
            self.builder.add(BlockKind.CODE, Piece(code, html, Span(0, len(code))))

    def _add_terms(self, note: Notes) -> None:
        if not note.terms:
            return
        title = _TERMS_TITLES.get(self._lang or self.lang, _TERMS_TITLES["en"])
        with self.builder.part(self._part(note.path, self._seen), length=0):
            self.builder.heading(2, Piece(title, title, Span(0, 0)))
            for place, (term, text) in enumerate(note.terms):
                plain, inner = _phrase(text)
                named = " ".join(_phrase(term)[0].split())
                lead = f"<strong>{escape(named, quote=False)}</strong> — " if named else ""
                words = f"{named} — {plain}" if named else plain
                self.builder.add(BlockKind.PARAGRAPH, Piece(words, f"<p>{lead}{inner}</p>", Span(place, place + 1)))

    def _add_keys(self, note: Notes) -> None:
        part = self._part(note.path, stricter(self._seen, FOR_STAFF))
        for key in note.keys:
            html = f"<pre><code>{escape(key, quote=False)}\n</code></pre>"
            with self.builder.part(part, length=len(key)), self.builder.staff_only():
                self.builder.add(BlockKind.CODE, Piece(key, html, Span(0, len(key))))

    def _markdown(self, path: str, texts: tuple[str, ...], seen: Seen, kind: BlockKind | None = None) -> None:
        for text in texts:
            plain = take_answers(text)
            with self.builder.part(self._part(path, seen, kind), length=len(text)):
                add_markdown(self.builder, plain.text, questions=plain.questions)

    def _part(self, path: str, seen: Seen, kind: BlockKind | None = None) -> PartOf:
        return PartOf(path=path, visibility=seen.visibility, not_before=seen.not_before, lang=self._lang, kind=kind)


def _phrase(text: str) -> tuple[str, str]:
    """A definition, which is Markdown, in plain words and as HTML."""
    blocks = read_markdown(text).blocks
    inner = " ".join(block.html for block in blocks)
    only = _ONE_PARAGRAPH.fullmatch(inner)
    return " ".join(block.text for block in blocks), only[1] if only else inner
