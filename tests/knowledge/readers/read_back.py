"""What a test asks of a course that was read."""

from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility


def blocks_of(course: SourceCourse) -> list[Block]:
    """All blocks of all lessons, in order."""
    return [block for lesson in course.lessons for block in lesson.blocks]


def lesson_of(course: SourceCourse, id: str) -> SourceLesson:
    """The lesson of this id."""
    return next(lesson for lesson in course.lessons if lesson.external_id == id)


def shown(course: SourceCourse) -> str:
    """All that learners may see, a block a line."""
    return "\n".join(block.text for block in blocks_of(course) if block.visibility is Visibility.LEARNER)


def kept(course: SourceCourse) -> str:
    """All keys, a block a line."""
    return "\n".join(block.text for block in blocks_of(course) if block.kind is BlockKind.ANSWER_KEY)
