"""What a Moodle backup lists: its course, its sections in order, and the activities of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import ReadWarning, Seen
from knowledge.readers.limits import ReadLimits
from knowledge.readers.moodle_access import access_of
from knowledge.readers.moodle_text import field, number
from knowledge.readers.trees import FileTree
from knowledge.readers.withholding import FOR_LEARNERS, UNPUBLISHED
from knowledge.readers.xml import parse_xml

CONTENTS = "moodle_backup.xml"
COURSE = "course/course.xml"
SUBSECTION = "subsection"


@dataclass(frozen=True, slots=True)
class Listed:
    """An activity as the backup lists it; `id` is its kind and `module`, its number in the course."""

    id: str
    module: str
    section: str
    kind: str
    title: str
    folder: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.kind}.xml"


@dataclass(frozen=True, slots=True)
class Section:
    """A section; `owner` is the number of the subsection it unfolds, "" for one of the course itself."""

    id: str
    number: int
    title: str
    path: str
    seen: Seen = FOR_LEARNERS
    sequence: tuple[str, ...] = ()
    owner: str = ""
    root: Element | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A course before its activities are read; `with_people` says that the backup was made with users' data."""

    title: str
    summary: Element | None
    lang: str
    seen: Seen
    with_people: bool
    sections: tuple[Section, ...]
    activities: tuple[Listed, ...]

    def addresses(self) -> dict[str, str]:
        """The lesson of each activity by the activity's number; what stands on a section's page leads there."""
        return {
            listed.module: f"section-{listed.section}" if listed.kind == "label" else listed.id
            for listed in self.activities
        }


def read_outline(tree: FileTree, limits: ReadLimits, warnings: list[ReadWarning]) -> Outline:
    """Read what the backup lists. Raises Invalid when that cannot be read, or lists nothing or too much."""
    try:
        root = _parsed(tree, CONTENTS, limits)
    except ContentUnreadable as err:
        raise Invalid(f"{tree.name} is no Moodle backup that can be read: {err}; make the backup again") from err
    activities = tuple(_listed(item) for item in root.iterfind("information/contents/activities/activity"))
    sections = tuple(_sections(tree, root, limits, warnings))
    if not activities and not sections:
        raise Invalid(f"{tree.name} lists no sections and no activities: make the backup with activities included")
    if len(activities) > limits.max_files:
        raise Invalid(f"{tree.name} lists more than {limits.max_files} activities: back the course up in parts")
    course = _course(tree, limits, warnings)
    is_whole = root.findtext("information/details/detail/type") in (None, "course")
    named = field(course, "fullname") if course is not None else ""
    alone = activities[0].title if not is_whole and len(activities) == 1 else ""
    return Outline(
        title=named or alone or root.findtext("information/original_course_fullname") or "",
        summary=course,
        lang=re.split(r"[_-]", field(course, "lang").strip().lower())[0] if course is not None else "",
        seen=FOR_LEARNERS if course is None or field(course, "visible").strip() in ("", "1") else UNPUBLISHED,
        with_people=_setting(root, "users") == "1",
        sections=sections,
        activities=activities,
    )


def in_order(section: Section, activities: Sequence[Listed]) -> list[Listed]:
    """A section's activities as they stand on its page."""
    mine = [listed for listed in activities if listed.section == section.id]
    order = {module: at for at, module in enumerate(section.sequence)}
    return sorted(mine, key=lambda listed: order.get(listed.module, len(order)))


def _parsed(tree: FileTree, path: str, limits: ReadLimits) -> Element:
    return parse_xml(tree.read(path, limit=limits.max_document_bytes), path)


def _listed(item: Element) -> Listed:
    folder = field(item, "directory").strip().strip("/")
    kind, module = field(item, "modulename").strip(), field(item, "moduleid").strip()
    return Listed(
        id=f"{kind}-{module}",
        module=module,
        section=field(item, "sectionid").strip(),
        kind=kind,
        title=field(item, "title"),
        folder=folder or f"activities/{kind}_{module}",
    )


def _sections(tree: FileTree, root: Element, limits: ReadLimits, warnings: list[ReadWarning]) -> list[Section]:
    found = [_section(tree, item, limits, warnings) for item in root.iterfind("information/contents/sections/section")]
    return sorted(found, key=lambda section: section.number)


def _section(tree: FileTree, item: Element, limits: ReadLimits, warnings: list[ReadWarning]) -> Section:
    id, title = field(item, "sectionid").strip(), field(item, "title")
    folder = field(item, "directory").strip().strip("/") or f"sections/section_{id}"
    path = f"{folder}/section.xml"
    try:
        root = _parsed(tree, path, limits)
    except ContentUnreadable as err:
        # Nobody can tell any more whether it is hidden.
        warnings.append(ReadWarning(err.path, f"{err.reason}; all of the section is kept unpublished", err.line))
        return Section(id, 0, title, path, seen=UNPUBLISHED)
    seen, told = access_of(root)
    warnings += [ReadWarning(path, reason) for reason in told]
    at = number(root, "number")
    return Section(
        id=id,
        number=at,
        title=field(root, "name") or ("" if title.strip() == str(at) else title),
        path=path,
        seen=seen,
        sequence=tuple(re.findall(r"\d+", field(root, "sequence"))),
        owner=field(root, "itemid").strip() if field(root, "component").strip() == "mod_subsection" else "",
        root=root,
    )


def _course(tree: FileTree, limits: ReadLimits, warnings: list[ReadWarning]) -> Element | None:
    if COURSE not in tree.paths:
        return None
    try:
        return _parsed(tree, COURSE, limits)
    except ContentUnreadable as err:
        warnings.append(ReadWarning(err.path, err.reason, err.line))
        return None


def _setting(root: Element, name: str) -> str:
    settings = root.iterfind("information/settings/setting")
    own = (item for item in settings if field(item, "level") == "root" and field(item, "name") == name)
    return next((field(item, "value") for item in own), "")
