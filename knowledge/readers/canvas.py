"""What Canvas adds to a Common Cartridge: modules with their dates, drafts, and which files are hidden or locked.

Access codes, tools' secrets and whoever a thing was assigned to are never read.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from knowledge.blocks import Seen
from knowledge.readers.manifest import child, children, text_of
from knowledge.readers.package_lessons import PackageLessons
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED, opening_at, stricter

SETTINGS = "course_settings"
FILES = "web_resources"
_SHOWN = frozenset({"", "active", "published", "available", "edited", "post_delayed"})
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_NAMED = re.compile(r"\b(name|content)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_HEAD_CHARS = 8000


@dataclass(frozen=True, slots=True)
class CanvasItem:
    """One line of a module: what it shows, or a heading when `is_heading`."""

    identifier: str
    title: str
    resource: str
    url: str
    rule: Seen
    is_heading: bool = False
    is_tool: bool = False


@dataclass(frozen=True, slots=True)
class CanvasModule:
    """A module in its place."""

    identifier: str
    title: str
    rule: Seen
    items: tuple[CanvasItem, ...]


@dataclass(frozen=True, slots=True)
class Track:
    """A transcript: the resource it is, and the language Canvas has it in."""

    resource: str
    lang: str


@dataclass(slots=True)
class CanvasSettings:
    """`files` are rules by resource, `folders` by the folder's path below the course's files.

    `tracks` are what is said in a recording, by the recording's resource. The last two hold for everything in modules
    and for every file.
    """

    title: str = ""
    lang: str = ""
    modules: tuple[CanvasModule, ...] = ()
    files: dict[str, Seen] = field(default_factory=dict)
    folders: dict[str, Seen] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    tracks: dict[str, list[Track]] = field(default_factory=dict)
    rule_of_modules: Seen = FOR_LEARNERS
    rule_of_files: Seen = FOR_LEARNERS

    def rule_of(self, resource: str, path: str) -> Seen:
        """Who may see a file, by its own settings and those of every folder above it."""
        below = path.removeprefix(f"{FILES}/")
        above = [
            self.folders[folder.as_posix()]
            for folder in PurePosixPath(below).parents
            if folder.as_posix() in self.folders
        ]
        own = self.files.get(resource, FOR_LEARNERS)
        return stricter(own, *above, self.rule_of_files if path.startswith(f"{FILES}/") else FOR_LEARNERS)


def read_settings(gathered: PackageLessons) -> CanvasSettings:
    """The settings of a Canvas export; empty ones for a cartridge of another system.

    Where a file that says what is hidden cannot be read, everything it could have hidden is.
    """
    settings = CanvasSettings()
    for name, read in _READERS.items():
        path = f"{SETTINGS}/{name}"
        if path in gathered.paths:
            root = gathered.xml(path)
            if root is not None:
                read(root, settings)
            elif name == _MODULES:
                settings.rule_of_modules = UNPUBLISHED
            elif name == _FILES_META:
                settings.rule_of_files = UNPUBLISHED
    for name in _UNREAD:
        path = f"{SETTINGS}/{name}"
        root = gathered.xml(path) if path in gathered.paths else None
        if root is not None and len(root):
            gathered.warn(path, f"is not read: it holds {len(root)} entries")
    return settings


def rule_in(settings: Element) -> Seen:
    """Who may see what these settings are of: a page, a topic, an assignment, a quiz, a module or a file."""
    told = {name: text_of(settings, name) for name in _NAMES}
    return stricter(_rule(told), *(rule_in(inner) for inner in children(settings, "assignment")))


def rule_of_page(source: str) -> Seen:
    """Who may see a wiki page, by the `<meta>` of its head."""
    return _rule(_meta_of(source))


def has_state(source: str) -> bool:
    """Whether a page says of itself whether it is published."""
    return "workflow_state" in _meta_of(source)


def has_access_code(settings: Element) -> bool:
    """Whether a quiz opens only for who was given its code."""
    return bool(text_of(settings, "access_code"))


def _meta_of(source: str) -> dict[str, str]:
    told: dict[str, str] = {}
    for tag in _META.findall(source, 0, _HEAD_CHARS):
        attributes = {name.lower(): one or other for name, one, other in _NAMED.findall(tag)}
        told[attributes.get("name", "").lower()] = attributes.get("content", "")
    return told


_NAMES = (
    *("workflow_state", "available", "hidden", "only_visible_to_overrides"),
    *("unlock_at", "delayed_post_at"),
)


def _rule(told: dict[str, str]) -> Seen:
    state = told.get("workflow_state", "").lower()
    opens = [opening_at(told.get(name, "")) for name in ("unlock_at", "delayed_post_at")]
    dated = any(told.get(name) for name in ("unlock_at", "delayed_post_at"))
    hidden = (
        state not in _SHOWN
        or (state == "post_delayed" and not dated)
        or told.get("available", "").lower() == "false"
        or told.get("hidden", "").lower() == "true"
        or told.get("only_visible_to_overrides", "").lower() == "true"
    )
    return stricter(UNPUBLISHED if hidden else FOR_LEARNERS, *opens)


def _read_course(root: Element, settings: CanvasSettings) -> None:
    settings.title = text_of(root, "title")
    settings.lang = text_of(root, "locale")


def _read_modules(root: Element, settings: CanvasSettings) -> None:
    modules = sorted(children(root, "module"), key=_position)
    settings.modules = tuple(
        CanvasModule(module.get("identifier", ""), text_of(module, "title"), rule_in(module), tuple(_items(module)))
        for module in modules
    )


def _items(module: Element) -> Iterator[CanvasItem]:
    for item in sorted(children(child(module, "items"), "item"), key=_position):
        yield CanvasItem(
            identifier=item.get("identifier", ""),
            title=text_of(item, "title"),
            resource=text_of(item, "identifierref"),
            url=text_of(item, "url"),
            rule=rule_in(item),
            is_heading=text_of(item, "content_type") == "ContextModuleSubHeader",
            is_tool=text_of(item, "content_type") == "ContextExternalTool",
        )


def _position(element: Element) -> int:
    position = text_of(element, "position")
    return int(position) if position.isdecimal() and len(position) < 10 else 0


def _read_files(root: Element, settings: CanvasSettings) -> None:
    for folder in children(child(root, "folders"), "folder"):
        settings.folders[folder.get("path", "").strip("/")] = _rule_of_file(folder)
    for file in children(child(root, "files"), "file"):
        settings.files[file.get("identifier", "")] = _rule_of_file(file)
        settings.names[file.get("identifier", "")] = text_of(file, "display_name")


def _rule_of_file(element: Element) -> Seen:
    """A locked file is one nobody opens; a locked topic, by contrast, is one nobody answers to any more."""
    return UNPUBLISHED if text_of(element, "locked").lower() == "true" else rule_in(element)


def _read_tracks(root: Element, settings: CanvasSettings) -> None:
    for media in children(root, "media"):
        tracks = [Track(one.get("identifierref", ""), one.get("locale", "")) for one in children(media, "track")]
        settings.tracks[media.get("identifierref", "")] = tracks


_MODULES = "module_meta.xml"
_FILES_META = "files_meta.xml"
_READERS: dict[str, Callable[[Element, CanvasSettings], None]] = {
    "course_settings.xml": _read_course,
    _MODULES: _read_modules,
    _FILES_META: _read_files,
    "media_tracks.xml": _read_tracks,
}
# Things of a course that are no lessons.
_UNREAD = ("events.xml", "learning_outcomes.xml")
