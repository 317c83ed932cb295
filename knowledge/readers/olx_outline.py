"""The tree of an Open edX course: parts that stand in one file or point to their own, and who may see each."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from html.entities import html5
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable
from knowledge.blocks import ReadWarning, Seen
from knowledge.readers.limits import ReadLimits
from knowledge.readers.olx_access import told_access
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED, stricter
from knowledge.readers.xml import local_name, parse_xml

UNITS = frozenset({"vertical", "unit"})
SECTIONS = frozenset({"course", "chapter", "sequential", "videosequence", "section", "subsection", "library"})
_INNER = frozenset({"wrapper", "problemset", "split_test", "randomize", "conditional", "library_content", "itembank"})
CONTAINERS = UNITS | SECTIONS | _INNER
# What stands among the parts of a course and is none.
_NO_PARTS = frozenset({"wiki", "textbook", "grading_policy", "show", "sources", "table_of_contents", "staff_note"}) | {
    "static_tab"
}
_POINTER_ATTRIBUTES = frozenset({"url_name", "slug", "org", "course", "run", "library", "xblock-family"})
_DRAFTS = "drafts/"
_MAX_DEPTH = 30
_HIDES = re.compile(
    rb'"(?:visible_to_staff_only|hide_\w+|is_\w+|course_staff_only)"\s*:\s*"?true|"group_access"\s*:\s*"?\{\s*\S{2}'
)
_ENTITY = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,31};)")
_XML_ENTITIES = frozenset({b"amp;", b"lt;", b"gt;", b"quot;", b"apos;"})


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a course in its place; `path` is the file it stands in, `seen` counts what it stands in too."""

    tag: str
    name: str
    path: str
    element: Element
    attributes: Mapping[str, str]
    seen: Seen
    children: tuple["Part", ...] = ()

    @property
    def title(self) -> str:
        return " ".join(self.attributes.get("display_name", "").split())


@dataclass(slots=True)
class Export:
    """The files of one export while they are read: what was recognised, what went wrong, and what was used."""

    tree: FileTree
    limits: ReadLimits
    warnings: list[ReadWarning] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)
    used: set[str] = field(default_factory=set)
    paths: frozenset[str] = frozenset()
    # Files that parts lead to otherwise than by a link, with who may see them.
    handed_out: list[tuple[str, Seen]] = field(default_factory=list)
    unreadable: set[str] = field(default_factory=set)
    lengths: dict[str, int] = field(default_factory=dict)
    # What holds for all of the course beside what its parts say.
    closed: Seen = FOR_LEARNERS

    def warn(self, path: str, reason: str, line: int | None = None) -> None:
        """Note what the author should know."""
        self.warnings.append(ReadWarning(path, reason, line))

    def read(self, path: str) -> bytes:
        """A file's bytes. Raises ContentUnreadable."""
        self.used.add(path)
        if path not in self.paths:
            raise ContentUnreadable(path, "is named in the course and missing")
        return self.tree.read(path, limit=self.limits.max_file_bytes)

    def xml(self, path: str) -> Element:
        """A file's XML. Raises ContentUnreadable."""
        content = self.read(path)
        self.note_length(path, content)
        return parse_olx(content, path)

    def note_length(self, path: str, content: bytes) -> None:
        """Keep how many characters a file has: what stands somewhere in its XML spans all of it."""
        self.lengths[path] = len(content.decode("utf-8", errors="replace"))


class Outline:
    """Follows pointers from part to part; each file is used once, so no export can be made to repeat itself."""

    def __init__(self, export: Export, policy: Mapping[str, Mapping[str, str]], drafts: str = "") -> None:
        self._export = export
        self._policy = policy
        self._drafts = drafts
        self._placed: set[str] = set()

    def drafts(self) -> "Outline":
        """The same course as its authors have not published it yet."""
        return Outline(self._export, self._policy, _DRAFTS)

    def part(self, element: Element, path: str, seen: Seen = FOR_LEARNERS, *, depth: int = 0) -> Part | None:
        """The part an element is or points to, with all in it; None, and a warning, when it cannot be read."""
        tag = local_name(element)
        if not tag or tag in _NO_PARTS:
            return None
        if depth > _MAX_DEPTH:
            self._export.warn(path, f"nests its parts more than {_MAX_DEPTH} deep, the rest is left out")
            return None
        name = element.get("url_name") or element.get("slug") or ""
        try:
            file, definition = self._definition(element, tag, name, path)
        except ContentUnreadable as err:
            self._export.warn(err.path, err.reason, err.line)
            self._export.unreadable.add(err.path)
            return None
        return None if definition is None else self._built(element, definition, name, file, seen, depth=depth)

    def orphans(self) -> Iterator[tuple[str, str]]:
        """Files of drafts that nothing points to yet, units before what may stand in them, with their tags."""
        found = [path.split("/") for path in sorted(self._export.paths) if path.startswith(_DRAFTS)]
        tags = [(parts[1], "/".join(parts)) for parts in found if len(parts) >= 3 and parts[-1].endswith(".xml")]
        for tag, path in sorted(tags, key=lambda pair: (pair[0] in SECTIONS, pair[0] not in UNITS, pair[1])):
            if path not in self._placed:
                yield tag, path

    def _definition(self, element: Element, tag: str, name: str, path: str) -> tuple[str, Element | None]:
        if not name or len(element) or (element.text or "").strip():
            return path, element
        inner = f"{tag}/{name.replace(':', '/')}.xml"
        file = next((one for one in (self._drafts + inner, inner) if one in self._export.paths), None)
        if file == path:
            return path, element
        if file is None:
            is_pointer = set(element.keys()) <= _POINTER_ATTRIBUTES and f"{tag}/{name}.html" not in self._export.paths
            if not is_pointer or tag not in (CONTAINERS | _IN_FILES):
                return path, element
            raise ContentUnreadable(inner, "is named in the course and missing")
        if file in self._placed:
            self._export.warn(file, "stands in the course twice, read once")
            return file, None
        self._placed.add(file)
        return file, self._export.xml(file)

    def _built(self, pointer: Element, element: Element, name: str, path: str, seen: Seen, *, depth: int) -> Part:
        tag = local_name(element) or local_name(pointer)
        key = name or element.get("url_name") or element.get("slug") or ""
        policy = self._policy.get(f"{tag}/{key}", {})
        attributes = {**dict(pointer.items()), **dict(element.items()), **policy}
        told = told_access(tag, attributes)
        for reason in told.reasons:
            self._export.warn(path, f"{tag} {key} {reason}" if key else f"{tag} {reason}")
        own = stricter(seen, told.seen)
        self._export.found[tag] += 1
        children: list[Part] = []
        if tag in CONTAINERS:
            made = (self.part(child, path, own, depth=depth + 1) for child in element)
            children = [part for part in made if part is not None]
        return Part(tag, key, path, element, attributes, own, tuple(children))


_IN_FILES = frozenset({"html", "problem", "video", "discussion", "about", "static_tab", "poll_question", "annotatable"})


def parse_olx(content: bytes, path: str) -> Element:
    """The root of a file's XML, which may hold the named characters of HTML. Raises ContentUnreadable."""
    try:
        return parse_xml(content, path)
    except ContentUnreadable:
        mended = _ENTITY.sub(_as_character, content)
        if mended == content:
            raise
        return parse_xml(mended, path)


def unpublished(outline: Outline, path: str, export: Export) -> Part | None:
    """A draft of its own as a part nobody but its authors sees."""
    tag, _, name = path.removeprefix(_DRAFTS).removesuffix(".xml").partition("/")
    return outline.part(_pointer(tag, name.replace("/", ":")), export.tree.name, UNPUBLISHED)


def read_policy(export: Export, run: str) -> dict[str, dict[str, object]]:
    """What `policies/<run>/policy.json` says of each part; it wins over what stands in the XML."""
    wanted = [f"policies/{run}/policy.json", f"policies/{run}.json"]
    others = sorted(path for path in export.paths if path.startswith("policies/") and path.endswith("/policy.json"))
    path = next((one for one in wanted if one in export.paths), others[0] if len(others) == 1 else None)
    told = None if path is None else read_json(export, path)
    if path is not None and told is None and _HIDES.search(export.read(path)):
        export.warn(
            path, "hides parts, nobody can tell which: all of the course is kept from learners until it is mended"
        )
        export.closed = UNPUBLISHED
    if not isinstance(told, dict):
        return {}
    return {key: value for key, value in told.items() if isinstance(value, dict)}


def read_json(export: Export, path: str) -> object:
    """A JSON file's value; None, and a warning, when it cannot be read."""
    try:
        content = export.read(path)
        export.note_length(path, content)
        return json.loads(content.decode("utf-8-sig"))
    except ContentUnreadable as err:
        export.warn(err.path, err.reason, err.line)
    except (ValueError, RecursionError) as err:
        export.warn(path, "is no valid JSON, ignored", getattr(err, "lineno", None))
    return None


def as_attributes(policy: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, str]]:
    """A policy's values as attributes hold them."""
    return {
        key: {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in fields.items()
            if value is not None
        }
        for key, fields in policy.items()
    }


def _pointer(tag: str, name: str) -> Element:
    return Element(tag, {"url_name": name})


def _as_character(entity: re.Match[bytes]) -> bytes:
    name = entity[1]
    character = None if name in _XML_ENTITIES else html5.get(name.decode())
    return entity[0] if character is None else character.encode()
