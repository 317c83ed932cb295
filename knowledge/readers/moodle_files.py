"""The files of a Moodle backup, kept by the hash of what they hold.

Only an area that an activity asks for is ever looked into, so nothing a learner has handed in is read.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from xml.etree.ElementTree import Element

from knowledge.readers.moodle_text import field, number
from knowledge.readers.trees import natural_key

FILES = "files.xml"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of an activity: `name` with its folders, and the place of its content in the backup."""

    name: str
    content: str
    is_main: bool = False

    @property
    def suffix(self) -> str:
        return PurePosixPath(self.name).suffix.lower()


@dataclass(frozen=True, slots=True)
class FileArea:
    """Where Moodle keeps files: of which context, component and area."""

    context: str
    component: str
    area: str


class StoredFiles:
    """All files the backup lists, by their area."""

    def __init__(self, rows: Iterable[Element] = ()) -> None:
        self._areas: dict[FileArea, list[tuple[str, StoredFile]]] = {}
        for row in rows:
            area = FileArea(field(row, "contextid"), field(row, "component"), field(row, "filearea"))
            name, hashed = field(row, "filename"), field(row, "contenthash").strip()
            if name in ("", ".") or len(hashed) < 2 or not hashed.isalnum():
                continue
            path = f"{field(row, 'filepath').strip('/')}/{name}".lstrip("/")
            stored = StoredFile(path, f"files/{hashed[:2]}/{hashed}", is_main=number(row, "sortorder") > 0)
            self._areas.setdefault(area, []).append((field(row, "itemid"), stored))

    def __bool__(self) -> bool:
        return bool(self._areas)

    def within(self, area: FileArea, item: str | None = None) -> list[StoredFile]:
        """The files of an area, of one item of it if that is named, the main one first."""
        found = [stored for of, stored in self._areas.get(area, ()) if item is None or of == item]
        return sorted(found, key=lambda stored: (not stored.is_main, natural_key(stored.name)))
