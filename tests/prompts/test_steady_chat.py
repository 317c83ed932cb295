"""Asked again only where that is safe, left alone while it is down, and never longer than a turn may take."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

import pytest
from pydantic import SecretStr

from foundation.errors import ModelMisconfigured, ModelRefused, ModelUnavailable
from prompts.adapters.langchain_chat import LangChainChat
from prompts.adapters.vendor_errors import translate_failure
from prompts.breaker import Breaker, BreakerState
from prompts.chat import Message, Role
from prompts.steady_chat import SteadyChat
from tests.prompts.scripted import ScriptedChat
from tests.prompts.wire import WireServer, delta, error_body, reply

QUESTION = (Message(Role.USER, "Что такое рекурсия?"),)


class Time:
    """A clock that sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def passing(*, after: float | None = None) -> ModelUnavailable:
    return ModelUnavailable("it is busy", is_retryable=True, retry_after_s=after)


def steady(chat: ScriptedChat, time: Time, *, budget_s: float = 60, threshold: int = 5) -> SteadyChat:
    breaker = Breaker(threshold=threshold, rest_s=20, clock=time)
    return SteadyChat(chat, budget_s, breaker=breaker, sleep=time.sleep, jitter=lambda _low, high: high, clock=time)


def ask(model: SteadyChat) -> list[str]:
    async def collect() -> list[str]:
        return [piece async for piece in model.stream(QUESTION)]

    return asyncio.run(collect())


def failing(model: SteadyChat) -> tuple[ModelUnavailable, list[str]]:
    said: list[str] = []

    async def collect() -> None:
        async for piece in model.stream(QUESTION):
            said.append(piece)  # noqa: PERF401 - what was said before an error counts

    with pytest.raises(ModelUnavailable) as caught:
        asyncio.run(collect())
    return caught.value, said


def test_what_passes_is_waited_for_longer_each_time_and_nothing_is_said_twice() -> None:
    time, chat = Time(), ScriptedChat([passing()], [passing()], ["да", ", да"])
    assert ask(steady(chat, time)) == ["да", ", да"]
    assert time.slept == [0.5, 1.0]
    assert chat.open_streams == 0


def test_a_server_that_says_when_to_come_back_is_not_asked_before() -> None:
    time, chat = Time(), ScriptedChat([passing(after=7)], ["да"])
    assert ask(steady(chat, time)) == ["да"]
    assert time.slept == [7.5]


def test_waiting_ends_where_the_turns_time_ends() -> None:
    time, chat = Time(), ScriptedChat([passing(after=90)], ["да"])
    assert str(failing(steady(chat, time))[0]) == "it is busy"
    assert (len(chat.asked), time.slept) == (1, [])


def test_tries_are_counted() -> None:
    chat = ScriptedChat(*[[passing()]] * 5)
    failing(steady(chat, Time()))
    assert len(chat.asked) == 3


@pytest.mark.parametrize(
    "failure",
    [ModelUnavailable("the key is refused"), ModelRefused("no"), ModelMisconfigured("no such model")],
)
def test_what_does_not_pass_is_not_asked_again(failure: ModelUnavailable) -> None:
    chat = ScriptedChat([failure], ["да"])
    assert failing(steady(chat, Time()))[0] is failure
    assert len(chat.asked) == 1


def test_half_a_reply_is_never_begun_again() -> None:
    chat = ScriptedChat(["Первое. ", passing()], ["Первое. Второе."])
    assert failing(steady(chat, Time()))[1] == ["Первое. "]
    assert len(chat.asked) == 1


def test_silence_ends_with_the_turns_time() -> None:
    chat = ScriptedChat([30.0, "слишком поздно"])
    err, said = failing(SteadyChat(chat, 0.05))
    assert "COMPANION_CHAT_TIMEOUT_S" in str(err)
    assert (said, chat.open_streams) == ([], 0)


def test_a_reply_without_end_is_cut_when_the_time_is_up() -> None:
    time = Time()

    class Endless:
        name = "endless:model"

        async def stream(self, messages: Sequence[Message]) -> AsyncIterator[str]:
            while True:
                time.now += 1
                yield "и так далее "

    _, said = failing(SteadyChat(Endless(), 10, breaker=Breaker(clock=time), clock=time))
    assert len(said) == 11


def test_a_model_that_is_down_is_left_alone_and_tried_with_one_question() -> None:
    time = Time()
    chat = ScriptedChat(*[[ModelUnavailable("down")]] * 3, ["да"], ["да"])
    model = steady(chat, time, threshold=2)
    failing(model)
    assert model.breaker.state is BreakerState.CLOSED
    failing(model)
    assert model.breaker.state is BreakerState.OPEN
    assert "asked again in 20 s" in str(failing(model)[0])
    assert len(chat.asked) == 2
    time.now += 20
    assert model.breaker.state is BreakerState.HALF_OPEN
    failing(model)
    time.now += 20
    assert model.breaker.state is BreakerState.OPEN, "a failed try doubles the rest"
    time.now += 20
    assert ask(model) == ["да"]
    assert model.breaker.state is BreakerState.CLOSED


def test_while_one_question_tries_no_other_passes() -> None:
    breaker = Breaker(threshold=1, rest_s=1, clock=(time := Time()))
    breaker.admit()
    breaker.failed()
    time.now += 2
    assert [breaker.admit(), breaker.admit()] == [True, False]
    breaker.let_go()
    assert breaker.admit()


def test_refusals_say_nothing_of_a_models_health() -> None:
    chat = ScriptedChat(*[[ModelRefused("no")]] * 9)
    model = steady(chat, Time(), threshold=2)
    for _ in range(4):
        failing(model)
    assert (model.breaker.state, len(chat.asked)) == (BreakerState.CLOSED, 4)


def test_a_reader_who_leaves_frees_the_try() -> None:
    time, chat = Time(), ScriptedChat([ModelUnavailable("down")], ["Первое.", 30.0, "Второе."])
    model = steady(chat, time, threshold=1)
    failing(model)
    time.now += 20

    async def leave() -> None:
        async with aclosing(model.stream(QUESTION)) as pieces:  # type: ignore[type-var]
            assert await anext(pieces) == "Первое."

    asyncio.run(leave())
    assert (model.breaker.state, chat.open_streams) == (BreakerState.HALF_OPEN, 0)


def over_the_wire(server: WireServer, time: Time) -> SteadyChat:
    chat = LangChainChat(
        "openai:tiny", base_url=server.base_url, api_key=SecretStr("key"), timeout_s=20, max_output_tokens=50
    )

    async def turned(seconds: float) -> None:
        await time.sleep(seconds)
        server.status, server.steps = 200, reply("да")

    return SteadyChat(chat, 60, sleep=turned, jitter=lambda _low, high: high)


@pytest.mark.parametrize(("status", "tries"), [(429, 2), (500, 2), (503, 2), (408, 2), (400, 1), (401, 1), (404, 1)])
def test_which_http_errors_pass(status: int, tries: int) -> None:
    time = Time()
    with WireServer(error_body("no"), status=status) as server:
        model = over_the_wire(server, time)
        if tries == 2:
            assert ask(model) == ["да"]
        else:
            failing(model)
    assert len(server.bodies) == tries


def test_a_filter_that_cuts_in_is_a_refusal() -> None:
    with WireServer([delta("Первое. "), delta(None, finish="content_filter")]) as server:
        err, said = failing(over_the_wire(server, Time()))
    assert isinstance(err, ModelRefused)
    assert (said, len(server.bodies)) == (["Первое. "], 1)


@pytest.mark.parametrize(
    ("told", "wait_s"),
    [("7", 7.0), ("0.5", 0.5), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0), ("soon", None), ("", None)],
)
def test_when_to_come_back_is_read_from_seconds_or_a_date(told: str, wait_s: float | None) -> None:
    class Limited(Exception):
        status_code = 429
        response = type("Response", (), {"headers": {"retry-after": told}})()

    err = translate_failure(Limited(), spec="openai:tiny")
    assert (err.is_retryable, err.retry_after_s) == (True, wait_s)


def test_a_quota_that_is_used_up_does_not_pass() -> None:
    class UsedUp(Exception):
        status_code = 429
        code = "insufficient_quota"

    assert not translate_failure(UsedUp(), spec="openai:tiny").is_retryable
