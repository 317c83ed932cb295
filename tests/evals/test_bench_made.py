"""Made courses, the made encoder, and the homes they are taken into."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from companion.wiring import open_house
from evals.bench.made_course import make_course, make_questions
from evals.bench.made_encoder import MadeEncoder
from evals.bench.made_home import PRODUCTS, grow, made_settings
from evals.bench.made_words import topic_of, vocabulary
from evals.bench.real_course import questions_of, read_real_course, with_one_lesson_changed
from evals.cached_encoder import CachedEncoder
from foundation.errors import Invalid
from knowledge.passages import pack
from knowledge.search import search

SEED = 5


@pytest.fixture(scope="session")
def made(encoder: CachedEncoder) -> MadeEncoder:
    return MadeEncoder(encoder.id)


def test_a_course_is_the_same_for_everybody() -> None:
    once, again = (make_course(40, langs=("ru", "en"), seed=SEED) for _ in range(2))
    assert once == again
    assert once != make_course(40, langs=("ru", "en"), seed=SEED + 1)


def test_a_course_has_the_passages_that_were_asked_for_of_about_six_sentences(made: MadeEncoder) -> None:
    course = make_course(200, langs=("ru", "en"), seed=SEED)
    passages = [
        passage
        for lesson in course.lessons
        for passage in pack(lesson, lesson_id="l", count_tokens=made.count_tokens, max_tokens=made.max_tokens)
    ]
    assert len(passages) == 200
    assert all(len(passage.windows) == 1 for passage in passages)
    assert 5 <= np.mean([len(passage.sentences) for passage in passages]) <= 7


def test_questions_are_made_of_one_paragraph(made: MadeEncoder) -> None:
    course = make_course(100, langs=("ru",), seed=SEED)
    texts = [block.text.lower() for lesson in course.lessons for block in lesson.blocks]
    for question in make_questions(20, passages=100, langs=("ru",), seed=SEED):
        telling = set(question.rstrip("?").split()) - {str(word) for word in vocabulary("ru").function}
        assert len(telling) == 4
        assert any(all(word in text for word in telling) for text in texts)


def test_a_vector_depends_on_the_text_alone_and_has_length_one(made: MadeEncoder, encoder: CachedEncoder) -> None:
    text = " ".join(vocabulary("en").words[:30])
    assert np.array_equal(made.encode_passage(text), MadeEncoder(encoder.id).encode_passage(text))
    for vector in (made.encode_passage(text), made.encode_question(text), made.encode_passage("")):
        assert vector.shape == (made.dim,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


def test_every_letter_of_a_text_stands_in_one_made_token(made: MadeEncoder) -> None:
    text = "Тесто поднимается, dough rises."
    tokens = made.passage_states(text)
    assert [text[start:end] for start, end in tokens.spans] == ["Тесто", "подни", "маетс", "я", "dough", "rises"]
    assert tokens.states.shape == (6, made.dim)
    assert np.array_equal(tokens.states[1], tokens.states[3])
    assert np.array_equal(tokens.vector, made.encode_passage(text))
    assert made.question_states("?!").states.shape == (0, made.dim)


def test_texts_of_one_topic_are_near_in_both_languages(made: MadeEncoder) -> None:
    russian, english = vocabulary("ru").by_topic, vocabulary("en").by_topic
    assert {topic_of(str(word)) for word in russian[3]} == {3}
    asked = made.encode_question(" ".join(russian[3][:6]))
    near = made.encode_passage(" ".join(russian[3][6:18]))
    far = made.encode_passage(" ".join(russian[4][:12]))
    assert asked @ near > asked @ far + 0.1
    assert asked @ made.encode_passage(" ".join(english[3][:12])) > asked @ made.encode_passage(
        " ".join(english[4][:12])
    )


def test_a_home_is_grown_once_and_found_again(tmp_path: Path, made: MadeEncoder) -> None:
    home = tmp_path / "made"
    told: list[str] = []

    def grow_to(whole: int) -> list[dict[str, Any]]:
        return grow(home, first=100, whole=whole, say=told.append, encoder_of=lambda _home: made)

    assert [product["passages"] for product in grow_to(100)] == [100]
    assert len(told) == 1
    assert grow_to(100) == []
    assert [product["product"] for product in grow_to(250)] == ["made-two"]
    with open_house(made_settings(home), encoder=made) as house:
        shelf = house.shelves.shelf(PRODUCTS[0].key)
        assert len(shelf.places) == 100
        assert len(house.shelves.shelf(PRODUCTS[1].key).places) == 140
        question = make_questions(1, passages=100, langs=("ru",), seed=PRODUCTS[0].seed)[0]
        best = search(question, shelf, encoder=house.encoder, index=house.shelves.index, count=1).hits[0]
        assert best.lexical > 0
        assert best.dense_z > 1


def test_a_folder_that_is_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Invalid, match="empty folder"):
        grow(tmp_path, first=100, whole=100, say=print)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_home_of_another_size_is_refused(tmp_path: Path, made: MadeEncoder) -> None:
    grow(tmp_path / "made", first=20, whole=20, say=print, encoder_of=lambda _home: made)
    with pytest.raises(Invalid, match="another size"):
        grow(tmp_path / "made", first=40, whole=40, say=print, encoder_of=lambda _home: made)


def test_the_samples_are_a_real_course_with_its_files() -> None:
    course = read_real_course(None)
    assert len(course.files) == len(course.source.lessons)
    assert all(file.is_file() for file in course.files)
    names = [lesson.external_id for lesson in course.source.lessons]
    assert len(set(names)) == len(names)
    questions = questions_of(course.source, 30)
    assert len(set(questions)) == 30
    assert all(len(question.split()) == 7 for question in questions)


def test_one_lesson_is_changed_and_not_all_of_it() -> None:
    before = read_real_course(None).source
    after = with_one_lesson_changed(before)
    pairs = list(zip(before.lessons, after.lessons, strict=True))
    changed = [(old, new) for old, new in pairs if old != new]
    assert len(changed) == 1
    old, new = changed[0]
    same = [first == second for first, second in zip(old.blocks, new.blocks, strict=True)]
    assert True in same
    assert False in same
