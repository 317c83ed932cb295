"""LangChainChat against a real server on this machine, when it behaves and in each way it may not."""

import asyncio
import itertools
import subprocess
import sys
from contextlib import aclosing
from typing import Any

import pytest
from pydantic import SecretStr

from foundation.errors import ModelMisconfigured, ModelUnavailable
from prompts.adapters.langchain_chat import LangChainChat
from prompts.chat import Message, Role
from tests.prompts.wire import DONE, Act, WireServer, delta, error_body, reply

KEY = "sk-very-secret-0123456789"
ASKED = "Почему моя бабушка не умеет дифференцировать?"
QUESTION = (Message(Role.SYSTEM, "Answer briefly."), Message(Role.USER, ASKED))


def chat(server: WireServer, **options: Any) -> LangChainChat:
    defaults: dict[str, Any] = {"api_key": SecretStr(KEY), "timeout_s": 20.0, "max_output_tokens": 50}
    return LangChainChat("openai:tiny", base_url=server.base_url, **(defaults | options))


def ask(model: LangChainChat, messages: tuple[Message, ...] = QUESTION) -> list[str]:
    async def collect() -> list[str]:
        return [piece async for piece in model.stream(messages)]

    return asyncio.run(collect())


def failure(server: WireServer, **options: Any) -> tuple[str, list[str]]:
    """The error's text, and what had been said before it."""
    said: list[str] = []

    async def collect() -> None:
        async for piece in chat(server, **options).stream(QUESTION):
            said.append(piece)  # noqa: PERF401 - what was said before an error counts

    with pytest.raises(ModelUnavailable) as caught:
        asyncio.run(collect())
    return str(caught.value), said


def test_cyrillic_cut_in_the_middle_of_a_character_arrives_whole() -> None:
    wire = b"".join(step for step in reply("Привет, ", "учёный ", "🦉!") if isinstance(step, bytes))
    with WireServer([wire[i : i + 7] for i in range(0, len(wire), 7)]) as server:
        pieces = ask(chat(server))
    assert pieces == ["Привет, ", "учёный ", "🦉!"]


def test_the_request_carries_the_model_the_messages_the_limits_and_the_key() -> None:
    with WireServer(reply("ok")) as server:
        ask(chat(server))
    (body,) = server.bodies
    assert server.paths == ["/v1/chat/completions"]
    assert server.headers[0]["authorization"] == f"Bearer {KEY}"
    assert body["model"] == "tiny"
    assert body["stream"] is True
    assert body["temperature"] == 0
    assert body["max_completion_tokens"] == 50
    assert body["messages"] == [
        {"role": "system", "content": "Answer briefly."},
        {"role": "user", "content": ASKED},
    ]


def test_another_host_never_gets_a_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    with WireServer(reply("ok")) as server:
        ask(chat(server, api_key=None))
    assert KEY not in server.headers[0]["authorization"]


def test_no_temperature_is_sent_when_the_model_is_to_keep_its_own() -> None:
    with WireServer(reply("ok")) as server:
        ask(chat(server, temperature=None))
    assert "temperature" not in server.bodies[0]


def test_half_a_surrogate_pair_in_a_question_does_not_look_like_a_broken_model() -> None:
    with WireServer(reply("ok")) as server:
        assert ask(chat(server), (Message(Role.USER, "what is \ud83e?"),)) == ["ok"]
    assert server.bodies[0]["messages"][0]["content"] == "what is ??"


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        (400, "refused the request"),
        (401, "COMPANION_CHAT_API_KEY"),
        (403, "permissions"),
        (404, "name"),
        (429, "limiting"),
        (500, "server's side"),
        (503, "server's side"),
    ],
)
def test_an_http_error_says_what_to_do_and_repeats_neither_key_nor_question(status: int, hint: str) -> None:
    with WireServer(error_body(f"Incorrect API key provided: {KEY}. You wrote: {ASKED}"), status=status) as server:
        text, said = failure(server)
    assert hint in text
    assert f"HTTP {status}" in text
    assert KEY not in text
    assert "бабушка" not in text
    assert said == []


def test_a_server_that_is_not_there_is_an_unavailable_model() -> None:
    with WireServer([]) as server:
        pass
    text, _ = failure(server)
    assert "connection" in text


def test_a_connection_cut_in_the_middle_is_an_error_after_what_was_said() -> None:
    with WireServer([delta("Первое."), Act.CUT]) as server:
        text, said = failure(server)
    assert said == ["Первое."]
    assert "connection" in text


def test_a_reply_that_ends_politely_in_the_middle_is_still_half_a_reply() -> None:
    with WireServer([delta("Первое.")]) as server:
        text, said = failure(server)
    assert said == ["Первое."]
    assert "middle" in text


def test_an_error_sent_inside_the_stream_is_an_unavailable_model() -> None:
    event = b'data: {"error": {"message": "out of memory near ' + KEY.encode() + b'"}}\n\n'
    with WireServer([delta("Первое."), event]) as server:
        text, said = failure(server)
    assert said == ["Первое."]
    assert KEY not in text


@pytest.mark.parametrize(
    "steps", [[], [DONE], [delta(None, finish="stop"), DONE], [delta(" \n"), delta(None, finish="stop"), DONE]]
)
def test_an_empty_reply_is_an_unavailable_model(steps: list[bytes]) -> None:
    with WireServer(steps) as server:
        text, _ = failure(server)
    assert "empty" in text


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")  # the vendor's own, about the 7
@pytest.mark.parametrize("event", [b"data: {not json\n\n", b'data: {"choices": 7}\n\n', b"<html>gateway</html>\n\n"])
def test_a_reply_that_cannot_be_read_is_an_unavailable_model(event: bytes) -> None:
    with WireServer([event, DONE]) as server:
        _, said = failure(server)
    assert said == []


def test_silence_before_the_first_chunk_ends_at_the_time_limit() -> None:
    with WireServer([Act.HANG]) as server:
        text, _ = failure(server, timeout_s=0.4)
        assert server.client_left.wait(5)
    assert "too long" in text


def test_silence_between_chunks_ends_at_the_idle_limit() -> None:
    with WireServer([delta("Первое."), Act.HANG]) as server:
        text, said = failure(server, idle_s=0.3)
        assert server.client_left.wait(5)
    assert said == ["Первое."]
    assert "too long" in text


def test_a_trickle_that_is_never_idle_ends_at_the_time_limit() -> None:
    with WireServer(itertools.cycle([delta("а"), 0.05])) as server:
        text, said = failure(server, timeout_s=0.6, idle_s=0.5, max_output_tokens=1000)
    assert "too long" in text
    assert said


def test_a_model_that_never_stops_is_cut_at_eight_characters_for_each_token() -> None:
    with WireServer(itertools.cycle([delta("и снова, ")])) as server:
        said = "".join(ask(chat(server, max_output_tokens=20)))
        assert server.client_left.wait(5)
    assert said == ("и снова, " * 20)[:160]


def test_closing_the_iterator_closes_the_connection() -> None:
    async def read_one_and_leave(model: LangChainChat) -> str:
        async with aclosing(model.stream(QUESTION)) as pieces:  # type: ignore[type-var]
            return await anext(pieces)

    async def leave_and_wait(server: WireServer) -> bool:
        assert await read_one_and_leave(chat(server)) == "Первое."
        return await asyncio.to_thread(server.client_left.wait, 5)

    with WireServer([delta("Первое."), Act.HANG]) as server:
        assert asyncio.run(leave_and_wait(server))


def test_cancelling_the_task_that_waits_closes_the_connection() -> None:
    async def cancel_while_waiting(server: WireServer) -> bool:
        heard = asyncio.Event()

        async def listen() -> None:
            async for _ in chat(server).stream(QUESTION):
                heard.set()

        task = asyncio.create_task(listen())
        await heard.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return await asyncio.to_thread(server.client_left.wait, 5)

    with WireServer([delta("Первое."), Act.HANG]) as server:
        assert asyncio.run(cancel_while_waiting(server))


def test_one_model_answers_on_one_event_loop_after_another() -> None:
    with WireServer(reply("да"), keep_alive=True) as server:
        model = chat(server)
        assert [ask(model), ask(model), ask(model)] == [["да"]] * 3


def unasked(spec: str, **options: Any) -> LangChainChat:
    defaults: dict[str, Any] = {"base_url": None, "api_key": None, "timeout_s": 5, "max_output_tokens": 5}
    return LangChainChat(spec, **(defaults | options))


async def _ask_it(model: LangChainChat) -> None:
    async for _ in model.stream(QUESTION):
        pass


WRONG_SPECS = {
    "perplexity:sonar": "pip install langchain-perplexity",
    "nobody:model": "provider:model",
    "opnai:gpt-4.1": "provider:model",
    "tiny": "provider:model",
    "gpt-4.1-mini": "provider:model",  # LangChain would guess the vendor
    "openai:": "provider:model",
    ":gpt-4.1": "provider:model",
    "": "provider:model",
}


@pytest.mark.parametrize(("spec", "hint"), WRONG_SPECS.items())
def test_a_wrong_spec_is_the_operators_to_mend_whether_checked_or_asked(spec: str, hint: str) -> None:
    model = unasked(spec, api_key=SecretStr(KEY))
    with pytest.raises(ModelMisconfigured) as checked:
        model.check()
    with pytest.raises(ModelMisconfigured) as asked:
        asyncio.run(_ask_it(model))
    assert str(checked.value) == str(asked.value)
    assert hint in str(checked.value)
    assert spec in str(checked.value)
    assert KEY not in str(checked.value)


def test_a_misconfigured_model_is_an_unavailable_one() -> None:
    assert issubclass(ModelMisconfigured, ModelUnavailable)


def test_a_provider_package_that_cannot_be_loaded_is_not_called_a_wrong_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "langchain.chat_models", None)
    with pytest.raises(ModelMisconfigured, match=r"openai:tiny .* cannot be loaded"):
        unasked("openai:tiny").check()


def test_a_vendor_that_needs_a_key_and_has_none_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelMisconfigured, match="COMPANION_CHAT_API_KEY"):
        unasked("openai:gpt-4.1").check()


def test_options_the_vendor_refuses_are_the_operators_to_mend() -> None:
    with pytest.raises(ModelMisconfigured, match="openai:tiny") as caught:
        unasked("openai:tiny", api_key=SecretStr(KEY), temperature="warm").check()
    assert KEY not in str(caught.value)


def test_a_check_asks_the_model_nothing_and_leaves_it_ready() -> None:
    with WireServer(reply("ok")) as server:
        model = chat(server)
        model.check()
        assert server.paths == []
        assert ask(model) == ["ok"]


def test_langchain_is_not_imported_before_the_first_question() -> None:
    program = """
import sys
from prompts.adapters.langchain_chat import LangChainChat
LangChainChat("openai:tiny", base_url=None, api_key=None, timeout_s=5, max_output_tokens=5)
print([name for name in sys.modules if name.startswith(("langchain", "openai"))])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
