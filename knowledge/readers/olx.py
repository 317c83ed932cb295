"""Open edX courses and libraries, as OLX: a folder or tar.gz of XML files that point to one another.

A lesson is a unit, the page a learner opens; its part of the course is "chapter › subsection". Pages beside the units
(tabs, updates, handouts, about) and documents that came with the course follow them.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape, unescape
from pathlib import PurePosixPath
from urllib.parse import quote, unquote
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, SourceCourse, SourceLesson
from knowledge.readers.decoding import decode
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.loose_files import place_lesson
from knowledge.readers.markdown import read_phrase
from knowledge.readers.olx_access import plain_value
from knowledge.readers.olx_documents import Documents
from knowledge.readers.olx_outline import (
    SECTIONS,
    UNITS,
    Export,
    Outline,
    Part,
    as_attributes,
    parse_olx,
    read_policy,
    unpublished,
)
from knowledge.readers.olx_pages import page_lessons
from knowledge.readers.olx_static import StaticFiles
from knowledge.readers.olx_units import UnitPage
from knowledge.readers.trees import FileTree
from knowledge.readers.xml import local_name

_ROOTS = ("course.xml", "library.xml")
_MARKS = frozenset({"url_name", "org", "course", "library"})
_ROOT_LIMIT = 20_000_000
_PARTS = re.compile(r"(?:^|/)(?:chapter|sequential|vertical)/[^/]+\.xml$")
_PATH_STEPS = " › "
_STEP = re.compile(r"[/@]")
_LINK = re.compile(r'href="([^"]*)"')
_JUMP = re.compile(r"(?:^|/)(?:jump_to_id|jump_to|xblock|courseware)/([^?#]+)")
_ORDER = ("html", "problem", "video")


def root_of(tree: FileTree) -> str | None:
    """The folder of a tree in which an Open edX course or library lies, None when it holds none."""
    found = [PurePosixPath(path) for path in tree.paths if PurePosixPath(path).name in _ROOTS]
    for path in sorted(found, key=lambda path: (len(path.parts), path.as_posix())):
        if _is_root(tree, path.as_posix()):
            return "" if len(path.parts) == 1 else path.parent.as_posix()
    # Without its root a course is still one: read as loose files, its pages for staff would be anybody's.
    kept = Counter(path.rsplit("/", 2)[0] if path.count("/") > 1 else "" for path in tree.paths if _PARTS.search(path))
    return min((folder for folder, count in kept.items() if count >= 2), key=len, default=None)


def read_olx(tree: FileTree, limits: ReadLimits) -> SourceCourse:
    """Read a course from the folder its `course.xml` (or `library.xml`) lies in. Raises Invalid when it has no page."""
    export = Export(tree, limits, warnings=list(tree.warnings), paths=frozenset(tree.paths))
    root_path = _root_path(export)
    root = _root(export, root_path)
    policy = read_policy(export, root.get("url_name", ""))
    outline = Outline(export, as_attributes(policy))
    course = outline.part(root, root_path, export.closed)
    if course is None:
        raise Invalid(_nothing_read(export))
    reading = _Reading(export, course)
    reading.read_units(outline)
    fields = policy.get(f"{course.tag}/{course.name}", {})
    for lesson in page_lessons(export, fields, course.seen, static=reading.static, lang=reading.lang):
        reading.place(lesson)
    return reading.finished(fields)


class _Reading:
    """The lessons of one export, as they are found."""

    def __init__(self, export: Export, course: Part) -> None:
        self.export = export
        self.course = course
        self.lang = plain_value(course.attributes.get("language", "")).replace("_", "-")
        self.static = StaticFiles(export.paths)
        self._lessons: list[SourceLesson] = []
        self._taken: dict[str, str] = {}
        self._of: dict[str, str] = {}
        self._places: Counter[str] = Counter()

    def place(self, lesson: SourceLesson) -> None:
        """Put a lesson behind the others; of an empty one only a warning remains."""
        self.export.warnings += place_lesson(lesson, self._lessons, self._taken)

    def read_units(self, outline: Outline) -> None:
        """Read every unit of the course, then those that only its authors see yet."""
        for unit in _units(self.course, ()):
            self._read(unit, suffix="")
        drafts = outline.drafts()
        for _, path in drafts.orphans():
            part = unpublished(drafts, path, self.export)
            for unit in () if part is None else _units(part, ()):
                self._read(unit, suffix="-draft")

    def finished(self, fields: dict[str, object]) -> SourceCourse:
        """The course, with links between its lessons that lead where they should."""
        documents = Documents(self.export, self.static)
        for lesson in documents.lessons(self._lessons, fields, self.course.seen):
            self.place(lesson)
        if not self._lessons:
            raise Invalid(_nothing_read(self.export))
        settled = settle_links([self._linked(lesson) for lesson in self._lessons])
        found = self.export.found
        order = [*(name for name in _ORDER if name in found), *sorted(found.keys() - set(_ORDER))]
        return SourceCourse(
            settled,
            tuple(self.export.warnings),
            self._card(),
            frozenset(self.export.unreadable),
            format="olx",
            found={name: found[name] for name in order},
            lang=self.lang,
        )

    def _read(self, unit: "_Unit", *, suffix: str) -> None:
        page = UnitPage(self.export, self.static, lang=self.lang)
        page.add(unit.part)
        title = unit.part.title or unit.fallback or unit.part.name or unit.part.tag
        name = unit.part.name or self._unnamed(f"{unit.block_title}/{title}")
        lesson = page.lesson(external_id=name + suffix, path=unit.part.path, title=title, block_title=unit.block_title)
        if not suffix:
            for inner in _names(unit.part):
                self._of.setdefault(inner, lesson.external_id)
            for section in unit.sections:
                self._of.setdefault(section, lesson.external_id)
        if lesson.blocks:
            self.place(lesson)
        else:
            self.export.warn(lesson.source_path, f'unit "{title}" holds no words that can be read, left out')

    def _unnamed(self, place: str) -> str:
        """An id for a unit without one: by where it stands, so that it stays when others come and go."""
        self._places[place] += 1
        return place if self._places[place] == 1 else f"{place} ({self._places[place]})"

    def _linked(self, lesson: SourceLesson) -> SourceLesson:
        blocks = tuple(
            replace(block, html=_LINK.sub(self._led, block.html)) if "<a " in block.html else block
            for block in lesson.blocks
        )
        return replace(lesson, blocks=blocks)

    def _led(self, link: re.Match[str]) -> str:
        """A link to a part of the course, by its id, or to a file that came with it, as one to its lesson."""
        href = unescape(link[1])
        jump = _JUMP.search(href)
        names = reversed(_STEP.split(unquote(jump[1]))) if jump is not None else ()
        target = next((self._of[name] for name in names if name in self._of), None)
        target = target or (self.static.find(href) if "/" in href else None)
        return link[0] if target is None else f'href="/{escape(quote(target))}"'

    def _card(self) -> ProductCard:
        lang = self.lang[:2].lower()
        return ProductCard(
            title=self.course.title or None,
            description=self._description() or None,
            lang=lang if lang in ("ru", "en") else None,
        )

    def _description(self) -> str:
        path = "about/short_description.html"
        try:
            told = decode(self.export.read(path), path=path) if path in self.export.paths else ""
        except ContentUnreadable as err:
            self.export.warn(err.path, err.reason, err.line)
            return ""
        return " ".join(read_phrase(told)[0].split())


@dataclass(frozen=True, slots=True)
class _Unit:
    """A page of the course: its part, where it stands, and the ids of what it stands in."""

    part: Part
    block_title: str
    fallback: str
    sections: tuple[str, ...]


def _units(part: Part, above: tuple[Part, ...]) -> Iterator[_Unit]:
    """Every unit below a part in course order; what stands in a section without a unit is one itself."""
    if part.tag in SECTIONS:
        for child in part.children:
            yield from _units(child, (*above, part))
        return
    titled = [section.title for section in above if section.title and section.tag not in ("course", "library")]
    names = tuple(section.name for section in reversed(above) if section.name)
    yield _Unit(part, _PATH_STEPS.join(titled), titled[-1] if titled else "", names)


def _names(part: Part) -> Iterator[str]:
    if part.name:
        yield part.name
    for child in part.children:
        yield from _names(child)


def _is_root(tree: FileTree, path: str) -> bool:
    try:
        root = _parsed(tree, path)
    except ContentUnreadable:
        # Broken, and in the company of a course's folders: better said than read as loose files.
        folder = path.rpartition("/")[0]
        beside = {one.removeprefix(f"{folder}/" if folder else "").partition("/")[0] for one in tree.paths}
        return len(beside & {"chapter", "sequential", "vertical", "problem"}) >= 2
    tag = local_name(root)
    inside = {local_name(child) for child in root}
    # Backups of another platform hold a course.xml too, which tells nothing of chapters.
    return tag in ("course", "library") and bool(_MARKS & set(root.keys()) or inside & (SECTIONS | UNITS))


def _parsed(tree: FileTree, path: str) -> Element:
    content = tree.read(path, limit=_ROOT_LIMIT)
    target = content.strip().decode("ascii", errors="replace")
    if len(target) < 200 and not target.startswith("<"):
        # A link that was checked out as text: course.xml says which of several runs is meant.
        folder = path.rpartition("/")[0]
        linked = f"{folder}/{target}" if folder else target
        content = tree.read(linked if linked in tree.paths else path, limit=_ROOT_LIMIT)
    return parse_olx(content, path)


def _root_path(export: Export) -> str:
    """The file a course begins in; where that is missing, the only run it has."""
    runs = sorted(path for path in export.paths if re.fullmatch(r"(?:course|library)/[^/]+\.xml", path))
    known = next((path for path in _ROOTS if path in export.paths), runs[0] if len(runs) == 1 else None)
    if known is None:
        raise Invalid(f"{export.tree.name} is an Open edX export without its course.xml: export it again")
    return known


def _root(export: Export, path: str) -> Element:
    try:
        export.note_length(path, export.read(path))
        return _parsed(export.tree, path)
    except ContentUnreadable as err:
        export.warn(err.path, err.reason, err.line)
        raise Invalid(_nothing_read(export)) from err


def _nothing_read(export: Export) -> str:
    first = f"; first problem: {export.warnings[0]}" if export.warnings else ""
    return f"{export.tree.name} is an Open edX export without one page that can be read: export it again{first}"
