"""What is hidden in an export, in whatever format, is in nothing that is made for learners; its author finds it."""

import logging
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from knowledge.blocks import Block, BlockKind, SourceCourse, SourceLesson, Visibility, seen_by
from knowledge.passages import pack
from knowledge.readers import read_course
from tests.knowledge.readers.every_format import LACKS, MAKERS, Markers, formats_without_maker, made, markers

# Any words will do: which ones fail tells nothing, so none are looked for in earnest.
_DRAWN = settings(
    deadline=None,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


def test_every_format_has_a_maker_of_exports_with_hidden_words() -> None:
    assert formats_without_maker() == []
    assert LACKS.keys() <= MAKERS.keys()


def is_open(block: Block, now: datetime) -> bool:
    if block.kind is BlockKind.ANSWER_KEY:
        return False
    opens = block.not_before
    return block.visibility is Visibility.LEARNER or (opens is not None and opens <= now)


def open_lessons(course: SourceCourse, now: datetime) -> list[SourceLesson]:
    return [lesson for lesson in course.lessons if any(is_open(block, now) for block in lesson.blocks)]


def learners_texts(course: SourceCourse, now: datetime) -> Iterator[str]:
    """Everything that is made for learners of a course as it was read, at a moment."""
    card = course.card
    yield from (card.title or "", card.description or "", *(card.suggestions or ()))
    for lesson in open_lessons(course, now):
        yield from (lesson.title, lesson.block_title, lesson.skill, lesson.outcome, lesson.external_id)
        spots = {block.spot.of for block in lesson.blocks if is_open(block, now) and block.spot}
        for recording in lesson.recordings:
            yield from asdict(recording).values() if recording.id in spots else ()
        for block in lesson.blocks:
            if is_open(block, now):
                yield from (block.text, block.html, *block.heading_path, block.anchor, str(block.spot))
        for passage in pack(lesson, lesson_id="l-1", count_tokens=lambda text: len(text) // 3, max_tokens=500):
            if passage.not_before is None or passage.not_before <= now:
                yield from (passage.text, *passage.heading_path)
                yield from (window.input_text for window in (*passage.windows, *passage.sentences))


def found_in(texts: Iterator[str], words: dict[str, str]) -> set[str]:
    told = "\n".join(texts).casefold()
    return {name for name, word in words.items() if word in told}


def openings(course: SourceCourse) -> list[datetime]:
    return [block.not_before for lesson in course.lessons for block in lesson.blocks if block.not_before]


@pytest.mark.parametrize("name", MAKERS)
@settings(_DRAWN, max_examples=3)
@given(words=markers)
def test_learners_meet_nothing_that_is_hidden(name: str, words: Markers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with tempfile.TemporaryDirectory() as folder:
        course = read_course(made(name, Path(folder), words))
    dates = openings(course)
    before = min(dates, default=LONG_AGO) - timedelta(seconds=1)
    looked_for = asdict(words)
    assert found_in(learners_texts(course, before), looked_for) == {"visible"}
    if dates:
        assert found_in(learners_texts(course, max(dates)), looked_for) == {"visible", "later"}
    assert [word for word in looked_for.values() if word in caplog.text] == []
    assert words.private not in repr(course)


@pytest.mark.parametrize("name", MAKERS)
@settings(_DRAWN, max_examples=1)
@given(words=markers)
def test_an_author_finds_all_of_it_and_who_may_see_it(name: str, words: Markers) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = read_course(made(name, Path(folder), words))
    blocks = [block for lesson in course.lessons for block in lesson.blocks]
    for kind, visibility in (("staff", "staff"), ("unpublished", "unpublished"), ("later", "not_before")):
        seen = {block.visibility.value for block in blocks if asdict(words)[kind] in block.text}
        # What is for staff in something unpublished is as hidden as that.
        seen -= {"unpublished"} if kind == "staff" else set()
        assert seen == (set() if kind in LACKS.get(name, ()) else {visibility})
    keys = [block for block in blocks if words.key in block.text]
    assert bool(keys) == ("key" not in LACKS.get(name, ()))
    assert all(block.visibility in (Visibility.STAFF, Visibility.UNPUBLISHED) for block in keys)


@pytest.mark.parametrize("name", [name for name in MAKERS if "private" not in LACKS.get(name, ())])
@settings(_DRAWN, max_examples=1)
@given(words=markers)
def test_people_are_in_the_export_and_never_in_the_course(name: str, words: Markers) -> None:
    with tempfile.TemporaryDirectory() as folder:
        export = made(name, Path(folder), words)
        assert any(words.private.encode() in content for content in contents_of(export))
        assert words.private not in repr(read_course(export))


@pytest.mark.parametrize("name", MAKERS)
@settings(_DRAWN, max_examples=1)
@given(words=markers)
def test_a_hidden_lesson_is_hidden_as_a_whole(name: str, words: Markers) -> None:
    with tempfile.TemporaryDirectory() as folder:
        course = read_course(made(name, Path(folder), words))
    for lesson in course.lessons:
        seen = seen_by(lesson.blocks)
        told = f"{lesson.title} {lesson.block_title}"
        if any(word in told for word in words.hidden().values()):
            assert seen.visibility in (Visibility.STAFF, Visibility.UNPUBLISHED)
        if words.later in told:
            assert seen.visibility is not Visibility.LEARNER


def contents_of(export: Path) -> Iterator[bytes]:
    """The bytes of every file of an export, of archives in it too."""
    if export.is_dir():
        for file in export.rglob("*"):
            if file.is_file():
                yield from contents_of(file)
        return
    yield from _unpacked(export.read_bytes())


def _unpacked(content: bytes) -> Iterator[bytes]:
    yield content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from _unpacked(archive.read(name))
    elif content.startswith(b"\x1f\x8b"):
        with tarfile.open(fileobj=BytesIO(content)) as archive:
            for member in archive:
                stream = archive.extractfile(member)
                if stream is not None:
                    yield from _unpacked(stream.read())
