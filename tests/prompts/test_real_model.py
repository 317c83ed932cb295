"""The whole way to a real language model on a real server: the protocol is judged here, never the answer."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import openai
import pytest
from pydantic import SecretStr

from foundation.errors import ModelUnavailable
from prompts.adapters.langchain_chat import LangChainChat
from prompts.catalogue import fence, load_prompt
from prompts.chat import Message, Role
from tests.prompts.assets import asset_folder

MAX_TOKENS = 48
GREETING = (Message(Role.USER, "Tell me about the sea."),)


class RealServer:
    """The model's server in a process of its own."""

    def __init__(self) -> None:
        try:
            folder = asset_folder()
        except FileNotFoundError as err:
            pytest.skip(str(err))
        command = [sys.executable, "-m", "tests.prompts.llama_server", str(folder)]
        root = Path(__file__).resolve().parents[2]
        self._process = subprocess.Popen(
            command, cwd=root, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        assert address, "the server ended before it was ready"
        self.base_url = f"{address}/v1"

    def stop(self) -> None:
        self._process.kill()
        with self._process:  # closes the pipes and waits for the end
            return


@pytest.fixture(scope="module")
def server() -> Iterator[RealServer]:
    running = RealServer()
    yield running
    running.stop()


def chat(server: RealServer) -> LangChainChat:
    key = SecretStr("any key will do")
    return LangChainChat(
        "openai:smollm2-135m", base_url=server.base_url, api_key=key, timeout_s=60, max_output_tokens=MAX_TOKENS
    )


def answer_prompt() -> tuple[Message, ...]:
    return load_prompt("answer").render(
        passages=fence("Water boils at 100 degrees at sea level.", "passage 1"),
        question=fence("When does water boil?", "question"),
        language="English",
        max_words=40,
    )


async def collect(model: LangChainChat, messages: Sequence[Message]) -> list[str]:
    return [piece async for piece in model.stream(messages)]


def test_the_server_lists_its_model_to_the_openai_client(server: RealServer) -> None:
    with openai.OpenAI(base_url=server.base_url, api_key="any") as client:
        assert [model.id for model in client.models.list()] == ["smollm2-135m"]


def test_a_rendered_prompt_streams_a_reply_in_pieces(server: RealServer) -> None:
    pieces = asyncio.run(collect(chat(server), answer_prompt()))
    assert 1 < len(pieces) <= MAX_TOKENS
    assert "".join(pieces).strip()


def test_a_server_that_stops_between_and_within_replies_is_an_unavailable_model() -> None:
    own_server = RealServer()
    said: list[str] = []

    async def stop_after_the_first_piece() -> None:
        async for piece in chat(own_server).stream(GREETING):
            said.append(piece)
            own_server.stop()

    with pytest.raises(ModelUnavailable):
        asyncio.run(stop_after_the_first_piece())
    assert said
    with pytest.raises(ModelUnavailable, match="connection"):
        asyncio.run(collect(chat(own_server), GREETING))
