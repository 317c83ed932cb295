"""What a question costs: all that is sent fits the operator's budget, and the turn says how much it was."""

import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import anyio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.answer import MAX_QUESTION_CHARS
from assistant.compose import Draft, ModelLimits, compose_with_model
from foundation.errors import ModelUnavailable
from foundation.settings import Settings
from knowledge.lessons import Source
from prompts import budget
from prompts.budget import TokenCount, count_tokens
from prompts.catalogue import load_prompt
from prompts.fences import fence_numbered
from tests.assistant.made_sources import source
from tests.prompts.assets import ranks_folder
from tests.prompts.scripted import ScriptedChat

RUSSIAN = "Мощность — это шанс увидеть эффект, который есть. Для 80 % нужно 1 200 человек в каждой группе."
ENGLISH = "Water boils at 100 degrees at sea level, and at 90.5 degrees in the mountains.\n\n    x = a[b[0]]"
PROVED = 'Вода кипит. [[2|"Water boils at 100 degrees"]] [[1|"Water boils at 100 degrees"]]'
MODELS = ["openai:gpt-4o", "openai:gpt-4", "ollama:llama3.2"]


@pytest.fixture
def ranks(monkeypatch: pytest.MonkeyPatch) -> Path:
    try:
        folder = ranks_folder()
    except FileNotFoundError as err:
        pytest.skip(str(err))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    return folder


def _composed(chat: ScriptedChat, question: str, texts: Sequence[str], *, budget_tokens: int) -> list[Draft]:
    sources: list[Source] = [source(text, number) for number, text in enumerate(texts, start=1)]
    limits = ModelLimits(budget_tokens=budget_tokens)
    drafts: list[Draft] = []

    async def collect() -> None:
        async for draft in compose_with_model(chat, question, sources, lang="ru", limits=limits):
            drafts.append(draft)  # noqa: PERF401 - what came before an error counts

    with suppress(ModelUnavailable):
        anyio.run(collect)
    return drafts


def _trace(drafts: Sequence[Draft]) -> dict[str, Any]:
    return {name: value for draft in drafts for name, value in draft.trace.items()}


def _fixed_tokens(model: str) -> int:
    """The prompt's own words, with nothing of a learner's or of a course's between them."""
    empty = fence_numbered([], "passage")
    messages = load_prompt("answer").render(passages=empty, question=empty, language="Russian", max_words=120)
    return sum(count_tokens(message.text, model=model).tokens for message in messages)


def _sent_tokens(chat: ScriptedChat) -> int:
    return sum(count_tokens(message.text, model=chat.name).tokens for message in chat.asked[0])


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("budget_tokens", [200, 500, 3_000])
@pytest.mark.parametrize("question", ["Что?", "Что такое мощность? " * 20, "why does it boil? " * 400])
def test_question_and_passages_together_keep_to_the_budget(
    ranks: Path, model: str, budget_tokens: int, question: str
) -> None:
    chat = ScriptedChat([PROVED], name=model)
    drafts = _composed(chat, question[:MAX_QUESTION_CHARS], [RUSSIAN, ENGLISH] * 40, budget_tokens=budget_tokens)
    if chat.asked:
        assert _sent_tokens(chat) <= budget_tokens + _fixed_tokens(model)
        assert f"~~~~ passage {_trace(drafts)['passages_sent']}\n" in chat.asked[0][-1].text
    else:
        assert _trace(drafts)["passages_sent"] == 0


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400),
    st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400), max_size=6),
    st.integers(200, 900),
    st.sampled_from(MODELS),
)
def test_no_text_gets_more_out_of_the_budget(
    ranks: Path, question: str, texts: list[str], budget_tokens: int, model: str
) -> None:
    chat = ScriptedChat(["Нет."], name=model)
    _composed(chat, question, texts, budget_tokens=budget_tokens)
    if chat.asked:
        assert _sent_tokens(chat) <= budget_tokens + _fixed_tokens(model)


def test_a_longer_question_leaves_room_for_fewer_passages() -> None:
    sent = []
    for question in ("Что?", "Что такое мощность? " * 60, "Что такое мощность? " * 400):
        drafts = _composed(ScriptedChat([PROVED]), question, [RUSSIAN] * 30, budget_tokens=3_000)
        sent.append(_trace(drafts)["passages_sent"])
    assert sent == sorted(sent, reverse=True)
    assert sent[0] > sent[1] > sent[2] == 0


def test_a_passage_that_is_too_long_alone_does_not_keep_out_the_rest() -> None:
    chat = ScriptedChat([PROVED])
    drafts = _composed(chat, "Что?", [RUSSIAN * 40, ENGLISH], budget_tokens=300)
    assert _trace(drafts)["passages_sent"] == 1
    assert ENGLISH in chat.asked[0][-1].text


@pytest.mark.parametrize("model", MODELS)
def test_the_trace_keeps_what_was_sent_and_what_came_back(ranks: Path, model: str) -> None:
    chat = ScriptedChat([PROVED], name=model)
    trace = _trace(_composed(chat, "Что?", [RUSSIAN, ENGLISH], budget_tokens=900))
    # The parts are counted one by one: with ranks that is the whole, and every estimate adds a little.
    assert 0 <= trace["tokens"]["prompt_tokens"] - _sent_tokens(chat) <= (0 if model.startswith("openai") else 30)
    assert trace["tokens"]["exact"] is model.startswith("openai")
    assert trace["reply_tokens"] == count_tokens(PROVED, model=model).tokens


def test_the_trace_keeps_the_cost_of_a_reply_that_broke_off() -> None:
    said = "Вода кипит, и"
    trace = _trace(_composed(ScriptedChat([said, ModelUnavailable("cut")]), "Что?", [RUSSIAN], budget_tokens=900))
    assert trace["reply_tokens"] == count_tokens(said, model="scripted:model").tokens
    assert trace["tokens"]["prompt_tokens"] > 0


def test_each_passage_is_counted_once_and_never_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[tuple[str, bool]] = []

    def noting(text: str, *, model: str) -> TokenCount:
        counted.append((text, threading.current_thread() is threading.main_thread()))
        return count_tokens(text, model=model)

    monkeypatch.setattr(budget, "count_tokens", noting)
    monkeypatch.setattr("assistant.compose.count_tokens", noting)
    texts = [f"{RUSSIAN} {number}" for number in range(4)]
    _composed(ScriptedChat([PROVED]), "Что?", texts, budget_tokens=3_000)
    assert [sum(text in each for each, _ in counted) for text in texts] == [1] * 4
    assert not any(on_the_loop for _, on_the_loop in counted)


def test_the_answer_prompts_own_words_and_the_usual_budget_are_what_its_author_reckoned_with() -> None:
    usual = int(Settings.model_fields["chat_budget_tokens"].default)
    assert _fixed_tokens("ollama:llama3.2") + usual <= load_prompt("answer").budget_tokens
