"""What the rules choose and draft, kind by kind, from what learners wrote and what the course has."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.corrections import Correction, corrected, correction_in
from feedback.draft_changes import Asked
from feedback.drafting import Drafted, draft_by_rules
from feedback.item import Item, ItemKind, Place, Source, Voice
from feedback.mending import kind_wanted, kinds_in
from feedback.proposal import ProposalKind
from feedback.reuse import Course, KnownAnswer
from feedback.theme import ThemeKind
from foundation.ids import ProductSlug
from knowledge.editing import apply_changes
from knowledge.revisions import live_state
from tests.feedback.kept_house import kept_house

COURSE = ProductSlug("course")
SALT = "The salt is a word that is put in front of the user's id before hashing, so that experiments do not meet."
GROUPS = f"""# Groups

## Hashing

Users are put into groups by a hash of their id with the salt of the experiment.

## Salt

{SALT}

## Waiting

We wait until the planned number of users has come. Looking earlier and stopping at the first good day makes many false
discoveries, because every look is another chance to be fooled. Plan the looks, or do not look at all before the end.

The end is set before the start: the number of users follows from the smallest change that is worth knowing of, from the
spread of the values and from the power that is wanted. Nobody changes it on the way, whatever the first days say.

Revenue needs longer. Few users pay a lot, and their revenue is spread so wide that the mean of it strays far from week
to week. Cap revenue at a high percentile, and the mean is steadier. Revenue comes late, too: many users pay at the end
of the month only. So revenue is looked at a month after the last user has come, and never by days.

## Again

{SALT}

Ask yourself: what would two experiments with one salt do?
"""
CODE = """# Programs

## Hash in Python

A user's group is the hash of the salt and the id.

```python
group = hash(salt + user) % 2
```
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    folder, files = tmp_path_factory.mktemp("kept"), {"groups.md": GROUPS, "programs.md": CODE}
    with kept_house(folder, encoder, {"course": files}) as kept:
        yield kept


def _items(texts: Sequence[str]) -> tuple[Item, ...]:
    said = Item(
        "",
        COURSE,
        ItemKind.COMMENT,
        Source.WIDGET,
        "",
        "",
        "",
        Voice.PERSON,
        Place(None),
        *(None, None, None, ""),
        *(None, False, None),
        datetime(2026, 3, 1, tzinfo=UTC),
    )
    return tuple(replace(said, id=f"i-{n}", text=text, learner=f"p-{n}") for n, text in enumerate(texts))


def _draft(
    house: House, anchor: str, texts: Sequence[str], *, terms: Sequence[str] = (), answers: Sequence[KnownAnswer] = ()
) -> Drafted:
    with house.database.read() as session:
        course = Course(session, house.shelves, COURSE, answers)
        asked, state = Asked(_items(texts), tuple(terms)), live_state(session, COURSE, "groups")
        made = draft_by_rules(course, state, anchor, asked, kinds=[ThemeKind.TROUBLE])
        assert made is not None
        if made.draft.changes:
            apply_changes(state.blocks, made.draft.changes)
    return made


def test_what_is_explained_further_down_is_moved_to_where_it_is_needed(house: House) -> None:
    made = _draft(
        house, "hashing", ["the salt is explained only later", "salt was not explained before"], terms=["salt"]
    )
    assert made.kind is ProposalKind.MOVE
    (change,) = made.draft.changes
    assert (change.before, change.to) == (SALT, 1)


def test_an_example_from_another_lesson_is_quoted_with_where_it_is_from(house: House) -> None:
    asked = ["an example of the hash of salt and id would help", "no example of hash, salt and id", "hash of the id"]
    made = _draft(house, "hashing", asked, terms=["hash"])
    assert made.kind is ProposalKind.ADD_EXAMPLE
    (change,) = made.draft.changes
    assert "“Programs”" in change.markdown
    assert "```\ngroup = hash(salt + user) % 2\n```" in change.markdown
    assert [each["lesson"] for each in made.draft.reuse] == ["programs"]


def test_a_long_section_is_parted_where_its_subject_changes(house: House) -> None:
    made = _draft(house, "waiting", ["too much at once", "a wall of text", "so long"])
    assert made.kind is ProposalKind.SPLIT
    (change,) = made.draft.changes
    assert change.markdown == "### Revenue"
    assert change.before.startswith("The end is set")


def test_a_short_section_is_not_parted(house: House) -> None:
    assert _draft(house, "hashing", ["too much at once", "a wall of text"]).draft.changes == ()


def test_what_is_said_elsewhere_too_is_left_out_when_it_is_not_needed(house: House) -> None:
    made = _draft(house, "salt", ["why do we need this", "useless", "the salt"])
    assert made.kind is ProposalKind.RETIRE
    assert [change.before for change in made.draft.changes] == [SALT]
    assert made.draft.reuse[0]["anchor"] == "again"


def test_what_is_said_nowhere_else_is_not_left_out(house: House) -> None:
    made = _draft(house, "waiting", ["why do we need this", "useless", "waiting"])
    assert (made.kind, made.draft.changes) == (ProposalKind.RETIRE, ())


def test_an_answer_in_another_language_or_to_another_question_is_not_taken(house: House) -> None:
    answers = [KnownAnswer("Что такое соль?", "Слово."), KnownAnswer("When is the exam?", "In May.")]
    made = _draft(house, "waiting", ["what does a percentile mean", "percentile?"], answers=answers)
    assert made.draft.made_of != "answer"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("There is a typo in the formula", ProposalKind.FIX_ERROR),
        ("Проверка не принимает правильный ответ", ProposalKind.FIX_ERROR),
        ("такой кнопки больше нет, интерфейс изменился", ProposalKind.REPLACE),
        ("this function was deprecated", ProposalKind.REPLACE),
        ("термин используется раньше, чем его объяснили", ProposalKind.MOVE),
        ("не хватает примеров", ProposalKind.ADD_EXAMPLE),
        ("слишком много всего сразу", ProposalKind.SPLIT),
        ("зачем это вообще нужно", ProposalKind.RETIRE),
    ],
)
def test_learners_words_ask_for_a_kind_of_mending(text: str, kind: ProposalKind) -> None:
    assert kinds_in(text) == {kind}


@pytest.mark.parametrize("text", ["What is a p-value?", "I get an error when I run it", "Не понимаю дисперсию", ""])
def test_words_that_ask_for_nothing_special_ask_for_no_kind(text: str) -> None:
    assert kinds_in(text) == set()


def test_one_voice_decides_on_no_kind_however_often_it_speaks() -> None:
    loud = [replace(item, learner="p-0") for item in _items(["this is wrong"] * 5)]
    quiet = _items(["what is a mean", "mean?", "means"])
    assert kind_wanted([*loud, *quiet], [ThemeKind.TROUBLE]) is ProposalKind.CLARIFY
    assert kind_wanted([*loud, *quiet], [ThemeKind.GAP]) is ProposalKind.ADD_ANSWER


@pytest.mark.parametrize(
    ("said", "text", "found"),
    [
        (["should be n-1, not n", "not n but n-1"], "Divide by n.", Correction("n", "n-1")),
        (["должно быть 0.05, а не 0.5", "не 0.5, а 0.05"], "Порог 0.5 взят.", Correction("0.5", "0.05")),
        (["the Tools menu is now called Extras"] * 2, "Open the Tools menu.", Correction("Tools menu", "Extras")),
        (["should be n-1, not n", "should be n+1, not n"], "Divide by n.", None),
        (["not m but n", "should be n instead of m"], "Divide by n.", None),
    ],
)
def test_a_correction_is_taken_when_two_agree_and_the_text_has_the_words(
    said: list[str], text: str, found: Correction | None
) -> None:
    assert correction_in(_items(said), text) == found


def test_a_correction_changes_whole_words_alone() -> None:
    assert corrected("n, and not in an n-th", Correction("n", "m")) == "m, and not in an m-th"
