"""A question goes to a person once, with the learner's consent, and is decided once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from assistant.decide_hand_over import MAX_REPLY_CHARS, HandOverClosed, decline_hand_over, note_told, withdraw_hand_over
from assistant.hand_over import (
    MAX_WAITING,
    HandOverState,
    erase_hand_overs,
    find_hand_over,
    own_hand_over,
    own_hand_overs,
    queue,
)
from companion.wiring import House
from foundation.errors import Conflict, EncoderUnavailable, Invalid, NotAllowed, NotFound
from learning.enrolments import enrol
from learning.events import Verb, record_event
from learning.people import new_learner
from learning.roles import Role
from learning.tables import EventRow
from tests.assistant.asking import ask
from tests.assistant.handing import LESSONS, PRODUCT, QUESTION, answer, press, staff

pytestmark = pytest.mark.usefixtures("unmeasured")
TakeIn = Callable[..., Any]


@pytest.fixture
def bakery(house: House, take_in: TakeIn) -> House:
    take_in(LESSONS, PRODUCT)
    return house


def test_nothing_is_handed_over_without_consent(bakery: House) -> None:
    with pytest.raises(Invalid, match="consent"):
        press(bakery, note="Where is my oven?", consent=False)
    with bakery.database.read() as session:
        assert queue(session, [PRODUCT], state=HandOverState.WAITING) == []


def test_pressing_twice_under_one_answer_gives_the_same_card(bakery: House) -> None:
    turn = ask(bakery, QUESTION, PRODUCT)
    first = press(bakery, conversation=turn["conversation"], turn=turn["turn"])
    again = press(bakery, conversation=turn["conversation"], turn=turn["turn"], note="I use rye flour")
    assert first.is_new
    assert not again.is_new
    assert again.done.id == first.done.id
    assert again.done.card["notes"] == ["I use rye flour"]


def test_the_whole_conversation_is_its_last_question_or_what_the_learner_writes(bakery: House) -> None:
    turn = ask(bakery, QUESTION, PRODUCT)
    of_last = press(bakery, conversation=turn["conversation"]).done
    assert (of_last.turn, of_last.question) == (turn["turn"], QUESTION)
    written = press(bakery, conversation=turn["conversation"], note="Who can lend me an oven?").done
    assert (written.turn, written.question) == (None, "Who can lend me an oven?")
    assert press(bakery, conversation=turn["conversation"], note="And a tin?").done.id == written.id


def test_somebody_who_asked_nothing_yet_can_ask_a_person(bakery: House) -> None:
    done = press(bakery, note="Is there a tasting?").done
    assert done.state is HandOverState.WAITING
    with bakery.database.read() as session:
        assert own_hand_over(session, PRODUCT, done.id, conversation=done.conversation) == done
    with pytest.raises(Conflict, match="nothing was asked"):
        press(bakery)


def test_a_card_reaches_a_person_while_search_is_down(bakery: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_self: object, _text: str) -> None:
        raise EncoderUnavailable("down")

    monkeypatch.setattr(type(bakery.encoder), "encode_question", down)
    monkeypatch.setattr(type(bakery.encoder), "by_token", None)
    done = press(bakery, note="Is there a tasting?").done
    assert done.card["evidence"] == []
    assert done.proposed


def test_the_reply_is_told_with_its_distance_from_what_was_proposed(bakery: House) -> None:
    turn = ask(bakery, QUESTION, PRODUCT)
    card = press(bakery, conversation=turn["conversation"], turn=turn["turn"]).done
    curator = staff(bakery)
    bakery.clock.move(hours=2)  # type: ignore[attr-defined]
    done = answer(bakery, card, f"{card.proposed}!!\x00\r\n", by=curator)
    assert done.state is HandOverState.ANSWERED
    assert done.reply == f"{card.proposed}!!"
    assert done.distance == 2
    with bakery.database.read() as session:
        told = {event.verb: event for event in session.scalars(select(EventRow)) if "hand_over" in event.detail}
    assert set(told) == {Verb.HANDED_OVER, Verb.REPLIED}
    assert told["replied"].detail == {"hand_over": card.id, "state": "answered", "distance": 2, "waited_s": 7200}
    assert told["replied"].actor is None


def test_a_closed_card_says_who_was_quicker_and_keeps_their_reply(bakery: House) -> None:
    card = press(bakery, note="Is there a tasting?").done
    first, second = staff(bakery, name="Vera"), staff(bakery, name="Oleg")
    answer(bakery, card, "On Friday.", by=first)
    with pytest.raises(HandOverClosed, match="answered by Vera at 2026-03-02 09:00"):
        answer(bakery, card, "Never.", by=second)
    with bakery.database.read() as session:
        kept = find_hand_over(session, PRODUCT, card.id)
    assert (kept.reply, kept.decided_by) == ("On Friday.", first)


def test_only_the_team_of_the_product_decides(bakery: House, take_in: TakeIn) -> None:
    take_in({"01.md": "# Tea\n\nTea draws for two minutes.\n"}, "tea-house")
    card = press(bakery, note="Is there a tasting?").done
    for stranger in (staff(bakery, product="tea-house"), staff(bakery, Role.ALUMNUS), staff(bakery, Role.EMPLOYER)):
        with pytest.raises(NotAllowed):
            answer(bakery, card, "On Friday.", by=stranger)
    elsewhere = staff(bakery, product="tea-house")
    with bakery.database.write() as session, pytest.raises(NotFound):
        decline_hand_over(session, "tea-house", card.id, by=elsewhere, reason="no", now=bakery.clock())


@pytest.mark.parametrize("reply", ["", " \n\x00 ", "x" * (MAX_REPLY_CHARS + 1)])
def test_a_reply_that_cannot_be_sent_leaves_the_card_waiting(bakery: House, reply: str) -> None:
    card = press(bakery, note="Is there a tasting?").done
    curator = staff(bakery)
    with pytest.raises(Invalid):
        answer(bakery, card, reply, by=curator)
    with bakery.database.read() as session:
        assert find_hand_over(session, PRODUCT, card.id).state is HandOverState.WAITING


def test_a_decline_needs_a_reason_and_the_learner_hears_it(bakery: House) -> None:
    card = press(bakery, note="Do my homework").done
    curator = staff(bakery)
    with bakery.database.write() as session, pytest.raises(Invalid, match="reason"):
        decline_hand_over(session, PRODUCT, card.id, by=curator, reason=" ", now=bakery.clock())
    with bakery.database.write() as session:
        decline_hand_over(session, PRODUCT, card.id, by=curator, reason="Try it first.", now=bakery.clock())
    with bakery.database.write() as session:
        note_told(session, PRODUCT, card.id, conversation=card.conversation, now=bakery.clock())
        done = own_hand_over(session, PRODUCT, card.id, conversation=card.conversation)
    assert (done.state, done.reason, done.told) == (HandOverState.DECLINED, "Try it first.", bakery.clock())


def test_a_learner_takes_a_question_back_while_it_waits_and_may_hand_it_over_anew(bakery: House) -> None:
    turn = ask(bakery, QUESTION, PRODUCT)
    card = press(bakery, conversation=turn["conversation"], turn=turn["turn"]).done
    with bakery.database.write() as session:
        withdraw_hand_over(session, PRODUCT, card.id, conversation=card.conversation, now=bakery.clock())
    with pytest.raises(HandOverClosed, match="withdrawn"):
        answer(bakery, card, "Four hours.", by=staff(bakery))
    assert press(bakery, conversation=turn["conversation"], turn=turn["turn"]).done.id != card.id


def test_what_others_hold_is_not_there(bakery: House) -> None:
    card = press(bakery, note="Is there a tasting?").done
    other = press(bakery, note="Another one").done
    with bakery.database.write() as session:
        with pytest.raises(NotFound):
            own_hand_over(session, PRODUCT, card.id, conversation=other.conversation)
        with pytest.raises(NotFound):
            withdraw_hand_over(session, PRODUCT, card.id, conversation=other.conversation, now=bakery.clock())
    with pytest.raises(NotFound):
        press(bakery, conversation="c-" + "0" * 32, note="Whose is this?")


def test_a_conversation_cannot_fill_the_queue(bakery: House) -> None:
    conversation = ask(bakery, QUESTION, PRODUCT)["conversation"]
    for number in range(MAX_WAITING):
        turn = ask(bakery, f"{QUESTION} {number}", PRODUCT, conversation=conversation)
        press(bakery, conversation=conversation, turn=turn["turn"])
    with pytest.raises(Conflict, match="wait for an answer"):
        press(bakery, conversation=conversation, note="One more")


def test_the_card_tells_where_the_learner_is_and_what_they_tried(bakery: House, take_in: TakeIn) -> None:
    asks = "## Exercise: Timing\n\n**Exercise.** The dough was mixed at nine. When is it shaped?\n"
    take_in({**LESSONS, "03-practice.md": f"# Practice\n\nNow you.\n\n{asks}"}, PRODUCT)
    with bakery.database.write() as session:
        learner = new_learner(session, now=bakery.clock()).person
        enrol(session, learner, PRODUCT, now=bakery.clock())  # type: ignore[arg-type]
        for number in range(2):
            record_event(
                session,
                f"try-{number}",
                product=PRODUCT,  # type: ignore[arg-type]
                verb=Verb.FAILED,
                actor=learner,
                lesson="03-practice",
                block="03-practice/exercise-timing",
                detail={},
                at=bakery.clock(),
            )
    before = ask(bakery, QUESTION, PRODUCT, learner=learner)
    turn = ask(bakery, "And why is it folded?", PRODUCT, conversation=before["conversation"], learner=learner)
    card = press(
        bakery,
        conversation=turn["conversation"],
        turn=turn["turn"],
        person=learner,
        lesson="03-practice",
        second=63,
        called="Ann",
    ).done.card
    assert card["earlier"] == [QUESTION]
    assert card["called"] == "Ann"
    assert (card["where"]["lesson"], card["where"]["kind"], card["where"]["value"]) == ("03-practice", "time", "63")
    assert card["where"]["url"] == "/p/bread/lessons/03-practice?t=63#t-63"
    assert [(each["block"], each["attempts"], each["last"]) for each in card["tried"]] == [
        ("03-practice/exercise-timing", 2, "failed")
    ]
    assert card["answer"] == turn["text"]
    assert [each["quote"] for each in card["evidence"] if each["cited"]] == [c["quote"] for c in turn["citations"]]


def test_the_proposed_reply_greets_quotes_and_keeps_the_learners_language(bakery: House) -> None:
    turn = ask(bakery, QUESTION, PRODUCT)
    done = press(bakery, conversation=turn["conversation"], turn=turn["turn"], called="Ann").done
    assert done.proposed.startswith("Hello Ann!")
    assert "The dough rests for four hours before it is shaped." in done.proposed
    russian = press(bakery, note="Когда дегустация?", locale="ru").done
    assert russian.proposed.startswith("Здравствуйте!")


def test_erasing_a_learner_leaves_none_of_their_words(bakery: House) -> None:
    with bakery.database.write() as session:
        learner = new_learner(session, now=bakery.clock()).person
    done = press(bakery, note="My name is Ann and I am lost", called="Ann", person=learner).done
    with bakery.database.write() as session:
        assert erase_hand_overs(session, learner) == 1
        assert own_hand_overs(session, PRODUCT, person=learner) == []
        left = find_hand_over(session, PRODUCT, done.id)
    assert "Ann" not in repr(left)
    assert left.state is HandOverState.WITHDRAWN


def test_of_two_who_answer_at_once_one_wins(bakery: House) -> None:
    card = press(bakery, note="Is there a tasting?").done
    people = [staff(bakery, name=name) for name in ("Vera", "Oleg", "Zoya", "Ivan")]

    def send(number: int) -> str:
        try:
            return answer(bakery, card, f"Reply {number}", by=people[number]).reply
        except HandOverClosed as err:
            return f"closed by {err.by}"

    with ThreadPoolExecutor(len(people)) as pool:
        outcomes = list(pool.map(send, range(len(people))))
    (won,) = [number for number, told in enumerate(outcomes) if told == f"Reply {number}"]
    name = ("Vera", "Oleg", "Zoya", "Ivan")[won]
    assert sorted(outcomes) == sorted([f"Reply {won}", *[f"closed by {name}"] * 3])
    with bakery.database.read() as session:
        assert find_hand_over(session, PRODUCT, card.id).reply == f"Reply {won}"


def test_pressing_many_times_at_once_makes_one_card(bakery: House) -> None:
    turn = ask(bakery, QUESTION, PRODUCT)
    about = {"conversation": turn["conversation"], "turn": turn["turn"]}
    with ThreadPoolExecutor(6) as pool:
        cards = {done.done.id for done in pool.map(lambda _: press(bakery, **about), range(6))}
    assert len(cards) == 1
