"""Leg: the default encoder alone, one text a call, on one thread."""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

from companion.wiring import default_encoder
from evals.bench.leg import print_result, run_leg
from evals.bench.machine import Rate, percentiles, resident_mb, told
from knowledge.background import LANGS, read_texts
from knowledge.encoder import Encoder, Vector

QUESTION_TOKENS, PASSAGE_TOKENS = 12, 170
_ROUNDS = 8
_PASSAGES_A_LANGUAGE = 10


def questions(encoder: Encoder) -> list[str]:
    """Questions in both languages of exactly 12 tokens, specials and prefix included."""
    asked = [text.question for lang in LANGS for text in read_texts(lang)]
    return [question for question in asked if encoder.count_tokens(question) == QUESTION_TOKENS]


def passages(encoder: Encoder) -> list[str]:
    """Passages in both languages of 168 to 170 tokens, made of short texts put together and cut at a word."""
    cut = []
    for lang in LANGS:
        words = cycle(word for text in read_texts(lang) for word in text.passage.split())
        cut += [_of_length(words, encoder) for _ in range(_PASSAGES_A_LANGUAGE)]
    return cut


def _of_length(words: Iterator[str], encoder: Encoder) -> str:
    text = next(words)
    for word in words:
        longer = f"{text} {word}"
        if encoder.count_tokens(longer) > PASSAGE_TOKENS:
            return text
        text = longer
    return text


def measure(home: Path) -> dict[str, object]:
    """CPU milliseconds a text, and what the process holds in memory when it has encoded."""
    encoder = default_encoder(home)
    asked, told_texts = questions(encoder), passages(encoder)
    for text in told_texts[:3]:
        encoder.encode_passage(text)
    held = resident_mb()
    rate = Rate()
    question_ms: list[float] = []
    passage_ms: list[float] = []
    for _ in range(_ROUNDS):
        rate.sample()
        question_ms += [_spent_ms(encoder.encode_question, text) for text in asked]
        passage_ms += [_spent_ms(encoder.encode_passage, text) for text in told_texts]
    return told(
        rate,
        question_ms=percentiles(question_ms),
        passage_ms=percentiles(passage_ms),
        questions=len(question_ms),
        passages=len(passage_ms),
        # Without what the rate itself takes; encoding needs no more memory for a second text than for the first.
        resident_mb=round(held, 1),
        engine=type(encoder).__name__,
    )


def _spent_ms(encode: Callable[[str], Vector], text: str) -> float:
    started = time.process_time()
    encode(text)
    return 1000 * (time.process_time() - started)


def main() -> None:
    """Measure, and print one JSON object."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as home:
        print_result(measure(Path(home)))


if __name__ == "__main__":
    run_leg(main)
