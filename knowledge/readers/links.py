"""Links between the lessons of a course: from the author's file names to the addresses of lesson pages.

A page's address ends in the lesson's readable id, so a bare id leads from any lesson to another of the same product.
"""

from collections.abc import Sequence
from dataclasses import replace
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from foundation.ids import readable_id
from knowledge.blocks import Block, SourceLesson
from knowledge.readers.dom import parse_page, write
from knowledge.readers.sanitise import sanitise

_SUFFIXES = (".mdx", ".markdown", ".md", ".html", ".htm")
_INDEX_NAMES = ("index", "README", "readme", "_index")
# "/course/chapter1/2", "/course/en/chapter1/2": where the course is mounted, and its language.
_MOUNT_SEGMENTS = 2


def settle_links(lessons: Sequence[SourceLesson]) -> tuple[SourceLesson, ...]:
    """Return the lessons with links to one another made to work; a link that leads to none of them becomes its words.

    Links to a place on the same page or to another host stay as they are.
    """
    course = _Course(lessons)
    return tuple(_settled(lesson, course) for lesson in lessons)


class _Course:
    """Which lesson an author means by a path."""

    def __init__(self, lessons: Sequence[SourceLesson]) -> None:
        self._addresses: dict[str, str] = {}
        self._folders: dict[str, str] = {}
        taken: set[str] = set()
        for lesson in lessons:
            address = readable_id(lesson.external_id, fallback="lesson")
            if address in taken:
                # The second of two gets an address nobody knows yet: no link is better than one to the first.
                continue
            taken.add(address)
            for name in (lesson.source_path, _without_suffix(lesson.source_path), lesson.external_id):
                self._addresses.setdefault(name, address)
            self._note_folders(lesson.source_path, address)

    def _note_folders(self, path: str, address: str) -> None:
        folder, _, _ = path.rpartition("/")
        while folder:
            self._folders.setdefault(folder, address)
            folder, _, _ = folder.rpartition("/")

    def address(self, path: str) -> str | None:
        """Return the address for a path from the course's root; a folder means its own page, else its first one."""
        names = (path, _without_suffix(path), *(f"{path}/{name}" for name in _INDEX_NAMES))
        found = (self._addresses[name] for name in names if name in self._addresses)
        return next(found, self._folders.get(path))


def _settled(lesson: SourceLesson, course: _Course) -> SourceLesson:
    blocks = tuple(_settled_block(block, lesson.source_path, course) for block in lesson.blocks)
    return lesson if blocks == lesson.blocks else replace(lesson, blocks=blocks)


def _settled_block(block: Block, source_path: str, course: _Course) -> Block:
    if "<a " not in block.html:
        return block
    root = parse_page(f"<html><body>{block.html}</body></html>")
    changed = False
    for link in list(root.iter("a")):
        href = (link.get("href") or "").strip()
        if not _is_relative(href):
            continue
        changed = True
        target = _target(href, source_path, course)
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


def _target(href: str, source_path: str, course: _Course) -> str | None:
    try:
        parts = urlsplit(href)
    except ValueError:
        return None
    path = unquote(parts.path)
    if not path:
        return None
    address = next((found for name in _paths(path, source_path) if (found := course.address(name))), None)
    return None if address is None else address + (f"#{parts.fragment}" if parts.fragment else "")


def _paths(path: str, source_path: str) -> list[str]:
    if not path.startswith("/"):
        folder, _, _ = source_path.rpartition("/")
        return [normpath(f"{folder}/{path}" if folder else path)]
    segments = normpath(path).strip("/").split("/")
    return ["/".join(segments[skip:]) for skip in range(min(_MOUNT_SEGMENTS + 1, len(segments)))]


def _without_suffix(path: str) -> str:
    suffix = next((suffix for suffix in _SUFFIXES if path.lower().endswith(suffix)), "")
    return path[: len(path) - len(suffix)]
