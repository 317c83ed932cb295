"""A recording with transcripts in several languages is indexed in one: the course's own."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson
from knowledge.language import language_of


def choose_transcripts(course: SourceCourse, *, lang: str | None = None) -> SourceCourse:
    """Leave out transcripts in other languages than the course's where there is one in its own.

    `lang` is what the product's owner says; without it the course's card, its own declaration, then its prose decide.
    """
    wanted = lang or course.card.lang or course.lang or _spoken(course.lessons)
    return replace(course, lessons=tuple(_chosen(lesson, wanted[:2]) for lesson in course.lessons))


def _chosen(lesson: SourceLesson, wanted: str) -> SourceLesson:
    langs: dict[str, list[str]] = {}
    for block in lesson.blocks:
        if _is_transcript(block) and block.lang and block.lang not in langs.setdefault(_recording(block), []):
            langs[_recording(block)].append(block.lang)
    kept = {recording: _best(found, wanted) for recording, found in langs.items()}
    blocks = [
        block
        for block in lesson.blocks
        if not (_is_transcript(block) and block.lang) or block.lang == kept[_recording(block)]
    ]
    return lesson if len(blocks) == len(lesson.blocks) else replace(lesson, blocks=tuple(blocks))


def _best(found: list[str], wanted: str) -> str:
    for lang in (wanted, "en"):
        mine = next((one for one in found if one[:2] == lang), None)
        if mine is not None:
            return mine
    return found[0]


def _is_transcript(block: Block) -> bool:
    return block.kind is BlockKind.TRANSCRIPT


def _recording(block: Block) -> str:
    return block.spot.of if block.spot else ""


def _spoken(lessons: Iterable[SourceLesson]) -> str:
    counted = Counter(
        language_of(block.text, default="en")
        for lesson in lessons
        for block in lesson.blocks
        if not _is_transcript(block) and block.kind is not BlockKind.CODE
    )
    return counted.most_common(1)[0][0] if counted else "en"
