"""A real course as the benchmarks take it in: its lessons, its files, and questions made of its own sentences."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from companion.samples import FOLDER, SAMPLES
from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility
from knowledge.readers import read_course
from knowledge.sentences import sentence_spans

_WORDS = 7
_ADDED = {"ru": " Это предложение добавлено позже.", "en": " This sentence was added later."}


@dataclass(frozen=True, slots=True)
class RealCourse:
    """Lessons as the readers give them, and the files they stand in."""

    source: SourceCourse
    files: tuple[Path, ...]


def read_real_course(folder: Path | None) -> RealCourse:
    """A course folder; without one, the sample products as they are, joined into one course."""
    if folder is not None:
        course = read_course(folder)
        return RealCourse(course, tuple(folder / lesson.source_path for lesson in course.lessons))
    lessons: list[SourceLesson] = []
    files: list[Path] = []
    for sample in SAMPLES:
        for lesson in read_course(FOLDER / sample.folder).lessons:
            # Two samples may give a lesson the same name.
            lessons.append(replace(lesson, external_id=f"{sample.folder}/{lesson.external_id}"))
            files.append(FOLDER / sample.folder / lesson.source_path)
    return RealCourse(SourceCourse(tuple(lessons)), tuple(files))


def questions_of(course: SourceCourse, count: int) -> list[str]:
    """The first seven words of sentences spread evenly over the course: for their length, not for their sense."""
    sentences = list(_sentences(course))
    step = max(len(sentences) / count, 1.0)
    picked = [sentences[int(number * step)] for number in range(min(count, len(sentences)))]
    return [" ".join(sentence.split()[:_WORDS]) + "?" for sentence in picked]


def _sentences(course: SourceCourse) -> Iterator[str]:
    for lesson in course.lessons:
        for block in lesson.blocks:
            if _is_prose(block):
                for span in sentence_spans(block.text):
                    sentence = block.text[span.start : span.end]
                    if len(sentence.split()) >= _WORDS:
                        yield sentence


def with_one_lesson_changed(course: SourceCourse) -> SourceCourse:
    """The same course, where every second paragraph of the lesson of median length says a little more."""
    by_length = sorted(range(len(course.lessons)), key=lambda row: sum(len(b.text) for b in course.lessons[row].blocks))
    chosen = by_length[len(by_length) // 2]
    lesson = course.lessons[chosen]
    prose = [row for row, block in enumerate(lesson.blocks) if _is_prose(block)]
    added = _ADDED["ru" if lesson.lang == "ru" else "en"]
    blocks = list(lesson.blocks)
    for row in prose[::2]:
        blocks[row] = replace(blocks[row], text=blocks[row].text + added)
    lessons = list(course.lessons)
    lessons[chosen] = replace(lesson, blocks=tuple(blocks))
    return replace(course, lessons=tuple(lessons))


def _is_prose(block: Block) -> bool:
    return block.kind is BlockKind.PARAGRAPH and block.visibility is Visibility.LEARNER
