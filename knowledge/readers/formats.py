"""What formats of whole courses there are, in the order in which they are recognised."""

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.blocks import SourceCourse
from knowledge.readers.cartridge import read_cartridge
from knowledge.readers.exercises import read_exercises
from knowledge.readers.exercises import root_of as exercises_root
from knowledge.readers.google_docs import read_google_docs, root_of_google_docs
from knowledge.readers.h5p import read_h5p, root_of_h5p
from knowledge.readers.limits import ReadLimits
from knowledge.readers.moodle import read_moodle, root_of_moodle
from knowledge.readers.notion import read_notion, root_of_notion
from knowledge.readers.olx import read_olx
from knowledge.readers.olx import root_of as olx_root
from knowledge.readers.packages import root_of_cartridge, root_of_package, root_of_scorm
from knowledge.readers.scorm import read_package, read_scorm
from knowledge.readers.trees import FileTree


@dataclass(frozen=True, slots=True)
class CourseFormat:
    """A format that keeps a course's structure in a tree of its own.

    `root` gives the folder of a tree in which a course of this format lies ("" for the tree itself), None when it
    holds none; it looks at names first and reads little. `read` gets the tree below that folder. It raises Invalid when
    nothing of the course can be read; what one file gets wrong is a warning, and the others still land.
    """

    name: str
    title: str
    root: Callable[[FileTree], str | None]
    read: Callable[[FileTree, ReadLimits], SourceCourse]


COURSE_FORMATS: tuple[CourseFormat, ...] = (
    CourseFormat("moodle", "Moodle backup", root_of_moodle, read_moodle),
    CourseFormat("olx", "Open edX course (OLX)", olx_root, read_olx),
    CourseFormat("cartridge", "IMS Common Cartridge", root_of_cartridge, read_cartridge),
    CourseFormat("scorm", "SCORM", root_of_scorm, read_scorm),
    CourseFormat("package", "IMS content package", root_of_package, read_package),
    CourseFormat("h5p", "H5P", root_of_h5p, read_h5p),
    CourseFormat("exercises", "exercise repository", exercises_root, read_exercises),
    CourseFormat("notion", "Notion export", root_of_notion, read_notion),
    CourseFormat("google-docs", "Google Docs export", root_of_google_docs, read_google_docs),
)
