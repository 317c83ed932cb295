"""What a turn leaves behind: itself as it was sent, an event, and a gap when the course had no answer."""

from contextlib import aclosing
from dataclasses import asdict

import anyio
import pytest
from sqlalchemy import select

from assistant.answer import Question
from assistant.conversations import find_turn, question_of, read_turn
from assistant.reply import EventName, Outcome
from assistant.tables import ConversationRow, TurnRow
from companion.wiring import House
from foundation.errors import EncoderUnavailable, NotFound
from learning.tables import EventRow
from tests.assistant.asking import ask, events_of, kept_gaps, kept_turn
from tests.fakes import FixedClock

COVERED = "What is a p-value?"
UNCOVERED = "Who painted the ceiling of the Sistine Chapel?"


def _plain(value: object) -> object:
    """As JSON gives it back: tuples are lists there."""
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("question", [COVERED, UNCOVERED])
def test_a_turn_is_kept_as_it_was_sent(sample_house: House, clock: FixedClock, question: str) -> None:
    events = events_of(sample_house.answerer, f"  {question}\n", lesson="11-intervals-and-p-values")
    done = events[-1].data
    row = kept_turn(sample_house, done["turn"])
    assert row.reply == _plain(done)
    assert len(row.events) == len(events)
    assert (row.question, row.locale, row.outcome) == (question, "en", done["outcome"])
    assert (row.lesson, row.created) == ("11-intervals-and-p-values", clock.now)
    assert row.trace["hits"][0]["passage"]
    with sample_house.database.read() as session:
        again = read_turn(session, "ab-tests-en", done["turn"], conversation=done["conversation"])
        assert [_plain(asdict(event)) for event in again] == row.events
        assert question_of(session, done["turn"]) == question


def test_a_turns_events_are_kept_in_the_order_they_were_sent(sample_house: House) -> None:
    events = events_of(sample_house.answerer, COVERED)
    row = kept_turn(sample_house, events[-1].data["turn"])
    assert row.events == [_plain(asdict(event)) for event in events]


def test_meta_comes_first_and_names_the_turn(sample_house: House) -> None:
    events = events_of(sample_house.answerer, COVERED)
    assert [events[0].name, events[-1].name] == [EventName.META, EventName.DONE]
    assert events[0].data == {
        "turn": events[-1].data["turn"],
        "conversation": events[-1].data["conversation"],
        "product": "ab-tests-en",
        "locale": "en",
    }


def test_a_question_without_an_answer_leaves_one_gap_and_an_answered_one_none(sample_house: House) -> None:
    ask(sample_house, COVERED)
    done = ask(sample_house, UNCOVERED)
    gaps = kept_gaps(sample_house)
    assert [(gap.id, gap.turn, gap.question, gap.outcome) for gap in gaps] == [
        (done["gap"], done["turn"], UNCOVERED, Outcome.DECLINED)
    ]


def test_a_turn_leaves_an_event_without_the_learners_words(sample_house: House, clock: FixedClock) -> None:
    done = ask(sample_house, COVERED, learner="learner-7")
    with sample_house.database.read() as session:
        event = session.scalars(select(EventRow)).one()
    assert (event.verb, event.actor, event.at) == ("asked", "learner-7", clock.now)
    assert event.detail == {"turn": done["turn"], "outcome": "answered", "intent": "question"}


def test_a_conversation_goes_on_in_order(sample_house: House) -> None:
    first = ask(sample_house, COVERED)
    second = ask(sample_house, UNCOVERED, conversation=first["conversation"])
    assert second["conversation"] == first["conversation"]
    with sample_house.database.read() as session:
        turns = session.scalars(select(TurnRow).order_by(TurnRow.position)).all()
    assert [(turn.id, turn.position) for turn in turns] == [(first["turn"], 0), (second["turn"], 1)]


def test_a_conversation_of_another_product_or_of_nobody_is_not_found(sample_house: House) -> None:
    done = ask(sample_house, COVERED)
    for conversation, product in ((done["conversation"], "ab-tests-ru"), ("c-" + "0" * 32, "ab-tests-en")):
        with pytest.raises(NotFound):
            ask(sample_house, COVERED, product, conversation=conversation)
    with sample_house.database.read() as session:
        assert len(session.scalars(select(ConversationRow)).all()) == 1
        assert len(session.scalars(select(TurnRow)).all()) == 1


def test_a_conversation_goes_on_whose_first_turn_was_broken_off(sample_house: House) -> None:
    async def first_event() -> str:
        async with aclosing(sample_house.answerer.answer(Question("ab-tests-en", COVERED))) as events:
            return str((await anext(events)).data["conversation"])

    conversation = anyio.run(first_event)
    with sample_house.database.read() as session:
        assert session.get(ConversationRow, conversation) is None
    with pytest.raises(NotFound):
        ask(sample_house, COVERED, "ab-tests-ru", conversation=conversation)
    assert ask(sample_house, COVERED, conversation=conversation)["conversation"] == conversation
    with sample_house.database.read() as session:
        assert session.get_one(ConversationRow, conversation).product == "ab-tests-en"


def test_a_turn_is_read_only_by_who_knows_its_product_and_conversation(sample_house: House) -> None:
    one, other = ask(sample_house, COVERED), ask(sample_house, COVERED)
    with sample_house.database.read() as session:
        for product, conversation in (("ab-tests-ru", one["conversation"]), ("ab-tests-en", other["conversation"])):
            with pytest.raises(NotFound):
                read_turn(session, product, one["turn"], conversation=conversation)
            with pytest.raises(NotFound):
                find_turn(session, product, one["turn"], conversation=conversation)
        assert find_turn(session, "ab-tests-en", one["turn"], conversation=None) == one["turn"]
        with pytest.raises(NotFound):
            find_turn(session, "ab-tests-en", "t-nobody", conversation=None)


def test_an_encoder_that_does_not_answer_is_no_decline(sample_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: object, _text: str) -> None:
        raise EncoderUnavailable("the encoder is away")

    encoder = sample_house.encoder
    assert encoder.by_token is not None
    for role, name in ((encoder, "encode_question"), (encoder.by_token, "question_states")):
        monkeypatch.setattr(type(role), name, refuse)
    with pytest.raises(EncoderUnavailable):
        ask(sample_house, COVERED)
    with sample_house.database.read() as session:
        assert session.scalars(select(TurnRow)).all() == []
    assert kept_gaps(sample_house) == []
