"""Sources as a search gives them, made by hand."""

from foundation.ids import LessonId, PassageId, RevisionId
from knowledge.blocks import BlockKind
from knowledge.lessons import LessonHead, Source
from knowledge.passages import PassageKind, Segment


def source(text: str, number: int = 1) -> Source:
    """A passage of one paragraph."""
    revision = RevisionId(f"r-{number}")
    head = LessonHead(
        LessonId(f"l-{number}"), f"lesson-{number}", f"{number}", f"Lesson {number}", "", "", "", revision
    )
    whole = (Segment(BlockKind.PARAGRAPH, 0, len(text)),)
    return Source(PassageId(f"p-{number}"), PassageKind.PROSE, text, (head.title,), "", whole, head)
