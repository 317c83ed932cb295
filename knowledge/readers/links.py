"""Links between the lessons of a course: from the author's file names to the addresses of lesson pages.

A page's address ends in the lesson's readable id, so a bare id leads from any lesson to another of the same product.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from foundation.ids import readable_id
from knowledge.blocks import Block, Seen, SourceLesson, Visibility, seen_by
from knowledge.readers.dom import parse_page, write
from knowledge.readers.sanitise import sanitise

_SUFFIXES = (".mdx", ".markdown", ".md", ".html", ".htm")
_INDEX_NAMES = ("index", "README", "readme", "_index")
# "/course/chapter1/2", "/course/en/chapter1/2": where the course is mounted, and its language.
_MOUNT_SEGMENTS = 2


def settle_links(lessons: Sequence[SourceLesson]) -> tuple[SourceLesson, ...]:
    """Return the lessons with links to one another made to work; a link that leads to none of them becomes its words.

    So does one to a lesson that is not open to whoever sees the link, for its address tells what the lesson is called.
    Links to a place on the same page or to another host stay as they are.
    """
    course = _Course(lessons)
    return tuple(_settled(lesson, course) for lesson in lessons)


def settle_links_of(blocks: Sequence[Block], *, source_path: str, lessons: Sequence[SourceLesson]) -> tuple[Block, ...]:
    """Blocks that are written for a lesson of a course that was read before; they may also name a lesson's address."""
    course = _Course(lessons)
    return tuple(_settled_block(block, source_path, course, by_address=True) for block in blocks)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a lesson's page is, and who may open it."""

    address: str
    seen: Seen

    def is_open_to(self, block: Block) -> bool:
        """Whether everybody who sees the block may open the page by then."""
        if self.seen.visibility is Visibility.LEARNER or block.visibility in (Visibility.STAFF, Visibility.UNPUBLISHED):
            return True
        opens, then = self.seen.not_before, block.not_before
        return opens is not None and then is not None and opens <= then


class _Course:
    """Which lesson an author means by a path."""

    def __init__(self, lessons: Sequence[SourceLesson]) -> None:
        self._places: dict[str, _Place] = {}
        self._folders: dict[str, _Place] = {}
        taken: set[str] = set()
        for lesson in lessons:
            address = readable_id(lesson.external_id, fallback="lesson")
            if address in taken:
                # The second of two gets an address nobody knows yet: no link is better than one to the first.
                continue
            taken.add(address)
            place = _Place(address, seen_by(lesson.blocks))
            for name in (lesson.source_path, _without_suffix(lesson.source_path), lesson.external_id):
                self._places.setdefault(name, place)
            if place.seen.visibility is Visibility.LEARNER:
                self._note_folders(lesson.source_path, place)

    def _note_folders(self, path: str, place: _Place) -> None:
        folder, _, _ = path.rpartition("/")
        while folder:
            self._folders.setdefault(folder, place)
            folder, _, _ = folder.rpartition("/")

    def place(self, path: str) -> _Place | None:
        """Return the page a path from the course's root means; a folder means its own page, else its first open one."""
        names = (path, _without_suffix(path), *(f"{path}/{name}" for name in _INDEX_NAMES))
        found = (self._places[name] for name in names if name in self._places)
        return next(found, self._folders.get(path))

    def at(self, address: str) -> _Place | None:
        """Return the page with this address."""
        return next((place for place in self._places.values() if place.address == address), None)


def _settled(lesson: SourceLesson, course: _Course) -> SourceLesson:
    blocks = tuple(_settled_block(block, lesson.source_path, course) for block in lesson.blocks)
    return lesson if blocks == lesson.blocks else replace(lesson, blocks=blocks)


def _settled_block(block: Block, source_path: str, course: _Course, *, by_address: bool = False) -> Block:
    if "<a " not in block.html:
        return block
    root = parse_page(f"<html><body>{block.html}</body></html>")
    changed = False
    for link in list(root.iter("a")):
        href = (link.get("href") or "").strip()
        if not _is_relative(href):
            continue
        changed = True
        target = _target(href, source_path, course, block, by_address=by_address)
        if target is None:
            link.drop_tag()
        else:
            link.set("href", target)
    body = root.find("body")
    if not changed or body is None:
        return block
    return replace(block, html=sanitise(write(body).removeprefix("<body>").removesuffix("</body>")))


def _is_relative(href: str) -> bool:
    try:
        parts = urlsplit(href)
    except ValueError:
        return True
    return bool(href) and not href.startswith("#") and not parts.scheme and not parts.netloc


def _target(href: str, source_path: str, course: _Course, block: Block, *, by_address: bool) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    path = unquote(parts.path)
    if not path:
        return None
    place = next((found for name in _paths(path, source_path) if (found := course.place(name))), None)
    if place is None and by_address:
        place = course.at(path)
    if place is None or not place.is_open_to(block):
        return None
    return place.address + (f"#{parts.fragment}" if parts.fragment else "")


def _paths(path: str, source_path: str) -> list[str]:
    if not path.startswith("/"):
        folder, _, _ = source_path.rpartition("/")
        return [normpath(f"{folder}/{path}" if folder else path)]
    segments = normpath(path).strip("/").split("/")
    return ["/".join(segments[skip:]) for skip in range(min(_MOUNT_SEGMENTS + 1, len(segments)))]


def _without_suffix(path: str) -> str:
    suffix = next((suffix for suffix in _SUFFIXES if path.lower().endswith(suffix)), "")
    return path[: len(path) - len(suffix)]
