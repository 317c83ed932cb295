"""Activities of Moodle that are a package of another format: H5P, SCORM, an IMS content package."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from foundation.errors import ContentUnreadable, Invalid
from knowledge.blocks import SourceCourse
from knowledge.readers.archives import open_archive_bytes
from knowledge.readers.h5p import read_content, read_h5p, root_of_h5p
from knowledge.readers.limits import ReadLimits
from knowledge.readers.moodle_telling import Telling
from knowledge.readers.moodle_text import field
from knowledge.readers.one_file import one_file
from knowledge.readers.packages import root_of_package, root_of_scorm
from knowledge.readers.scorm import read_package, read_scorm
from knowledge.readers.trees import FileTree, below

Root = Callable[[FileTree], str | None]
Read = Callable[[FileTree, ReadLimits], SourceCourse]


def tell_h5p_activity(telling: Telling) -> None:
    """Tell what an H5P activity holds."""
    telling.say("intro")
    _packed(telling, "package", ".h5p", ((root_of_h5p, read_h5p),))


def tell_hvp(telling: Telling) -> None:
    """Tell what an activity of the older H5P plugin holds: it keeps the content in a field."""
    telling.say("intro")
    root, path = telling.activity.root, telling.activity.path
    try:
        course = read_content(
            field(root, "machine_name"),
            field(root, "json_content"),
            title=telling.activity.title,
            path=path,
            tree=telling.backup.tree,
            limits=telling.backup.limits,
        )
    except Invalid:
        telling.unread(path, "its content holds no text")
        return
    except ContentUnreadable as err:
        telling.unread(err.path, err.reason)
        return
    telling.backup.warnings += course.warnings
    telling.embed(course.lessons, path)


def tell_scorm(telling: Telling) -> None:
    """Tell what a SCORM activity holds."""
    telling.say("intro")
    _packed(telling, "package", ".zip", ((root_of_scorm, read_scorm), (root_of_package, read_package)))


def tell_imscp(telling: Telling) -> None:
    """Tell what an IMS content package holds; beside its pages Moodle keeps it as it came."""
    telling.say("intro")
    _packed(telling, "backup", ".zip", ((root_of_package, read_package), (root_of_scorm, read_scorm)))


def _packed(telling: Telling, area: str, suffix: str, formats: tuple[tuple[Root, Read], ...]) -> None:
    """Tell what the activity's package says; one that is missing or damaged is a warning, the description lands."""
    stored = telling.stored(area, suffix)
    if not stored:
        telling.unread(telling.activity.path, "its package is not in the backup: make it with files included")
        return
    path = telling.path_of(stored[0])
    try:
        content = telling.content_of(stored[0], telling.backup.limits.max_document_bytes)
        with one_file(path), closing(open_archive_bytes(content, path, inside=telling.backup.tree)) as tree:
            course = _read(tree, path, telling.backup.limits, formats)
    except ContentUnreadable as err:
        telling.unread(err.path, err.reason)
        return
    telling.backup.warnings += [replace(warning, path=f"{path}/{warning.path}") for warning in course.warnings]
    telling.embed(course.lessons, path)


def _read(tree: FileTree, path: str, limits: ReadLimits, formats: tuple[tuple[Root, Read], ...]) -> SourceCourse:
    for root_of, read in formats:
        root = root_of(tree)
        if root is None:
            continue
        try:
            return read(below(tree, root), limits)
        except Invalid as err:
            raise ContentUnreadable(path, str(err).removeprefix(path).strip()) from err
    raise ContentUnreadable(path, "is no package of a kind that can be read")
