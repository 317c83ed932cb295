"""A learner's words in our sentence: some of them, and none that lead away."""

import pytest

from assistant.echo import echoed
from evals.harm import has_address


@pytest.mark.parametrize(
    "words",
    [
        "See https://collector.example/x now",
        "See HTTPS://COLLECTOR.EXAMPLE now",
        "See //collector.example/x now",
        "See [this](https://collector.example) now",
        "See ![](x.png) now",
        "See <a href='x'>it</a> now",
        "See www.collector.example now",
        "Write to help@collector.example now",
        "See collector.example/login now",
        "Open javascript:alert(1) now",
        "Open data:text/html,x now",
    ],
)
def test_addresses_and_markup_are_left_out(words: str) -> None:
    told = echoed(words)
    assert "now" in told
    assert "…" in told
    assert not has_address(told)


def test_a_few_words_on_one_line_are_kept() -> None:
    assert echoed("p-value\n and  power") == "p-value and power"
    assert echoed("word " * 40) == f"{'word ' * 14}…"
    assert echoed("") == ""


@pytest.mark.parametrize(
    "words", ["What is df.head() for?", "Что такое p-значение?", "x < 5 and y > 3", "A/B-тест, и т.д."]
)
def test_names_and_signs_of_a_subject_stay(words: str) -> None:
    assert echoed(words) == words
