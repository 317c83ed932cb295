"""No spoilers: what a learner has not come to yet is out of sight, unless it is asked for by name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.explain import explain_turn
from assistant.naming import named_lessons
from assistant.position import Position, PositionSource, asks_for_solution
from assistant.replay import Replay, ReplayState
from companion.wiring import House, open_house
from evals.cached_encoder import CachedEncoder
from foundation.errors import NotFound
from foundation.ids import ProductSlug, content_hash
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.lessons import live_lessons, load_sources
from knowledge.products import find_product
from knowledge.readers import read_course
from knowledge.worked import is_solution
from learning.events import Verb, record_event
from tests.assistant.asking import ask, kept_gaps, kept_turn

COURSE = {
    "01-flour.md": "# Flour and its grades\n\nRye flour takes up more water than wheat flour.\n",
    "02-water.md": "# Water for the dough\n\nWater of thirty degrees wakes the yeast without killing it.\n",
    "03-kneading.md": (
        "# Kneading by hand\n\nKnead the dough for ten minutes until it is smooth.\n\n"
        "## Worked solution of task 1\n\nTwo kilos of dough are kneaded for sixteen minutes by two people.\n"
    ),
    "04-proofing.md": "# Proofing over night\n\nThe dough proofs for nine hours in a cold cellar.\n",
    "05-baking.md": "# Baking in a stone oven\n\nBake the loaf at 240 degrees for forty minutes.\n",
}
ABOUT = {
    "flour": "which flour takes up more water?",
    "water": "how warm should the water for the yeast be?",
    "kneading": "how long do I knead the dough until it is smooth?",
    "proofing": "how many hours does the dough proof in the cellar?",
    "baking": "at how many degrees is the loaf baked in the oven?",
}
SLUGS = tuple(name.removesuffix(".md") for name in COURSE)


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    """A house with a course of five lessons, one with a worked solution that learners may see; nobody changes it."""
    folder = tmp_path_factory.mktemp("positions")
    with open_house(Settings(home=folder / "home", chat_model=None), encoder=encoder) as opened:
        take_in_course(opened, folder, "course")
        yield opened


def take_in_course(house: House, folder: Path, product: str, *, card: str = "") -> None:
    course = folder / product
    course.mkdir()
    for name, text in {**COURSE, **({"product.yml": card} if card else {})}.items():
        (course / name).write_text(text, encoding="utf-8")
    ingest(
        read_course(course), Target(ProductSlug(product)),
        database=house.database, encoder=house.encoder, clock=house.clock,
    )  # fmt: skip


def of(house: House, question: str, **more: Any) -> dict[str, Any]:
    return ask(house, question, "course", **more)


def lessons_in(reply: dict[str, Any]) -> set[str]:
    return {each["lesson"] for each in (*reply["citations"], *reply["nearest"])}


def note(house: House, verb: Verb, lesson: str, *, actor: str) -> None:
    with house.database.write() as session:
        product, named = ProductSlug("course"), f"{verb}-{lesson}-{actor}"
        record_event(
            session, named, product=product, verb=verb, actor=actor, lesson=lesson, detail={}, at=house.clock()
        )


WORDS = st.lists(
    st.sampled_from(
        [*(word for question in ABOUT.values() for word in question.rstrip("?").split()), "solution", "exercise", "1"]
    ),
    min_size=1,
    max_size=9,
).map(" ".join)
NAMES = st.sampled_from(["", "", "", " lesson 4", " урок 5", " proofing over night", " the third lesson", " 02-water"])


def test_nothing_beyond_a_position_is_cited_or_suggested_unless_it_is_named(bakery: House) -> None:
    with bakery.database.read() as session:
        product, heads = find_product(session, "course"), live_lessons(session, "course")
    place_of = {head.slug: place for place, head in enumerate(heads)}

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
    @given(words=st.one_of(WORDS, st.sampled_from(sorted(ABOUT.values()))), name=NAMES, reached=st.integers(0, 4))
    def holds(words: str, name: str, reached: int) -> None:
        question = words + name
        position = Position(tuple(heads), reached, PositionSource.HOST)
        looked = bakery.answerer.look(question, product, position=position)
        named = {head.slug for head in heads if head.id in named_lessons(question, heads)}
        with bakery.database.read() as session:
            found = load_sources(session, [hit.place.passage for hit in looked.ranking.hits])
        for source in (*found.values(), *(item.source for item in looked.evidence)):
            assert place_of[source.lesson.slug] <= reached or source.lesson.slug in named
            assert asks_for_solution(question) or not is_solution(source.heading_path)
        assert looked.held is not None
        assert looked.held.later is None or place_of[looked.held.later.lesson] > reached

    holds()


@pytest.mark.parametrize("reached", range(5))
@pytest.mark.parametrize("about", ABOUT)
def test_a_turn_shows_what_lies_up_to_a_position_and_says_when_the_rest_comes(
    bakery: House, reached: int, about: str
) -> None:
    lesson = next(place for place, slug in enumerate(SLUGS) if slug.endswith(about))
    reply = of(bakery, ABOUT[about], position=SLUGS[reached])
    assert lessons_in(reply) <= set(SLUGS[: reached + 1])
    title = COURSE[f"{SLUGS[lesson]}.md"].split("\n")[0].removeprefix("# ")
    says_later = f"This comes later, in the lesson “{title}”." in reply["text"]
    assert says_later == (lesson > reached)
    if says_later:
        assert reply["outcome"] in ("declined", "partly")
        assert reply["gap"] is None
        assert kept_gaps(bakery) == []
    with bakery.database.read() as session:
        assert explain_turn(session, reply["turn"]).replay == Replay(ReplayState.SAME)


def test_a_lesson_that_is_named_is_shown(bakery: House) -> None:
    for name in ("lesson 5", "урок 5", "Baking in a stone oven", "05-baking"):
        reply = of(bakery, f"{name}: at how many degrees is the loaf baked?", position="01-flour")
        assert "05-baking" in {citation["lesson"] for citation in reply["citations"]}, name
        assert kept_turn(bakery, reply["turn"]).trace["position"]["named"] == ["05-baking"]


def test_without_a_position_everything_is_in_sight(bakery: House) -> None:
    reply = of(bakery, ABOUT["baking"])
    assert "05-baking" in lessons_in(reply)
    assert "position" not in kept_turn(bakery, reply["turn"]).trace


def test_a_worked_solution_is_shown_to_who_asks_for_it_by_name(bakery: House) -> None:
    asked = "how many minutes are two kilos of dough kneaded by two people?"
    assert "sixteen" in of(bakery, asked)["text"]
    assert "sixteen" not in of(bakery, asked, position="05-baking")["text"]
    named = of(bakery, f"worked solution of task 1: {asked}", position="03-kneading")
    assert "sixteen" in named["text"]


@pytest.mark.parametrize("verb", [Verb.OPENED, Verb.COMPLETED, Verb.ASKED, Verb.STUCK])
def test_a_learners_own_events_say_how_far_they_have_come(bakery: House, verb: Verb) -> None:
    ann, bob = f"ann-{verb}", f"bob-{verb}"
    note(bakery, verb, "02-water", actor=ann)
    note(bakery, verb, "01-flour", actor=ann)
    note(bakery, verb, "05-baking", actor=bob)
    reply = of(bakery, ABOUT["baking"], learner=ann)
    assert "This comes later, in the lesson “Baking in a stone oven”." in reply["text"]
    assert "later" not in of(bakery, ABOUT["baking"], learner=bob)["text"]
    assert "later" not in of(bakery, ABOUT["baking"], learner="nobody-knows")["text"]


def test_what_the_host_says_comes_before_the_events(bakery: House) -> None:
    note(bakery, Verb.OPENED, "05-baking", actor="dan")
    assert "later" in of(bakery, ABOUT["baking"], learner="dan", position="02-water")["text"]


def test_the_open_lesson_counts_for_a_known_learner_and_for_nobody_else(bakery: House) -> None:
    reply = of(bakery, ABOUT["baking"], learner="cyd", lesson="03-kneading")
    assert "later" in reply["text"]
    assert kept_turn(bakery, reply["turn"]).trace["position"]["lesson"] == "03-kneading"
    assert "later" in of(bakery, ABOUT["baking"], learner="cyd")["text"]
    assert "later" not in of(bakery, ABOUT["baking"], lesson="03-kneading")["text"]


def test_a_rating_says_nothing_of_how_far_somebody_has_come(bakery: House) -> None:
    note(bakery, Verb.RATED, "01-flour", actor="eva")
    assert "later" not in of(bakery, ABOUT["baking"], learner="eva")["text"]


@pytest.mark.parametrize(
    ("card", "hides"),
    [("spoilers: shown\n", False), ("kind: team\n", False), ("kind: team\nspoilers: hidden\n", True)],
)
def test_a_product_may_say_so_and_only_courses_hide_by_themselves(
    bakery: House, tmp_path: Path, card: str, hides: bool
) -> None:
    product = f"bakery-{content_hash(card, size=4)}"
    take_in_course(bakery, tmp_path, product, card=card)
    reply = ask(bakery, ABOUT["baking"], product, position="01-flour")
    assert ("later" in reply["text"]) is hides
    assert ("05-baking" in lessons_in(reply)) is not hides


def test_a_position_that_is_no_lesson_is_not_found(bakery: House) -> None:
    with pytest.raises(NotFound, match="no lesson '09-cake'"):
        of(bakery, "flour?", position="09-cake")


def test_a_follow_up_stays_within_the_position(bakery: House) -> None:
    first = of(bakery, ABOUT["baking"], position="02-water")
    second = of(bakery, "and why?", position="02-water", conversation=first["conversation"])
    assert lessons_in(second) <= {"01-flour", "02-water"}
    assert kept_turn(bakery, second["turn"]).trace["carried"]["taken"]


@pytest.mark.parametrize(
    ("heading", "solution"),
    [
        ("Solution", True),
        ("Solution of exercise 2", True),
        ("Worked solutions", True),
        ("Решение", True),
        ("Решение задачи 2", True),
        ("Разбор", True),
        ("Разбор упражнения", True),
        ("Answer key", True),
        ("Решение о выпуске", False),
        ("Записка с решением", False),
        ("Solution architecture", False),
        ("Разборчивый почерк", False),
    ],
)
def test_a_heading_tells_a_worked_solution_from_a_decision(heading: str, solution: bool) -> None:
    assert is_solution(("Lesson", heading)) is solution


@pytest.mark.parametrize(
    ("question", "asks"),
    [
        ("решение задачи 2", True),
        ("покажи разбор", True),
        ("show me the solution", True),
        ("solution of exercise 1", True),
        ("как принять решение по тесту", False),
        ("what dissolves in this solution", False),
    ],
)
def test_a_solution_is_asked_for_by_name_or_not(question: str, asks: bool) -> None:
    assert asks_for_solution(question) is asks
