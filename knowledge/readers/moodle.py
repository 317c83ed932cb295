"""Moodle backups (`.mbz`): the sections of a course, their activities, and the question bank.

People are not in it: of who they are, what they handed in, wrote, or got for it no file is opened, and where such a
thing stands in a file that is, it is passed over while reading.
"""

from collections import Counter
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import field as fresh
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, ReadWarning, Seen, SourceCourse, SourceLesson
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.moodle_access import access_of
from knowledge.readers.moodle_activities import tell
from knowledge.readers.moodle_bank import QUESTIONS, QuestionBank
from knowledge.readers.moodle_files import FILES, StoredFiles
from knowledge.readers.moodle_outline import (
    CONTENTS,
    COURSE,
    SUBSECTION,
    Listed,
    Outline,
    Section,
    in_order,
    read_outline,
)
from knowledge.readers.moodle_people import IN_BANK, IN_FILES, of_activity
from knowledge.readers.moodle_quiz import tell_bank
from knowledge.readers.moodle_telling import Activity, Backup, Telling
from knowledge.readers.moodle_text import Texts, without_tags
from knowledge.readers.one_file import one_file
from knowledge.readers.trees import FileTree, folder_with
from knowledge.readers.withholding import FOR_STAFF, UNPUBLISHED, stricter
from knowledge.readers.xml import parse_xml


def root_of_moodle(tree: FileTree) -> str | None:
    """The folder in which a Moodle backup lies, when it is most of the tree and not something in a corner of it."""
    folder = folder_with(tree, CONTENTS)
    if not folder:
        return folder
    inside = sum(1 for path in tree.paths if path.startswith(f"{folder}/"))
    return folder if 2 * inside >= len(tree.paths) else None


def read_moodle(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Return a lesson for each activity and each document, and one for each section that says something itself.

    Raises Invalid when nothing of it can be read.
    """
    warnings = list(tree.warnings)
    outline = read_outline(tree, limits, warnings)
    questions = _optional(tree, QUESTIONS, limits, warnings, IN_BANK)
    files = _optional(tree, FILES, limits, warnings, IN_FILES)
    backup = Backup(
        tree=tree,
        limits=limits,
        texts=Texts(outline.lang, outline.addresses()),
        files=StoredFiles(files.iter("file") if files is not None else ()),
        bank=QuestionBank(questions),
        warnings=warnings,
    )
    _say_first(backup, outline)
    reading = _Reading(backup, outline)
    lessons = list(reading.lessons())
    if not lessons:
        first = f"; first problem: {warnings[0]}" if warnings else ""
        raise Invalid(f"{tree.name} holds nothing to read{first}")
    return SourceCourse(
        lessons=settle_links(lessons),
        warnings=tuple(warnings),
        card=_card(outline, backup.texts),
        unreadable=frozenset(backup.unreadable),
        format="moodle",
        found=dict(reading.found),
        lang=outline.lang,
    )


@dataclass(slots=True)
class _Reading:
    """Goes through a course once; `found` counts its parts by Moodle's own names."""

    backup: Backup
    outline: Outline
    found: Counter[str] = fresh(default_factory=Counter)
    _placed: set[str] = fresh(default_factory=set)

    def lessons(self) -> Iterator[SourceLesson]:
        for section in self.outline.sections:
            if not section.owner:
                yield from self._section(section, self.outline.seen, ())
        # A backup of one activity has no sections. Where there are some and one is lost, by damage or because its
        # subsection cannot be read, nobody can tell any more whether it was hidden.
        above = UNPUBLISHED if self.outline.sections else self.outline.seen
        for listed in self.outline.activities:
            yield from self._activity(listed, above, ())
        yield from self._bank()

    def _section(
        self, section: Section, above: Seen, parents: tuple[str, ...], named: str = ""
    ) -> Iterator[SourceLesson]:
        self.found["section"] += 1
        seen, title = stricter(above, section.seen), self._title(section, named)
        inside = (*parents, title)
        mine = in_order(section, self.outline.activities)
        labels = [listed for listed in mine if listed.kind == "label"]
        yield from self._page_of(section, seen, " › ".join(parents), title, labels)
        for listed in mine:
            if listed.kind == SUBSECTION:
                yield from self._subsection(listed, seen, inside)
            elif listed.kind != "label":
                yield from self._activity(listed, seen, inside)

    def _page_of(
        self, section: Section, seen: Seen, block_title: str, title: str, labels: list[Listed]
    ) -> Iterator[SourceLesson]:
        """A section's own page: its summary, and the labels that stand between its activities."""
        root = section.root if section.root is not None else Element("section")
        page = Activity(
            id=f"section-{section.id}",
            kind="label",
            title=title,
            path=section.path,
            root=root,
            context="",
            seen=seen,
            block_title=block_title,
        )
        telling = Telling(page, self.backup)
        with _mishaps(self.backup, section.path):
            telling.say("summary")
        for label in labels:
            telling.attached += self._label(label, seen, telling)
        yield from telling.lessons()

    def _label(self, listed: Listed, above: Seen, page: Telling) -> list[SourceLesson]:
        self._placed.add(listed.id)
        with _mishaps(self.backup, listed.path):
            activity = self._open(listed, above, (*filter(None, (page.activity.block_title,)), page.activity.title))
            telling = Telling(activity, self.backup, page.builder)
            tell(telling)
            self.found[listed.kind] += 1
            return telling.attached
        return []

    def _subsection(self, listed: Listed, above: Seen, parents: tuple[str, ...]) -> Iterator[SourceLesson]:
        self._placed.add(listed.id)
        with _mishaps(self.backup, listed.path):
            activity = self._open(listed, above, parents)
            owner = activity.instance
            inner = [section for section in self.outline.sections if section.owner == owner]
            self.found[listed.kind] += 1
            for section in inner:
                yield from self._section(section, activity.seen, parents, activity.title)

    def _activity(self, listed: Listed, above: Seen, parents: tuple[str, ...]) -> Iterator[SourceLesson]:
        if listed.id in self._placed:
            return
        self._placed.add(listed.id)
        said = len(self.backup.warnings)
        with _mishaps(self.backup, listed.path):
            telling = Telling(self._open(listed, above, parents), self.backup)
            tell(telling)
            self.found[listed.kind] += 1
            told = list(telling.lessons())
            if not told and len(self.backup.warnings) == said:
                self.backup.warn(listed.path, f"this {listed.kind} holds no text, left out")
            yield from told

    def _open(self, listed: Listed, above: Seen, parents: tuple[str, ...]) -> Activity:
        """Read an activity's own file, and its switches. Raises ContentUnreadable."""
        tree, limits = self.backup.tree, self.backup.limits
        switches = f"{listed.folder}/module.xml"
        try:
            module = parse_xml(tree.read(switches, limit=limits.max_file_bytes), switches)
            seen, told = access_of(module)
            lang = (module.findtext("lang") or "").strip()[:2]
        except ContentUnreadable as err:
            # Nobody can tell any more whether it is hidden.
            seen, told, lang = UNPUBLISHED, (f"{err.reason}; the activity is kept unpublished",), ""
        for reason in told:
            self.backup.warn(switches, reason)
        content = tree.read(listed.path, limit=limits.max_document_bytes)
        root = parse_xml(content, listed.path, without=of_activity(listed.kind))
        own = root.find(listed.kind)
        if own is None:
            raise ContentUnreadable(listed.path, f"holds no {listed.kind}")
        texts = self.backup.texts
        return Activity(
            id=listed.id,
            kind=listed.kind,
            title=without_tags(texts.plain(own.findtext("name") or listed.title)) or listed.id,
            path=listed.path,
            root=own,
            context=root.get("contextid") or "",
            instance=root.get("id") or "",
            seen=stricter(above, seen),
            block_title=" › ".join(parents),
            lang=lang,
        )

    def _bank(self) -> Iterator[SourceLesson]:
        bank, is_russian = self.backup.bank, self.outline.lang == "ru"
        if len(bank):
            self.found["question"] = len(bank)
        title = "Банк вопросов" if is_russian else "Question bank"
        telling = Telling(
            Activity("question-bank", "quiz", title, QUESTIONS, Element("quiz"), context="", seen=FOR_STAFF),
            self.backup,
        )
        with _mishaps(self.backup, QUESTIONS):
            tell_bank(telling)
        yield from telling.lessons()

    def _title(self, section: Section, named: str) -> str:
        is_russian = self.outline.lang == "ru"
        title = without_tags(self.backup.texts.plain(section.title)) or named
        if title:
            return title
        if section.number == 0:
            return "Общее" if is_russian else "General"
        return f"Тема {section.number}" if is_russian else f"Section {section.number}"


@contextmanager
def _mishaps(backup: Backup, path: str) -> Iterator[None]:
    """Whatever goes wrong with one activity is a warning, and nobody else's trouble."""
    try:
        with one_file(path):
            yield
    except ContentUnreadable as err:
        backup.warnings.append(ReadWarning(err.path, err.reason, err.line))
        backup.unreadable.add(path)


def _optional(
    tree: FileTree, path: str, limits: ReadLimits, warnings: list[ReadWarning], without: Container[str]
) -> Element | None:
    if path not in tree.paths:
        return None
    try:
        return parse_xml(tree.read(path, limit=limits.max_document_bytes), path, without=without)
    except ContentUnreadable as err:
        warnings.append(ReadWarning(err.path, err.reason, err.line))
        return None


def _say_first(backup: Backup, outline: Outline) -> None:
    if outline.with_people:
        backup.warn(CONTENTS, "was made with people's data (posts, attempts, what they handed in): none of it is read")
    if outline.seen == UNPUBLISHED:
        backup.warn(
            COURSE, "hides the whole course: all of it is kept unpublished, show the course and back it up again"
        )
    if backup.files and not any(path.startswith("files/") for path in backup.tree.paths):
        backup.warn(FILES, "lists files that are not in the backup: make it with files included")


def _card(outline: Outline, texts: Texts) -> ProductCard:
    summary = texts.words(outline.summary, "summary").source if outline.summary is not None else ""
    return ProductCard(
        title=without_tags(texts.plain(outline.title)) or None,
        description=without_tags(summary) or None,
        lang=outline.lang or None,
    )
