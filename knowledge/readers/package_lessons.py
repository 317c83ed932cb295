"""The lessons of a package as they are gathered: what one file gets wrong is that file's trouble alone."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TypeVar
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ProductCard, ReadWarning, Seen, SourceCourse, SourceLesson
from knowledge.media import RECORDINGS
from knowledge.readers.decoding import decode
from knowledge.readers.dom import TooDeep
from knowledge.readers.leaves import LEAVES, size_limit
from knowledge.readers.limits import ReadLimits
from knowledge.readers.links import settle_links
from knowledge.readers.manifest import Manifest, Paths
from knowledge.readers.one_file import one_file
from knowledge.readers.package_encoding import recode
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, withhold
from knowledge.readers.xml import parse_xml

T = TypeVar("T")

PAGES = frozenset({".html", ".htm", ".xhtml"})
_ARCHIVES = frozenset({".zip", ".imscc", ".mbz", ".h5p", ".gz", ".tgz"})
# What a page is dressed with and what makes it move: nothing in it is a word of the course.
_DRESS = frozenset(
    {".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".bmp", ".ico", ".tif", ".tiff", ".css", ".js", ".json", ".map"}
    | {".xsd", ".dtd", ".woff", ".woff2", ".ttf", ".eot", ".otf"}
)


class PackageLessons:
    """Gathers the lessons, warnings and counts of one package."""

    def __init__(self, tree: FileTree, limits: ReadLimits) -> None:
        self.tree = tree
        self.limits = limits
        self.paths = Paths(tree)
        self.lessons: list[SourceLesson] = []
        self.warnings: list[ReadWarning] = list(tree.warnings)
        self.found: Counter[str] = Counter()
        self._parsed: dict[str, Element | None] = {}
        self._taken: dict[str, str] = {}
        self._unreadable: set[str] = set()

    def warn(self, path: str, reason: str, line: int | None = None) -> None:
        """Tell the author about something that was not read."""
        self.warnings.append(ReadWarning(path, reason, line))

    def attempt(self, path: str, read: Callable[[], T]) -> T | None:
        """What `read` gives, or None and a warning when it fails on this file."""
        try:
            with one_file(path):
                return read()
        except ContentUnreadable as err:
            self.warn(err.path, err.reason, err.line)
        except TooDeep:
            self.warn(path, "nests its elements too deeply")
        self._unreadable.add(path)
        return None

    def content(self, path: str) -> bytes:
        """A file's bytes. Raises ContentUnreadable, also for one that is named and missing."""
        if path not in self.paths:
            raise ContentUnreadable(path, "is named in the course and missing")
        return self.tree.read(path, limit=size_limit(suffix_of(path), self.limits))

    def xml(self, path: str) -> Element | None:
        """The root of an XML file, None and once a warning when it cannot be read."""
        if path not in self._parsed:
            self._parsed[path] = self.attempt(path, lambda: parse_xml(self.content(path), path))
        return self._parsed[path]

    def source(self, path: str) -> str:
        """A page's text, cleaned. Raises ContentUnreadable."""
        return decode(recode(self.content(path)).content, path=path)

    def file_lesson(
        self, path: str, *, external_id: str, title: str = "", block_title: str = ""
    ) -> SourceLesson | None:
        """The lesson one file of the package is; None, with a warning where somebody should know, when it is none."""
        suffix = suffix_of(path)
        if "://" in path:
            self.warn(path, "is on another site, not read")
            return None
        if suffix not in LEAVES and suffix not in PAGES:
            self._note_unread(path, suffix)
            return None
        leaf = LEAVES[".html" if suffix in PAGES else suffix]
        read = self.attempt(
            path, lambda: leaf(self._page_content(path), path=path, title=title, block_title=block_title)
        )
        if read is None:
            return None
        self.warnings += read.warnings
        return None if read.lesson is None else replace(read.lesson, external_id=external_id, source_path=path)

    def place(self, lesson: SourceLesson, rule: Seen = FOR_LEARNERS) -> bool:
        """Put a lesson behind the others, no more freely seen than the rule; False when empty or there already."""
        if lesson.external_id in self._taken:
            # Two things of one name: the second is told from the first by its file.
            lesson = replace(lesson, external_id=f"{lesson.external_id}/{lesson.source_path}")
        other = self._taken.get(lesson.external_id)
        if other is not None:
            self.warn(lesson.source_path, f"has the id {lesson.external_id} of {other}, left out")
            return False
        if not lesson.blocks:
            self.warn(lesson.source_path, "holds no text, left out")
            return False
        self._taken[lesson.external_id] = lesson.source_path
        self.lessons.append(withhold(lesson, rule))
        return True

    def course(self, manifest: Manifest, *, kind: str, card: ProductCard, lang: str = "") -> SourceCourse:
        """Everything gathered. Raises Invalid when there is not one lesson."""
        if not self.lessons:
            first = f"; first problem: {self.warnings[0]}" if self.warnings else ""
            advice = "export the course again with its pages and files"
            raise Invalid(f"{self.tree.name} holds no lesson that can be read: {advice}{first}")
        return SourceCourse(
            settle_links(self.lessons),
            tuple(self.warnings),
            card,
            frozenset(self._unreadable),
            format=kind,
            found=dict(self.found),
            lang=lang or manifest.lang,
        )

    def _page_content(self, path: str) -> bytes:
        """A file's bytes; those of a page in UTF-8 wherever that can be told."""
        content = self.content(path)
        if suffix_of(path) not in PAGES:
            return content
        recoded = recode(content)
        if recoded.settled:
            self.warn(
                path, f"{recoded.settled} characters are in another encoding than the page: look at quotes and dashes"
            )
        return recoded.content

    def _note_unread(self, path: str, suffix: str) -> None:
        if path not in self.paths:
            self.warn(path, "is named in the course and missing")
        elif suffix in RECORDINGS:
            self.found["recordings"] += 1
            self.warn(path, "is a recording: it is read where a transcript comes with it")
        elif suffix in _ARCHIVES:
            self.warn(path, "is an archive inside the course: take it in on its own")
        elif suffix in _DRESS:
            self.found["pictures and styles"] += 1
        else:
            self.warn(path, f"{suffix or 'these'} files are not supported, left out")


def suffix_of(path: str) -> str:
    """The end of a file's name, with its dot, in lower case."""
    return PurePosixPath(path).suffix.lower()


def is_readable(path: str) -> bool:
    """Whether a file of this name is one a lesson can be made of."""
    suffix = suffix_of(path)
    return suffix in PAGES or suffix in LEAVES
