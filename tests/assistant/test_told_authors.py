"""What a turn tells the authors of a course: a question it did not answer, one asked again, a learner who is stuck."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, select

from assistant.decide_hand_over import withdraw_hand_over
from assistant.intents import Want
from assistant.tables import ConversationRow, HandOverRow, TurnRow
from companion.wiring import House
from evals.cached_encoder import CachedEncoder
from feedback.gaps import list_gaps
from feedback.item import ItemKind, Source, Voice
from feedback.tables import GapRow, ItemRow
from foundation.ids import ProductSlug
from learning.people import new_learner, person_by_host_id
from learning.tables import EventRow
from tests.assistant.asking import ask
from tests.assistant.handing import LESSONS, PRODUCT, QUESTION, press
from tests.fakes import FixedClock
from tests.feedback.kept_house import kept_house

UNCOVERED = "How much salt does a bagel need? I am Sarah Connor"


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory, encoder: CachedEncoder) -> Iterator[House]:
    with kept_house(tmp_path_factory.mktemp("told"), encoder, {PRODUCT: LESSONS}) as house:
        yield house


@pytest.fixture
def house(_kept: House) -> House:
    with _kept.database.write() as session:
        for rows in (ItemRow, GapRow, HandOverRow, TurnRow, ConversationRow, EventRow):
            session.execute(delete(rows))
    return _kept


def items(house: House) -> list[ItemRow]:
    with house.database.read() as session:
        return list(session.scalars(select(ItemRow).order_by(ItemRow.created, ItemRow.id)))


def kinds(house: House) -> list[str]:
    return sorted(item.kind for item in items(house))


def test_a_question_without_an_answer_is_an_item_of_its_learner_without_personal_data(house: House) -> None:
    with house.database.write() as session:
        person = person_by_host_id(session, "school.example", "u-1", now=house.clock())
    done = ask(house, UNCOVERED, PRODUCT, learner=person)
    (item,) = items(house)
    assert (item.id, item.turn, item.kind) == (done["gap"].replace("g-", "i-"), done["turn"], ItemKind.UNANSWERED)
    assert (item.learner, item.voice, item.source) == (person, Voice.PERSON, Source.TURN)
    assert (item.outcome, item.text) == (done["outcome"], "How much salt does a bagel need? I am […]")
    with house.database.read() as session:
        assert list_gaps(session, PRODUCT, limit=1)[0].question == item.text


def test_an_answered_question_is_an_item_only_when_it_is_asked_again(house: House) -> None:
    with house.database.write() as session:
        learner = new_learner(session, now=house.clock()).person
    first = ask(house, QUESTION, PRODUCT, learner=learner)
    assert items(house) == []
    ask(house, "does the dough rest long before it's shaped", PRODUCT, conversation=first["conversation"])
    ask(house, QUESTION.lower(), PRODUCT, learner=learner)
    ask(house, QUESTION, PRODUCT)
    (item,) = [each for each in items(house) if each.learner == learner]
    assert (item.kind, item.voice, item.text) == (ItemKind.REPEATED, Voice.BROWSER, QUESTION.lower())
    assert (item.lesson, item.passage) == ("01-dough", first["citations"][0]["passage"])
    with house.database.read() as session:
        details = [row.detail for row in session.scalars(select(EventRow).where(EventRow.verb == "asked"))]
    assert [detail["again"] for detail in details if "again" in detail]


def test_another_question_in_the_same_conversation_is_not_asked_again(house: House) -> None:
    first = ask(house, QUESTION, PRODUCT)
    ask(house, "What keeps the crust soft in the oven?", PRODUCT, conversation=first["conversation"])
    assert ItemKind.REPEATED not in kinds(house)


def test_who_says_they_are_stuck_is_heard_once_whatever_door_it_comes_by(house: House, clock: FixedClock) -> None:
    words = "I'm stuck, I do not understand why the dough is folded"
    ask(house, words, PRODUCT, lesson="01-dough")
    ask(house, words, PRODUCT, lesson="01-dough", want=Want.HINT)
    assert kinds(house) == [ItemKind.STUCK]
    assert items(house)[0].lesson == "01-dough"


def test_a_question_handed_over_is_an_item_until_it_is_taken_back(house: House) -> None:
    asked = ask(house, QUESTION, PRODUCT)
    card = press(house, conversation=asked["conversation"], turn=asked["turn"]).done
    press(house, conversation=asked["conversation"], turn=asked["turn"])
    (item,) = items(house)
    assert (item.kind, item.source, item.text, item.turn) == ("handed_over", "hand_over", QUESTION, asked["turn"])
    with house.database.write() as session:
        withdraw_hand_over(session, PRODUCT, card.id, conversation=card.conversation, now=house.clock())
    assert [(each.id, each.text) for each in items(house)] == [(item.id, "")]


def test_what_has_nothing_to_do_with_the_course_is_no_item(house: House) -> None:
    ask(house, "Who painted the ceiling of the Sistine Chapel?", ProductSlug(PRODUCT))
    ask(house, "???", PRODUCT)
    assert all(item.outcome != "off_topic" and item.text != "???" for item in items(house))
