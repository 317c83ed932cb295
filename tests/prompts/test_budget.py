"""Token counts with the real ranks and without them, and how many passages fit."""

import socket
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from prompts.budget import TokenCount, count_tokens, estimate_tokens, fit_passages
from prompts.fences import fence_numbered
from tests.prompts.assets import ranks_folder

RUSSIAN = (
    "Рекурсивная функция вызывает сама себя с меньшей задачей, пока не дойдёт до простого случая. "
    "Если простого случая нет, вызовы не кончатся, и программа упадёт, исчерпав память стека."
)
ENGLISH = (
    "A recursive function calls itself with a smaller task until it reaches a simple case. "
    "Without a simple case the calls never end, and the program fails when the stack runs out of memory."
)
CODE = "def fib(n: int) -> int:\n    return n if n < 2 else fib(n - 1) + fib(n - 2)  # O(1.618**n)\n"
TABLE = "| язык | год | доля |\n|---|---:|---:|\n| Python | 1991 | 28,11 % |\n| C++ | 1985 | 9,05 % |\n"
NUMBERS = "  101,  2045,  2003,  2069,   102,\n          0,     0,     0,     0\n" * 4
SAMPLES = [RUSSIAN, ENGLISH, CODE, TABLE, NUMBERS, "Что?", "Why?", "🦉 сова — x² ≤ ½ · Ω", "Vs lbh pna ernq guvf"]


@pytest.fixture
def ranks(monkeypatch: pytest.MonkeyPatch) -> Path:
    try:
        folder = ranks_folder()
    except FileNotFoundError as err:
        pytest.skip(str(err))
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
    return folder


@pytest.fixture
def no_ranks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every name that was looked up; none can be reached."""
    looked_up: list[object] = []

    def refuse(host: object, *rest: object, **more: object) -> None:
        looked_up.append(host)
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return looked_up


@pytest.mark.parametrize("model", ["openai:gpt-4o", "gpt-4.1-mini", "openai:gpt-4", "gpt-oss-20b"])
@pytest.mark.parametrize("text", SAMPLES)
def test_openai_models_are_counted_exactly_when_their_ranks_are_at_hand(ranks: Path, model: str, text: str) -> None:
    real = tiktoken.encoding_for_model(model.removeprefix("openai:")).encode(text, disallowed_special=())
    assert count_tokens(text, model=model) == TokenCount(len(real), exact=True)


def test_an_openai_model_nobody_knows_yet_is_counted_with_the_newest_ranks(ranks: Path) -> None:
    known = count_tokens(RUSSIAN, model="openai:gpt-4o")
    assert count_tokens(RUSSIAN, model="openai:gpt-9-nano") == TokenCount(known.tokens, exact=False)


def test_another_makers_model_is_estimated_also_with_ranks(ranks: Path) -> None:
    assert count_tokens(RUSSIAN, model="ollama:llama3.2") == TokenCount(estimate_tokens(RUSSIAN), exact=False)


@pytest.mark.parametrize("encoding", ["o200k_base", "cl100k_base"])
@pytest.mark.parametrize("text", SAMPLES)
def test_the_estimate_is_never_below_the_real_count_nor_far_above(ranks: Path, encoding: str, text: str) -> None:
    real = len(tiktoken.get_encoding(encoding).encode(text))
    assert real <= estimate_tokens(text) <= 3 * real + 4


@given(st.text(), st.text())
def test_more_text_is_never_estimated_at_fewer_tokens(first: str, second: str) -> None:
    assert estimate_tokens(first) <= estimate_tokens(first + second)


def test_without_ranks_the_count_is_an_estimate_and_the_network_is_not_touched(
    no_ranks: Path, no_network: list[object]
) -> None:
    assert count_tokens(ENGLISH, model="openai:gpt-4o") == TokenCount(estimate_tokens(ENGLISH), exact=False)
    assert no_network == []


def test_damaged_ranks_are_not_used_and_not_fetched_again(no_ranks: Path, no_network: list[object]) -> None:
    damaged = no_ranks / "fb374d419588a4632f3f557e76b4b70aebbca790"
    damaged.write_bytes(b"half a file")
    assert count_tokens(ENGLISH, model="openai:gpt-4o").exact is False
    assert damaged.exists()
    assert no_network == []


@pytest.mark.parametrize("variable", ["TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"])
def test_without_a_folder_to_look_in_the_network_is_not_touched(
    ranks: Path, no_network: list[object], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.chdir(ranks)  # an empty name must not come to mean the working folder: tiktoken would go out then
    monkeypatch.delenv("TIKTOKEN_CACHE_DIR")
    monkeypatch.setenv(variable, "")
    assert count_tokens(ENGLISH, model="openai:gpt-4o") == TokenCount(estimate_tokens(ENGLISH), exact=False)
    assert no_network == []


def test_text_that_spells_a_control_token_is_counted_as_text(ranks: Path) -> None:
    assert count_tokens("<|endoftext|>", model="gpt-4o").tokens > 1


def test_a_text_the_tokenizer_gives_up_on_is_estimated(ranks: Path) -> None:
    spaces = " " * 1_000_000
    assert count_tokens(spaces, model="gpt-4o") == TokenCount(estimate_tokens(spaces), exact=False)


@pytest.mark.parametrize("model", ["openai:gpt-4o", "ollama:llama3.2"])
def test_passages_fit_from_the_first_on_until_the_budget_is_full(ranks: Path, model: str) -> None:
    passages = [RUSSIAN, ENGLISH, CODE]
    costs = [fit_passages(passages[:count], budget_tokens=5_000, model=model).count.tokens for count in (1, 2, 3)]
    assert costs == sorted(set(costs))
    for count, cost in enumerate(costs, start=1):
        assert fit_passages(passages[:count], budget_tokens=cost, model=model).kept == tuple(range(count))
        assert len(fit_passages(passages[:count], budget_tokens=cost - 1, model=model).kept) == count - 1


@given(st.lists(st.text(max_size=200), max_size=6), st.integers(-5, 400))
def test_what_fits_stays_within_the_budget_when_rendered(passages: list[str], budget_tokens: int) -> None:
    fitting = fit_passages(passages, budget_tokens=budget_tokens, model="ollama:llama3.2")
    kept = [passages[place] for place in fitting.kept]
    assert list(fitting.kept) == sorted(set(fitting.kept))
    if kept:
        assert estimate_tokens(fence_numbered(kept, "passage")) <= fitting.count.tokens <= budget_tokens
    else:
        assert fitting.count.tokens == 0


def test_a_passage_too_long_alone_does_not_keep_out_a_shorter_one_behind_it() -> None:
    assert fit_passages([RUSSIAN * 10, "Да."], budget_tokens=60, model="ollama:llama3.2").kept == (1,)


def test_a_passage_the_budget_is_too_full_for_ends_the_row() -> None:
    assert fit_passages([ENGLISH, RUSSIAN, "Да."], budget_tokens=150, model="ollama:llama3.2").kept == (0,)


def test_counts_add_up_and_one_estimate_makes_the_sum_an_estimate() -> None:
    exact, estimated = TokenCount(3, exact=True), TokenCount(4, exact=False)
    assert exact + exact == TokenCount(6, exact=True)
    assert exact + estimated == TokenCount(7, exact=False)
