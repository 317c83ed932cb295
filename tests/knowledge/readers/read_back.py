"""What a test asks of a course that was read."""

from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility, seen_by


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


def said_to(course: SourceCourse) -> dict[Visibility, str]:
    """All that is said to whom: words, HTML and headings of blocks, titles of lessons and of parts of the course."""
    said = dict.fromkeys(Visibility, "")
    for lesson in course.lessons:
        rule = seen_by(lesson.blocks).visibility
        said[rule] += lesson.title + (lesson.block_title if rule is Visibility.LEARNER else "")
        for block in lesson.blocks:
            said[block.visibility] += f"{block.text} {block.html} {' '.join(block.heading_path)}"
    return said
