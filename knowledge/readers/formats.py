"""What formats of whole courses there are, in the order in which they are recognised."""

from collections.abc import Callable
from dataclasses import dataclass

from knowledge.blocks import SourceCourse
from knowledge.readers.limits import ReadLimits
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


COURSE_FORMATS: tuple[CourseFormat, ...] = ()
