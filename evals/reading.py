"""What the readers make of real courses: `measure_reading(folder)` gives the figures that are kept as a baseline."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from knowledge.blocks import BlockKind, Visibility
from knowledge.readers import read_course

_COURSE = "huggingface/course@16af566, chapters"


@dataclass(frozen=True, slots=True)
class Source:
    """A course as its authors keep it, by its folder among the sets and its source."""

    name: str
    source: str
    folder: str


SOURCES = (
    Source("hf-course-ru", f"{_COURSE}/ru", "hf_course_source/ru"),
    Source("hf-course-en", f"{_COURSE}/en", "hf_course_source/en"),
)


def measure_reading(folder: Path) -> dict[str, Any]:
    """Lessons, blocks by kind, hidden blocks, words and warnings of each course."""
    figures = {}
    for source in SOURCES:
        course = read_course(folder / source.folder)
        blocks = [block for lesson in course.lessons for block in lesson.blocks]
        shown = [block for block in blocks if block.visibility is Visibility.LEARNER]
        figures[source.name] = {
            "source": source.source,
            "lessons": len(course.lessons),
            "blocks": dict(sorted(Counter(block.kind.value for block in blocks).items())),
            "hidden": len(blocks) - len(shown),
            "answer_keys": sum(block.kind is BlockKind.ANSWER_KEY for block in blocks),
            "words": sum(len(block.text.split()) for block in shown),
            "warnings": [str(warning) for warning in course.warnings],
        }
    return figures
