"""The exercises of a lesson: what belongs to each, and what they are called."""

from collections.abc import Mapping

import pytest

from companion.wiring import House
from foundation.ids import ProductSlug
from knowledge.exercises import Exercise, exercises_of, find_exercise
from knowledge.hint_rules import HintRules, read_hint_rules
from knowledge.lessons import live_lessons
from knowledge.products import find_product
from knowledge.readers.product_card import read_product_card
from tests.conftest import TakeIn

LESSON = """# Dough

Dough rests before it is shaped.

## Exercise: Rest it

How long does the dough rest at 24 degrees?

| degrees | minutes |
|---|---|
| 30 | 40 |

<details><summary>Solution</summary>

It rests for 55 minutes.

```python
print(55)
```

</details>

## Exercise 2: Choose the flour

Which flour?

- a) rye
- b) wheat
- c) oat

<details><summary>Answer</summary>

The right option is b, for its gluten.

</details>

## Shaping

Shape it gently.
"""

pytestmark = pytest.mark.usefixtures("unmeasured")


def exercises(house: House, product: str = "course") -> dict[str, Exercise]:
    with house.database.read() as session:
        found = exercises_of(session, [head.id for head in live_lessons(session, product)])
    return {exercise.id: exercise for exercise in found}


def taken_in(take_in: TakeIn, house: House, lesson: str, **more: str) -> dict[str, Exercise]:
    take_in({"dough.md": lesson, **more})
    return exercises(house)


def test_an_exercise_is_what_is_asked_and_what_only_its_author_knows(take_in: TakeIn, house: House) -> None:
    found = taken_in(take_in, house, LESSON)
    assert list(found) == ["dough/exercise-rest-it", "dough/exercise-2-choose-the-flour"]
    rest, flour = found.values()
    assert rest.name == "Rest it"
    assert "24 degrees" in rest.text
    assert "30 | 40" in rest.text
    assert rest.code == ("print(55)",)
    assert any("55 minutes" in text for text in rest.key)
    assert not any("gluten" in text for text in rest.key)
    assert [(option.letter, option.text, option.is_right) for option in flour.options] == [
        ("a", "rye", False), ("b", "wheat", True), ("c", "oat", False)
    ]  # fmt: skip
    assert "Shape it gently." in rest.around
    assert "55" not in rest.around


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("55 minutes", "50 minutes"),
        ("How long does", "For how many minutes does"),
        ("Dough rests before it is shaped.", "All dough rests, and then it is shaped.\n\n## New\n\nA section before."),
        ("- c) oat", "- c) oat\n- d) maize"),
    ],
)
def test_its_id_outlives_reading_again_and_small_edits(take_in: TakeIn, house: House, old: str, new: str) -> None:
    before = list(taken_in(take_in, house, LESSON))
    assert list(taken_in(take_in, house, LESSON.replace(old, new))) == before


def test_questions_of_one_section_are_told_apart_by_their_number(take_in: TakeIn, house: House) -> None:
    question = "<Question choices={{[{{ text: '{0}', correct: true }}, {{ text: '{1}' }}]}} />"
    body = f"## Quiz\n\nFirst?\n\n{question.format('yes', 'no')}\n\nSecond?\n\n{question.format('up', 'down')}\n"
    take_in({"dough.mdx": f"# Dough\n\n{body}"})
    found = exercises(house)
    assert list(found) == ["dough/quiz", "dough/quiz-2"]
    assert [exercise.text.split("\n")[0] for exercise in found.values()] == ["First?", "Second?"]
    assert [[o.text for o in e.options if o.is_right] for e in found.values()] == [["yes"], ["up"]]


def test_a_key_that_stands_apart_belongs_to_every_exercise_without_one(take_in: TakeIn, house: House) -> None:
    lesson = "# Dough\n\n## Exercise 1\n\nOne?\n\n## Exercise 2\n\nTwo?\n\n## Answers\n\nFirst it is 17, then 23.\n"
    assert [exercise.key[-1] for exercise in taken_in(take_in, house, lesson).values()] == [
        "First it is 17, then 23."
    ] * 2


@pytest.mark.parametrize("heading", ["Worked solution", "Worked solution of exercise 1"])
def test_a_worked_solution_belongs_to_the_exercise_above(take_in: TakeIn, house: House, heading: str) -> None:
    lesson = (
        f"# Dough\n\n## Exercise 1: Rest\n\nHow long?\n\n## {heading}\n\nIt takes 55 minutes.\n\n## More\n\nText.\n"
    )
    (exercise,) = taken_in(take_in, house, lesson).values()
    assert exercise.worked_texts == ("It takes 55 minutes.",)
    assert len(exercise.worked) == 1


def test_a_worked_example_without_an_exercise_is_nobodys(take_in: TakeIn, house: House) -> None:
    assert taken_in(take_in, house, "# Dough\n\n## Worked solution\n\nIt takes 55 minutes.\n") == {}


def test_an_exercise_is_found_in_its_product_alone(take_in: TakeIn, house: House) -> None:
    take_in({"dough.md": LESSON})
    take_in({"bread.md": "# Bread\n\nBread is baked.\n"}, "other")
    with house.database.read() as session:
        assert find_exercise(session, "course", "dough/exercise-rest-it") is not None
        assert find_exercise(session, "course", "exercise-rest-it", lesson="dough") is not None
        for forged in ("dough/nothing", "", "/", "exercise-rest-it", "dough/", "../dough/exercise-rest-it", "\x00"):
            assert find_exercise(session, "course", forged) is None
        assert find_exercise(session, "other", "dough/exercise-rest-it") is None


@pytest.mark.parametrize(
    ("told", "rules"),
    [
        ("hints: {top: 3}", HintRules(3, None)),
        ("hints: {answer_from: 4}", HintRules(5, 4)),
        ("hints: {top: 5, answer_from: never}", HintRules(5, None)),
        ("hints: {}", HintRules()),
    ],
)
def test_an_author_says_how_far_hints_go(take_in: TakeIn, house: House, told: str, rules: HintRules) -> None:
    take_in({"dough.md": LESSON, "product.yml": told})
    with house.database.read() as session:
        assert find_product(session, ProductSlug("course")).hints == rules


@pytest.mark.parametrize(
    "told", ["hints: 3", "hints: {top: 0}", "hints: {top: 6}", "hints: {answer_from: 1}", "hints: {top: yes}",
             "hints: {answer: 3}", "hints: {answer_from: always}", "hints: [1]", "hints: {top: 2.5}"],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_and_ignored(told: str) -> None:
    card, (warning,) = read_product_card(told, path="product.yml")
    assert card.hints is None
    assert "answer_from" in str(warning)


def test_the_usual_rules_show_no_solution() -> None:
    rules: Mapping[str, object] = {}
    assert read_hint_rules(rules) == HintRules(top=5, answer_from=None)
