"""What every ChatModel does, held against the scripted one and against LangChain over a real wire."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, aclosing, contextmanager
from dataclasses import dataclass
from typing import Protocol

import pytest
from pydantic import SecretStr

from foundation.errors import ModelUnavailable
from prompts.adapters.langchain_chat import LangChainChat
from prompts.chat import ChatModel, Message, Role
from tests.prompts.scripted import ScriptedChat, Step
from tests.prompts.wire import Act, WireServer, delta, reply

QUESTION = (Message(Role.USER, "Что такое рекурсия?"),)


@dataclass(frozen=True)
class Stage:
    model: ChatModel
    was_let_go: Callable[[], bool]


class Staged(Protocol):
    """Makes a model that will say the pieces, and then end, break off, or wait for ever."""

    def __call__(self, pieces: Sequence[str], *, then: str = "end") -> AbstractContextManager[Stage]: ...


@contextmanager
def scripted(pieces: Sequence[str], *, then: str = "end") -> Iterator[Stage]:
    endings: dict[str, list[Step]] = {"end": [], "break": [ModelUnavailable("broke off")], "wait": [30.0]}
    script = [*pieces, *endings[then]]
    model = ScriptedChat(script, script)
    yield Stage(model, lambda: model.open_streams == 0)


@contextmanager
def langchain(pieces: Sequence[str], *, then: str = "end") -> Iterator[Stage]:
    steps = [delta(piece) for piece in pieces]
    endings = {"break": Act.CUT, "wait": Act.HANG}
    with WireServer(reply(*pieces) if then == "end" else [*steps, endings[then]]) as server:
        model = LangChainChat(
            "openai:tiny", base_url=server.base_url, api_key=SecretStr("key"), timeout_s=20, max_output_tokens=50
        )
        yield Stage(model, lambda: server.client_left.wait(5))


@pytest.fixture(params=[scripted, langchain], ids=["scripted", "langchain"])
def staged(request: pytest.FixtureRequest) -> Staged:
    return request.param  # type: ignore[no-any-return]


async def collect(model: ChatModel, said: list[str]) -> None:
    async for piece in model.stream(QUESTION):
        said.append(piece)  # noqa: PERF401 - what was said before an error counts


def test_it_says_which_model_it_is(staged: Staged) -> None:
    with staged(["да"]) as stage:
        provider, _, model = stage.model.name.partition(":")
    assert provider
    assert model


def test_the_pieces_join_to_the_whole_reply_in_order_and_none_is_empty(staged: Staged) -> None:
    said: list[str] = []
    with staged(["Рекур", "", "сия: ", "см. «", "рекурсия»\n"]) as stage:
        asyncio.run(collect(stage.model, said))
    assert said == ["Рекур", "сия: ", "см. «", "рекурсия»\n"]


def test_a_reply_that_breaks_off_is_an_unavailable_model_after_what_was_said(staged: Staged) -> None:
    said: list[str] = []
    with staged(["Рекурсия "], then="break") as stage, pytest.raises(ModelUnavailable):
        asyncio.run(collect(stage.model, said))
    assert said == ["Рекурсия "]


@pytest.mark.parametrize("pieces", [[], [""], [" ", "\n"]])
def test_a_reply_without_a_word_is_an_unavailable_model(staged: Staged, pieces: list[str]) -> None:
    with staged(pieces) as stage, pytest.raises(ModelUnavailable):
        asyncio.run(collect(stage.model, []))


def test_closing_the_iterator_lets_the_connection_go(staged: Staged) -> None:
    async def leave_early(stage: Stage) -> bool:
        async with aclosing(stage.model.stream(QUESTION)) as pieces:  # type: ignore[type-var]
            assert await anext(pieces) == "Первое."
        return await asyncio.to_thread(stage.was_let_go)

    with staged(["Первое."], then="wait") as stage:
        assert asyncio.run(leave_early(stage))


def test_two_replies_at_once_do_not_mix(staged: Staged) -> None:
    async def both(model: ChatModel) -> list[list[str]]:
        replies: list[list[str]] = [[], []]
        await asyncio.gather(*(collect(model, said) for said in replies))
        return replies

    with staged(["а", "б", "в"]) as stage:
        assert asyncio.run(both(stage.model)) == [["а", "б", "в"]] * 2
