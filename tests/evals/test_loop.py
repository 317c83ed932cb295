"""The loop finds planted defects from what made-up learners say; and the measurement would show it if it did not."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

import evals.loop
from companion.wiring import open_house
from evals.cached_encoder import CachedEncoder
from evals.loop import COURSES, DEFECTS, HELD_OUT, Played, found_figures, loop_lines, play, read_loop_course
from evals.loop_course import LANGS, DefectKind, LoopCourse
from evals.loop_feeding import SetClock
from evals.loop_learners import LoopAssumptions, Way, make_loop_learners, speakers_of
from evals.loop_wording import worded
from evals.remembering_encoder import RememberingEncoder
from feedback.item import Place
from foundation.errors import ContentUnreadable
from foundation.settings import Settings

BASELINE = Path(evals.loop.__file__).parent / "baselines" / "loop.json"
FEW = LoopAssumptions(learners=60, speaks=0.7, vouched_for=1.0, asks_ordinarily=0.0)


def _first_lessons(course: LoopCourse, count: int) -> LoopCourse:
    kept = [*course.lessons][:count]
    return replace(
        course,
        lessons={name: course.lessons[name] for name in kept},
        defects=tuple(each for each in course.defects if each.lesson in kept),
        hard=tuple(each for each in course.hard if each.lesson in kept),
    )


def _play(settings: Settings, encoder: CachedEncoder, course: LoopCourse) -> Played:
    clock = SetClock()
    exact = settings.model_copy(update={"index": "exact"})
    with open_house(exact, clock=clock, encoder=RememberingEncoder(encoder)) as house:
        return play(house, clock, course, seed=7, defects=4, assumed=FEW)


def test_planted_defects_are_among_the_proposals_and_little_else(
    settings: Settings, encoder: CachedEncoder, unmeasured: None
) -> None:
    played = _play(settings, encoder, _first_lessons(read_loop_course("made-en", seed=7), 4))
    figures = found_figures([played])
    assert figures["recall"]["share"] >= 0.75
    assert figures["precision"]["share"] >= 0.75
    assert set(figures["by_kind"]) <= set(DefectKind)
    # Had the defects been elsewhere, the same proposals would be wrong.
    moved = {name: replace(place, anchor="elsewhere") for name, place in played.places.items()}
    astray = found_figures([replace(played, places=moved)])
    assert (astray["recall"]["share"], astray["precision"]["share"]) == (0.0, 0.0)


@pytest.mark.parametrize("name", COURSES)
def test_every_defect_can_be_planted_and_is_spoken_of_in_both_languages(name: str) -> None:
    course = read_loop_course(name, seed=3)
    assert {defect.kind for defect in course.defects} == set(DefectKind) - {DefectKind.HARD}
    for defect in course.defects:
        planted = course.planted([defect])
        assert planted[defect.lesson] != course.lessons[defect.lesson]
        assert f"# {defect.section}\n" in planted[defect.lesson]
        for lang in LANGS:
            assert min(len(defect.here[lang]), len(defect.asked[lang]), len(defect.anywhere[lang])) >= 2
    assert all(each.section in course.lessons[each.lesson] and each.becomes == "" for each in course.hard)


def test_a_course_gets_defects_of_every_kind_in_lessons_of_their_own() -> None:
    drawn = read_loop_course("ab-tests-en", seed=0).drawn(DEFECTS, random.Random(1))
    assert len({defect.id for defect in drawn}) == len({defect.lesson for defect in drawn}) == DEFECTS
    assert {defect.kind for defect in drawn} == set(DefectKind) - {DefectKind.HARD}


def test_a_defect_whose_paragraph_is_gone_is_told_and_not_passed_over() -> None:
    course = read_loop_course("ab-tests-ru", seed=0)
    with pytest.raises(ContentUnreadable, match="paragraphs begin with"):
        course.planted([replace(course.defects[0], starts="Nothing begins so")])


def test_the_same_seed_gives_the_same_learners_and_most_who_stumble_say_nothing() -> None:
    course = read_loop_course("ab-tests-en", seed=0)
    defects = course.drawn(DEFECTS, random.Random(1))
    made = make_loop_learners(course, defects, seed=5, assumed=LoopAssumptions())
    assert made == make_loop_learners(course, defects, seed=5, assumed=LoopAssumptions())
    assert made != make_loop_learners(course, defects, seed=6, assumed=LoopAssumptions())
    stuck = sum(came.stuck for came in made.came)
    assert 0 < sum(spoke for _, spoke in speakers_of(made.said)) < stuck
    assert {said.way for said in made.said} == set(Way)
    assert all(said.lesson is None for said in made.said if said.way in (Way.FORUM, Way.SURVEY))
    assert any(said.text and said.text[0] in "абвгдежзиклмнопрстуфхцчшщэюя" for said in made.said)


def test_one_remark_is_typed_in_many_ways_and_keeps_its_words() -> None:
    rng = random.Random(1)
    typed = {worded(["where is the file holm-task.csv?"], "en", rng, slips=0.05) for _ in range(60)}
    assert len(typed) > 25
    assert all("holm-task.csv" in text for text in typed)


def test_a_course_in_which_nothing_was_proposed_counts_as_nothing_found() -> None:
    course = read_loop_course("made-ru", seed=1)
    defects = course.defects[:2]
    places = {each.id: Place(each.lesson, each.section) for each in (*defects, *course.hard)}
    figures = found_figures([Played(course, defects, places, {}, 0, (), ())])
    assert (figures["recall"]["share"], figures["precision"]["n"], figures["lowest_precision"]) == (0.0, 0, 0.0)
    json.dumps(figures, allow_nan=False)


def test_the_committed_figures_hold_what_is_asked_of_them() -> None:
    figures = json.loads(BASELINE.read_text("utf-8"))
    found, effects = figures["found"], figures["effects"]
    assert found["courses"] == len(COURSES) * len(HELD_OUT)
    assert found["recall"]["share"] >= 0.8
    assert found["precision"]["share"] >= 0.8
    assert effects["useless_no_evidence"]["share"] >= 0.95
    assert effects["power"] >= 0.8
    assert any("defects among the top" in line for line in loop_lines(figures))
