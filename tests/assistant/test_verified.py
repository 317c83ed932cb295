"""A person's reply answers the same question again, while every text it rests on is live."""

from collections.abc import Callable
from typing import Any

import pytest

from assistant.forget import forget_words
from assistant.hand_over import HandOver, find_hand_over
from assistant.replay import ReplayState, replay_turn
from assistant.verified import TEXT_CHANGED, list_verified, retire_changed, retire_verified
from assistant.verify_reply import HoldsPersonalData, Reuse, TellsSolution, add_verified
from companion.answer_memory import bring_answers_up_to_date
from companion.wiring import House
from foundation.errors import Conflict, Invalid
from foundation.ids import PersonId, ProductSlug
from tests.assistant.asking import ask, kept_turn
from tests.assistant.handing import LESSONS, PRODUCT, QUESTION, answer, press, staff, verify

pytestmark = pytest.mark.usefixtures("unmeasured")
TakeIn = Callable[..., Any]
REPLY = "Four hours, and longer in a cold kitchen."


@pytest.fixture
def bakery(house: House, take_in: TakeIn) -> House:
    take_in(LESSONS, PRODUCT)
    return house


def answered(house: House, by: PersonId, reply: str = REPLY, **more: Any) -> HandOver:
    """A question that was asked, handed over and answered."""
    turn = ask(house, QUESTION, PRODUCT)
    card = press(house, conversation=turn["conversation"], turn=turn["turn"], **more).done
    return answer(house, card, reply, by=by)


def test_the_same_question_gets_the_teams_answer_with_what_it_rests_on(bakery: House) -> None:
    by = staff(bakery)
    added = verify(bakery, answered(bakery, by), by=by)
    told = ask(bakery, "how long should the dough rest before it is shaped", PRODUCT)
    assert (told["move"], told["facts"]) == ("verified", {"verified": added.id})
    assert told["text"].startswith("The course team has answered this question before (2 March 2026):")
    assert REPLY in told["text"]
    assert [each["lesson"] for each in told["citations"]] == ["01-dough"]
    assert told["citations"][0]["quote"].startswith("The dough rests for four hours before it is shaped.")
    assert "person" in told["offers"]
    assert "Vera" not in repr(told)


def test_others_are_not_greeted_by_the_name_of_who_asked_first(bakery: House) -> None:
    by = staff(bakery)
    turn = ask(bakery, QUESTION, PRODUCT)
    card = press(bakery, conversation=turn["conversation"], turn=turn["turn"], called="Ann").done
    added = verify(bakery, answer(bakery, card, card.proposed, by=by), by=by)
    assert added.text.startswith("The lesson “Resting” says about this:")
    assert "Ann" not in added.text
    assert "what is still unclear" not in added.text


def test_another_question_is_answered_from_the_content(bakery: House) -> None:
    by = staff(bakery)
    verify(bakery, answered(bakery, by), by=by)
    for other in (
        "How long does the loaf rest before it is baked?",
        "How long does the dough not rest before it is shaped?",
        "How long does the dough rest after it is shaped?",
        "How long does the dough rest before it is shaped in 2 tins?",
        "Сколько тесто отдыхает перед формовкой?",
    ):
        assert ask(bakery, other, PRODUCT)["move"] is None, other


def test_several_ways_to_ask_lead_to_one_answer(bakery: House) -> None:
    by = staff(bakery)
    verify(bakery, answered(bakery, by), by=by, question=f"{QUESTION}\n\nWhen may I shape the dough?")
    assert ask(bakery, "When may I shape the dough?", PRODUCT)["move"] == "verified"


def test_an_answer_leaves_with_the_text_it_rests_on(bakery: House, take_in: TakeIn) -> None:
    by = staff(bakery)
    added = verify(bakery, answered(bakery, by), by=by)
    take_in({**LESSONS, "02-oven.md": "# Steam\n\nNo steam at all.\n"}, PRODUCT)
    assert ask(bakery, QUESTION, PRODUCT)["move"] == "verified"
    take_in({**LESSONS, "01-dough.md": LESSONS["01-dough.md"].replace("four", "six")}, PRODUCT)
    assert ask(bakery, QUESTION, PRODUCT)["move"] is None
    bakery.clock.move(days=1)  # type: ignore[attr-defined]
    with bakery.database.write() as session:
        assert retire_changed(session, [PRODUCT], now=bakery.clock()) == 1
        assert retire_changed(session, [PRODUCT], now=bakery.clock()) == 0
        assert list_verified(session, [PRODUCT], retired=False) == []
        (left,) = list_verified(session, [PRODUCT], retired=True)
    assert (left.id, left.reason, left.retired) == (added.id, TEXT_CHANGED, bakery.clock())


def test_an_answer_that_rests_on_a_whole_lesson_leaves_with_any_change_of_it(bakery: House, take_in: TakeIn) -> None:
    by = staff(bakery)
    verify(bakery, answered(bakery, by), by=by, passages=())
    told = ask(bakery, QUESTION, PRODUCT)
    assert told["move"] == "verified"
    assert not told["citations"]
    take_in({**LESSONS, "01-dough.md": f"{LESSONS['01-dough.md']}\n## Shaping\n\nShape it with wet hands.\n"}, PRODUCT)
    assert ask(bakery, QUESTION, PRODUCT)["move"] is None


def test_an_answer_is_taken_out_of_use_by_hand(bakery: House) -> None:
    by = staff(bakery)
    added = verify(bakery, answered(bakery, by), by=by)
    with bakery.database.write() as session, pytest.raises(Invalid, match="why"):
        retire_verified(session, PRODUCT, added.id, reason=" ", now=bakery.clock())
    with bakery.database.write() as session:
        retire_verified(session, PRODUCT, added.id, reason="The recipe is another one now", now=bakery.clock())
    assert ask(bakery, QUESTION, PRODUCT)["move"] is None
    with bakery.database.write() as session, pytest.raises(Conflict, match="already"):
        retire_verified(session, PRODUCT, added.id, reason="Again", now=bakery.clock())


@pytest.mark.parametrize(
    "reply",
    [
        "Write to anna@example.org",
        "Ring +7 916 123 45 67",
        "Ask with Anna Petrova beside you",
        "Rest it, ann, for long",
    ],
)
def test_a_reply_with_somebodys_data_is_flagged_before_others_read_it(bakery: House, reply: str) -> None:
    by = staff(bakery)
    done = answered(bakery, by, reply, called="Ann")
    with pytest.raises(HoldsPersonalData) as refused:
        verify(bakery, done, by=by)
    assert refused.value.remarks
    verify(bakery, done, by=by, checked=True)


def test_a_reply_rests_only_on_what_is_on_its_card_and_live(bakery: House, take_in: TakeIn) -> None:
    by = staff(bakery)
    done = answered(bakery, by)
    with pytest.raises(Invalid, match="of its card"):
        verify(bakery, done, by=by, passages=("p-000000000000000000000000",))
    with pytest.raises(Invalid, match="the question it answers"):
        verify(bakery, done, by=by, question="\n \n")
    take_in({**LESSONS, "01-dough.md": "# Resting\n\nThe dough rests for a day.\n"}, PRODUCT)
    with pytest.raises(Conflict, match="changed since"):
        verify(bakery, done, by=by)


def test_a_reply_that_tells_a_solution_is_given_to_nobody_else(bakery: House, take_in: TakeIn) -> None:
    asks = (
        "## Exercise: Timing\n\n**Exercise.** The dough was mixed at nine. When is it shaped?\n\n<details>\n"
        "<summary>Answer</summary>\n\nIt is shaped at thirteen o'clock in the afternoon.\n\n</details>\n"
    )
    take_in({**LESSONS, "01-dough.md": f"{LESSONS['01-dough.md']}\n{asks}"}, PRODUCT)
    by = staff(bakery)
    done = answered(bakery, by, "It is shaped at thirteen o'clock in the afternoon.")
    with pytest.raises(TellsSolution, match="Timing"):
        verify(bakery, done, by=by)


def test_an_answer_stays_with_its_product_and_out_of_exercises(bakery: House, take_in: TakeIn) -> None:
    take_in(LESSONS, "bread-two")
    by = staff(bakery)
    verify(bakery, answered(bakery, by), by=by)
    assert ask(bakery, QUESTION, "bread-two")["move"] is None
    assert ask(bakery, QUESTION, PRODUCT, block="01-dough/exercise")["move"] is None


def test_a_verified_answer_is_replayed_word_for_word(bakery: House) -> None:
    by = staff(bakery)
    verify(bakery, answered(bakery, by), by=by)
    told = ask(bakery, QUESTION, PRODUCT)
    assert told["move"] == "verified"
    row = kept_turn(bakery, told["turn"])
    with bakery.database.read() as session:
        assert replay_turn(session, row).state is ReplayState.SAME


def test_a_like_question_that_is_handed_over_shows_the_team_its_answer(bakery: House) -> None:
    by = staff(bakery)
    added = verify(bakery, answered(bakery, by), by=by)
    card = press(bakery, note="How long should the dough rest before it is shaped?").done
    assert [(each["id"], each["is_same"]) for each in card.card["known"]] == [(added.id, True)]
    assert REPLY in card.proposed


def test_words_that_are_taken_back_leave_cards_and_answers_too(bakery: House) -> None:
    by = staff(bakery)
    added = verify(bakery, answered(bakery, by, note="the secret sponge"), by=by, question="Is it the secret sponge?")
    with bakery.database.write() as session:
        assert forget_words(session, ProductSlug(PRODUCT), ["secret sponge"]) == 2
        (kept,) = list_verified(session, [PRODUCT], retired=False)
        assert "sponge" not in repr(find_hand_over(session, PRODUCT, added.hand_over))
    assert "sponge" not in repr(kept)


def test_after_a_start_answers_are_found_by_an_encoder_that_never_saw_their_questions(bakery: House) -> None:
    by = staff(bakery)
    done = answered(bakery, by)
    with bakery.database.write() as session:
        reuse = Reuse("When may I shape the dough?", (done.card["evidence"][0]["passage"],))
        add_verified(session, done, reuse, by=by, now=bakery.clock())
    assert ask(bakery, "When may I shape the dough?", PRODUCT)["move"] is None
    bring_answers_up_to_date(bakery)
    assert ask(bakery, "When may I shape the dough?", PRODUCT)["move"] == "verified"
