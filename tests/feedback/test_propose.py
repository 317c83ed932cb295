"""Proposals made of what learners have trouble with, refreshed, withdrawn, and made again after a decision."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.decide import approve, edit, reject
from feedback.item import ItemKind, Place
from feedback.proposal import Proposal, ProposalKind, ProposalState
from feedback.proposals import history_of, list_proposals
from feedback.propose import propose
from feedback.reuse import KnownAnswer
from feedback.tables import ItemRow, ProposalRow
from feedback.theme import ThemeKind
from foundation.ids import PersonId, ProductSlug
from knowledge.edits import ChangeKind, insert_behind
from knowledge.revisions import live_state
from learning.people import add_person
from learning.roles import Role, grant_role
from tests.fakes import FixedClock
from tests.feedback.kept_house import emptied, kept_house, take_in
from tests.feedback.troubled import troubled

COURSE = ProductSlug("course")
AVERAGES = """# Averages

## Standard error

The standard error is the standard deviation of the mean over many samples. It shrinks with the size of the sample.

## In numbers

For example, with 100 users and a deviation of 5 the standard error is 0.5.
"""
TESTS = """# Tests

## Reading a result

We compare the difference with its standard error and call it significant beyond two of them.

## Variance

The variance divides the sum of **squares** by n. It tells how wide the values lie.
"""
RESULT, VARIANCE = Place("02-tests", "reading-a-result"), Place("02-tests", "variance")
LOST = [
    "What is a standard error?",
    "i do not understand standard error",
    "standard error - what is it",
    "nobody told what a standard error is",
    "what does standard error mean here?",
]
WRONG = [
    "The variance is wrong: it should be n-1 instead of n",
    "In the variance it should be n-1, not n",
    "variance: error in the formula, not n but n-1",
    "is the variance wrong?",
    "variance divides by n? looks wrong to me",
]


FILES = {"01-averages.md": AVERAGES, "02-tests.md": TESTS}


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    with kept_house(tmp_path_factory.mktemp("kept"), encoder, {"course": FILES}) as kept:
        yield kept


@pytest.fixture
def house(_kept: House) -> House:
    return emptied(_kept)


@pytest.fixture
def author(house: House) -> PersonId:
    return _author(house)


def _author(house: House) -> PersonId:
    with house.database.write() as session:
        person = add_person(session, name="Ann", now=house.clock())
        grant_role(session, person, Role.AUTHOR, product="course", now=house.clock())
    return person


def _propose(house: House, answers: Sequence[KnownAnswer] = ()) -> list[str]:
    return propose(house.database, house.shelves, COURSE, now=house.clock(), answers=lambda _session, _product: answers)


def _all(house: House) -> list[Proposal]:
    with house.database.read() as session:
        return list_proposals(session, COURSE)


def _lost(house: House, round_: int = 0) -> list[str]:
    return troubled(house, "th-lost", RESULT, LOST, item_kind=ItemKind.STUCK, terms=["standard error"], round_=round_)


def _reject(house: House, proposal: Proposal, author: PersonId) -> None:
    with house.database.write() as session:
        reject(session, COURSE, proposal.id, by=author, version=proposal.version, reason="no", now=house.clock())


def test_what_is_unclear_is_mended_with_what_the_course_says_elsewhere(house: House) -> None:
    items = _lost(house)
    assert _propose(house) == [each.id for each in _all(house)]
    (made,) = _all(house)
    assert (made.kind, made.place, made.origin, made.state) == ("clarify", RESULT, "rule", "open")
    assert set(made.evidence) == set(items)
    (change,) = made.changes
    assert change.kind is ChangeKind.INSERT
    assert "> The standard error is the standard deviation of the mean" in change.markdown
    assert "“Averages”" in change.markdown
    assert [(each["lesson"], each["anchor"]) for each in made.reuse] == [("01-averages", "standard-error")]
    assert made.expected["learners"] == len(LOST)
    assert "Reading a result" in made.reason


def test_what_learners_agree_is_right_is_put_in_place_of_what_is_wrong_and_nothing_else_changes(house: House) -> None:
    troubled(house, "th-wrong", VARIANCE, WRONG, terms=["variance"])
    _propose(house)
    (made,) = _all(house)
    assert made.kind is ProposalKind.FIX_ERROR
    assert [(change.kind, change.markdown) for change in made.changes] == [
        (
            ChangeKind.REPLACE,
            "The variance divides the sum of **squares** by n-1. It tells how wide the values lie.",
        )
    ]


def test_one_learner_alone_corrects_nothing(house: House) -> None:
    alone = [WRONG[0], "variance is wrong", "variance wrong?", "the variance looks wrong", "a mistake in variance"]
    troubled(house, "th-wrong", VARIANCE, alone, terms=["variance"])
    _propose(house)
    (made,) = _all(house)
    assert (made.kind, made.changes) == (ProposalKind.FIX_ERROR, ())


def test_a_gap_takes_the_answer_a_person_verified(house: House) -> None:
    asked = ["How many users do I need?", "how many users are needed", "users needed?", "number of users?", "how many?"]
    place = Place("02-tests", "reading-a-result")
    troubled(house, "th-gap", place, asked, kind=ThemeKind.GAP, item_kind=ItemKind.UNANSWERED, terms=["users"])
    answer = KnownAnswer("How many users does a test need?", "Four hundred *each*.", ("p-1",))
    _propose(house, [answer, KnownAnswer("When does the course begin?", "In May.")])
    (made,) = _all(house)
    assert made.kind is ProposalKind.ADD_ANSWER
    assert made.changes[0].markdown == "**How many users does a test need?**\n\nFour hundred \\*each\\*."
    assert made.sources == ({"kind": "answer", "question": answer.question, "passages": ["p-1"]},)


def test_a_gap_that_names_no_lesson_goes_to_the_nearest_section_and_counts_half(house: House) -> None:
    asked = ["variance?", "why is variance squared", "variance units?", "what unit has variance", "variance and values"]
    nowhere = {"kind": ThemeKind.GAP, "item_kind": ItemKind.UNANSWERED, "terms": ["variance"]}
    troubled(house, "th-nowhere", Place(None), asked, **nowhere)
    troubled(house, "th-lost", RESULT, LOST, item_kind=ItemKind.UNANSWERED, kind=ThemeKind.GAP)
    _propose(house)
    assert [(each.place, each.kind) for each in _all(house)] == [(RESULT, "add_answer"), (VARIANCE, "add_answer")]


def test_praise_and_what_too_few_say_are_no_proposal(house: House) -> None:
    troubled(house, "th-praise", RESULT, LOST, kind=ThemeKind.PRAISE, item_kind=ItemKind.PRAISE)
    troubled(house, "th-few", VARIANCE, WRONG[:4])
    assert _propose(house) == []


def test_themes_of_one_place_make_one_proposal(house: House) -> None:
    _lost(house)
    troubled(house, "th-other", RESULT, [f"{text} again" for text in LOST])
    _propose(house)
    (made,) = _all(house)
    assert (made.themes, made.expected["learners"]) == (("th-lost", "th-other"), 5)


def test_proposing_twice_changes_nothing(house: House) -> None:
    _lost(house)
    _propose(house)
    before = _all(house)
    assert _propose(house) == []
    assert _all(house) == before
    with house.database.read() as session:
        assert [event.what for event in history_of(session, COURSE, before[0].id)] == ["proposed"]


def test_an_answer_that_was_verified_meanwhile_gets_into_the_draft(house: House) -> None:
    _lost(house)
    _propose(house)
    _propose(house, [KnownAnswer("What is a standard error?", "How far a mean strays.")])
    (made,) = _all(house)
    assert made.changes[0].markdown.endswith("How far a mean strays.")
    assert (made.version, made.state) == (2, ProposalState.OPEN)


def test_what_an_author_wrote_is_not_written_over(house: House, author: PersonId) -> None:
    _lost(house)
    _propose(house)
    (made,) = _all(house)
    with house.database.write() as session:
        mine = insert_behind(live_state(session, COURSE, "02-tests").blocks, 2, "My own words.")
        edit(session, COURSE, made.id, by=author, version=1, changes=[mine], now=house.clock())
    _lost(house, round_=1)
    _propose(house, [KnownAnswer("What is a standard error?", "How far a mean strays.")])
    (kept,) = _all(house)
    assert (kept.changes, kept.version) == ((mine,), 2)
    assert len(kept.evidence) == 2 * len(LOST)


def test_a_draft_follows_the_lesson_and_an_authors_words_as_far_as_they_fit(
    tmp_path: Path, encoder: CachedEncoder
) -> None:
    with kept_house(tmp_path, encoder, {"course": FILES}) as house:
        _follows(house, tmp_path)


def _follows(house: House, folder: Path) -> None:
    author = _author(house)
    _lost(house)
    troubled(house, "th-wrong", VARIANCE, WRONG, terms=["variance"])
    _propose(house)
    by_place = {each.place: each for each in _all(house)}
    with house.database.write() as session:
        blocks = live_state(session, COURSE, "02-tests").blocks
        edit(
            session,
            COURSE,
            by_place[RESULT].id,
            by=author,
            version=1,
            changes=[insert_behind(blocks, 2, "My own words.")],
            now=house.clock(),
        )
    changed = TESTS.replace("# Tests\n", "# Tests\n\nTwo groups.\n")
    take_in(house, folder / "course", {**FILES, "02-tests.md": changed})
    _propose(house)
    now = {each.place: each for each in _all(house)}
    with house.database.read() as session:
        live = live_state(session, COURSE, "02-tests")
    assert {each.base for each in now.values()} == {live.revision}
    assert [(change.last, change.markdown) for change in now[RESULT].changes] == [(3, "My own words.")]
    assert now[VARIANCE].changes[0].first == 5


def test_what_is_no_trouble_any_more_is_withdrawn_unless_an_author_wrote_at_it(house: House, author: PersonId) -> None:
    _lost(house)
    troubled(house, "th-wrong", VARIANCE, WRONG, terms=["variance"])
    _propose(house)
    mine = next(each for each in _all(house) if each.place == RESULT)
    with house.database.write() as session:
        blocks = live_state(session, COURSE, "02-tests").blocks
        change = insert_behind(blocks, 2, "My own words.")
        edit(session, COURSE, mine.id, by=author, version=1, changes=[change], now=house.clock())
        for item in session.scalars(select(ItemRow)):
            item.text = ""
            item.theme = None
    _propose(house)
    assert {each.place: each.state for each in _all(house)} == {RESULT: "open", VARIANCE: "withdrawn"}


def test_what_was_rejected_is_proposed_again_only_when_enough_learners_speak_of_it_anew(
    house: House, author: PersonId
) -> None:
    _lost(house)
    _propose(house)
    _reject(house, _all(house)[0], author)
    clock = house.clock
    assert isinstance(clock, FixedClock)
    clock.move(days=1)
    assert _propose(house) == []
    troubled(house, "th-lost", RESULT, LOST[:4], item_kind=ItemKind.STUCK, round_=1)
    assert _propose(house) == []
    clock.move(days=1)
    _lost(house, round_=2)
    (again,) = _propose(house)
    assert {each.id: each.state for each in _all(house)}[again] is ProposalState.OPEN
    assert len(_all(house)) == 2


def test_what_waits_for_a_release_is_left_as_it_was_approved(house: House, author: PersonId) -> None:
    _lost(house)
    _propose(house)
    with house.database.write() as session:
        done = approve(session, COURSE, _all(house)[0].id, by=author, version=1, now=house.clock())
    _lost(house, round_=1)
    assert _propose(house) == []
    assert _all(house) == [done]


def test_what_was_tried_and_taken_back_is_not_drafted_a_second_time(house: House) -> None:
    _lost(house)
    _propose(house)
    with house.database.write() as session:
        session.scalars(select(ProposalRow)).one().state = ProposalState.ROLLED_BACK
    (again,) = _propose(house)
    assert {each.id: each.changes for each in _all(house)}[again] == ()
