"""What a model may cost a product in a day: counted by us, capped before anybody is asked."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from pathlib import Path

import pytest

from foundation.database import Database, open_database
from foundation.errors import Invalid, ModelOverBudget, ModelUnavailable
from prompts.budget import count_tokens
from prompts.chat import ChatModel, Message, Role
from prompts.spending import Caps, Spending
from tests.fakes import FixedClock
from tests.prompts.scripted import ScriptedChat

QUESTION = (Message(Role.USER, "What is recursion?"),)
ASKED = count_tokens(QUESTION[0].text, model="scripted:model").tokens
MOST = 100


@pytest.fixture
def database(tmp_path: Path, clock: FixedClock) -> Iterator[Database]:
    opened = open_database(tmp_path, clock=clock)
    yield opened
    opened.close()


def spending(database: Database, clock: FixedClock, caps: Caps) -> Spending:
    return Spending(database, clock, caps, most_reply_tokens=MOST)


def ask(chat: ChatModel) -> str:
    async def collect() -> str:
        return "".join([piece async for piece in chat.stream(QUESTION)])

    return asyncio.run(collect())


def test_what_was_sent_and_heard_is_counted_by_product_and_day(database: Database, clock: FixedClock) -> None:
    counted = spending(database, clock, Caps(price_in=2.0, price_out=10.0))
    chat = ScriptedChat(["A function ", "that calls itself."], ["Itself."], ["Again."])
    assert ask(counted.chat_for(chat, "one")) == "A function that calls itself."
    ask(counted.chat_for(chat, "two"))
    heard = count_tokens("A function that calls itself.", model=chat.name).tokens
    first, second = counted.today()
    assert (first.product, first.calls, first.prompt_tokens, first.reply_tokens) == ("one", 1, ASKED, heard)
    assert first.cost_usd == pytest.approx((2 * ASKED + 10 * heard) / 1e6)
    assert second.product == "two"
    clock.move(days=1)
    assert counted.today() == []


def test_above_the_days_tokens_nobody_is_asked_until_the_next(database: Database, clock: FixedClock) -> None:
    counted = spending(database, clock, Caps(daily_tokens=ASKED + MOST + 5))
    chat = ScriptedChat(["One. " * 20], ["Two."])
    ask(counted.chat_for(chat, "one"))
    with pytest.raises(ModelOverBudget, match="COMPANION_CHAT_DAILY_TOKENS"):
        ask(counted.chat_for(chat, "one"))
    assert (len(chat.asked), counted.today()[0].calls) == (1, 1)
    clock.move(days=1)
    assert ask(counted.chat_for(chat, "one")) == "Two."


def test_one_product_does_not_use_up_anothers(database: Database, clock: FixedClock) -> None:
    counted = spending(database, clock, Caps(daily_tokens=ASKED + MOST))
    chat = ScriptedChat(["One. " * 20], ["Two."])
    ask(counted.chat_for(chat, "one"))
    assert ask(counted.chat_for(chat, "two")) == "Two."


def test_dollars_are_capped_too_and_need_prices(database: Database, clock: FixedClock) -> None:
    with pytest.raises(Invalid, match="COMPANION_CHAT_PRICE_IN"):
        Caps(daily_usd=1.0)
    counted = spending(database, clock, Caps(daily_usd=0.0001, price_in=1.0, price_out=10.0))
    with pytest.raises(ModelOverBudget, match="COMPANION_CHAT_DAILY_USD"):
        ask(counted.chat_for(ScriptedChat(["never"]), "one"))
    assert counted.today() == []


def test_turns_at_once_do_not_go_over_a_cap_together(database: Database, clock: FixedClock) -> None:
    counted = spending(database, clock, Caps(daily_tokens=3 * (ASKED + MOST)))

    def reserve(_: int) -> bool:
        try:
            counted.reserve("one", "scripted:model", prompt_tokens=ASKED)
        except ModelOverBudget:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(reserve, range(12))) == 3
    assert counted.today()[0].tokens == 3 * (ASKED + MOST)


@pytest.mark.parametrize("leaves", [True, False])
def test_a_reply_that_breaks_off_is_counted_as_far_as_it_came(
    database: Database, clock: FixedClock, leaves: bool
) -> None:
    counted = spending(database, clock, Caps())
    chat = ScriptedChat(["One.", ModelUnavailable("cut"), "Two."])

    async def leave() -> None:
        async with aclosing(counted.chat_for(chat, "one").stream(QUESTION)) as pieces:  # type: ignore[type-var]
            assert await anext(pieces) == "One."
            if not leaves:
                await anext(pieces)

    if leaves:
        asyncio.run(leave())
    else:
        with pytest.raises(ModelUnavailable, match="cut"):
            asyncio.run(leave())
    assert counted.today()[0].reply_tokens == count_tokens("One.", model=chat.name).tokens
