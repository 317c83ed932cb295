"""Packing lessons into passages and windows: nothing lost, nothing cut that must stay whole, nothing shown to learners
that is not theirs.
"""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from companion.wiring import default_encoder
from knowledge.blocks import Block, BlockKind, SourceLesson, Visibility
from knowledge.passages import Passage, PassageKind, pack
from tests.knowledge.made_up import SECRET, lessons
from tests.places import CACHE

ENCODER = default_encoder(CACHE)
WHOLE = (BlockKind.CODE, BlockKind.TABLE)
slow = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def _pack(lesson: SourceLesson, lesson_id: str = "l-1") -> tuple[Passage, ...]:
    return pack(lesson, lesson_id=lesson_id, count_tokens=ENCODER.count_tokens, max_tokens=ENCODER.max_tokens)


def _shown(lesson: SourceLesson) -> list[Block]:
    hidden = (BlockKind.ANSWER_KEY, BlockKind.HEADING)
    return [b for b in lesson.blocks if b.visibility is Visibility.LEARNER and b.kind not in hidden and b.text.strip()]


def _letters(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _lesson(*blocks: tuple[BlockKind, str], title: str = "Lesson") -> SourceLesson:
    made = [Block(kind, text, "", place, place + 1, (title,)) for place, (kind, text) in enumerate(blocks)]
    return SourceLesson("one", "one.md", title, "", tuple(made))


@slow
@given(lessons())
def test_nothing_a_learner_may_see_is_lost_and_the_order_is_kept(lesson: SourceLesson) -> None:
    packed = _pack(lesson)
    headings = {block.text for block in lesson.blocks if block.kind is BlockKind.HEADING}
    bodies = [p for p in packed if not (p.segments[0].kind is BlockKind.PARAGRAPH and p.text in headings)]
    told = _letters("".join(passage.text for passage in bodies))
    assert told == _letters("".join(block.text for block in _shown(lesson) if block.text not in headings))
    assert [passage.source_start for passage in bodies] == sorted(passage.source_start for passage in bodies)


@slow
@given(lessons())
def test_what_is_not_for_learners_is_in_no_passage_and_no_window(lesson: SourceLesson) -> None:
    for passage in _pack(lesson):
        assert SECRET not in passage.text
        assert all(SECRET not in window.input_text for window in passage.windows)


@slow
@given(lessons())
def test_code_and_tables_stay_whole(lesson: SourceLesson) -> None:
    segments = [
        (segment.kind, passage.text[segment.start : segment.end])
        for passage in _pack(lesson)
        for segment in passage.segments
        if segment.kind in WHOLE
    ]
    assert segments == [(block.kind, block.text) for block in _shown(lesson) if block.kind in WHOLE]


@slow
@given(lessons())
def test_ids_are_unique_in_a_lesson_and_the_same_every_time(lesson: SourceLesson) -> None:
    ids = [passage.id for passage in _pack(lesson)]
    assert len(set(ids)) == len(ids)
    assert ids == [passage.id for passage in _pack(lesson)]
    assert not set(ids) & {passage.id for passage in _pack(lesson, "l-2")}
    assert all(re.fullmatch(r"p-[0-9a-f]{24}", passage_id) for passage_id in ids)


@slow
@given(lessons())
def test_every_word_is_in_a_window_that_the_encoder_takes_whole(lesson: SourceLesson) -> None:
    for passage in _pack(lesson):
        windows = passage.windows
        assert _letters("".join(passage.text[w.start : w.end] for w in windows)) == _letters(passage.text)
        for window in windows:
            assert window.input_text.endswith(passage.text[window.start : window.end])
            assert ENCODER.count_tokens(window.input_text) <= ENCODER.max_tokens


@slow
@given(lessons(), st.data())
def test_a_new_last_block_in_a_section_of_its_own_changes_no_other_id(
    lesson: SourceLesson, data: st.DataObject
) -> None:
    path = ("A section nobody has",)
    body = Block(BlockKind.PARAGRAPH, data.draw(st.sampled_from(["new", "новое"])), "", 99_999, 99_999, path, "own")
    before = [passage.id for passage in _pack(lesson)]
    after = [passage.id for passage in _pack(replace(lesson, blocks=(*lesson.blocks, body)))]
    assert after[:-1] == before


def test_a_lesson_of_headings_only_keeps_their_words() -> None:
    blocks = [
        Block(BlockKind.HEADING, "Conversion", "", 0, 1, ("Conversion",)),
        Block(BlockKind.HEADING, "Выборка", "", 2, 3, ("Conversion", "Выборка")),
    ]
    packed = _pack(SourceLesson("one", "one.md", "Conversion", "", tuple(blocks)))
    assert [passage.text for passage in packed] == ["Conversion", "Выборка"]
    assert packed[1].heading_path == ("Conversion", "Выборка")


def test_a_heading_without_a_body_stays_behind_the_text_before_it() -> None:
    blocks = [
        Block(BlockKind.PARAGRAPH, "Text of the lesson.", "", 0, 19, ("Lesson",)),
        Block(BlockKind.HEADING, "To be written", "", 20, 33, ("Lesson", "To be written")),
    ]
    packed = _pack(SourceLesson("one", "one.md", "Lesson", "", tuple(blocks)))
    assert [passage.text for passage in packed] == ["Text of the lesson.", "To be written"]


def test_a_huge_line_of_code_without_spaces_is_one_passage_in_several_windows() -> None:
    packed = _pack(_lesson((BlockKind.CODE, "x9" * 10_000)))
    assert len(packed) == 1
    assert packed[0].kind is PassageKind.CODE
    assert len(packed[0].windows) > 5
    assert all(ENCODER.count_tokens(window.input_text) <= ENCODER.max_tokens for window in packed[0].windows)


def test_long_prose_is_cut_between_sentences() -> None:
    text = " ".join(f"Предложение номер {number} о выборке и её размере." for number in range(60))
    packed = _pack(_lesson((BlockKind.PARAGRAPH, text)))
    assert len(packed) > 2
    assert all(passage.text.startswith("Предложение") and passage.text.endswith("размере.") for passage in packed)


def test_an_exercise_is_a_passage_of_its_own_kind() -> None:
    packed = _pack(
        _lesson((BlockKind.PARAGRAPH, "Text."), (BlockKind.EXERCISE, "Count it."), (BlockKind.CODE, "x = 1"))
    )
    assert [(passage.kind, passage.text) for passage in packed] == [
        (PassageKind.PROSE, "Text."),
        (PassageKind.EXERCISE, "Count it."),
        (PassageKind.CODE, "x = 1"),
    ]


@pytest.mark.parametrize("blocks", [[], [(BlockKind.PARAGRAPH, " \n ")], [(BlockKind.ANSWER_KEY, "42")]])
def test_a_lesson_with_nothing_to_show_has_no_passages(blocks: list[tuple[BlockKind, str]]) -> None:
    assert _pack(_lesson(*blocks)) == ()


def test_the_same_words_twice_are_two_passages() -> None:
    blocks = [Block(BlockKind.CODE, "x = 1\n" * 200, "", place, place, ("T",), str(place)) for place in range(3)]
    packed = _pack(SourceLesson("one", "one.md", "T", "", tuple(blocks)))
    assert len({passage.id for passage in packed}) == 3
    assert len({window.input_hash for passage in packed for window in passage.windows}) == len(packed[0].windows)
