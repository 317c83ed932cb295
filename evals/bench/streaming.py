"""Leg: our CPU per chunk of a chat model's reply, beside that of a bare LangChain stream, from the same server.

Ours is the whole turn: search, prompt, every sentence checked against its quote, events, the turn written. Of both, a
long reply's cost less a short one's is divided by the chunks between them: what a turn costs anyway is not a chunk's.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import numpy as np

from assistant.answer import Question
from companion.wiring import open_house
from evals.bench.leg import print_result, run_leg, say
from evals.bench.made_course import make_course, make_questions
from evals.bench.made_home import made_encoder, made_settings
from foundation.errors import CompanionError
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.ingest import Target, ingest
from knowledge.lessons import Source, load_sources
from knowledge.products import Collection
from knowledge.search import search
from knowledge.sentences import sentence_spans
from knowledge.shelf import ShelfKey

_PRODUCT = ProductSlug("streamed")
_PASSAGES, _SEED = 200, 21
_SENT = 4
_CHARS_A_PIECE = 4
_SHORT_SENTENCES = 4
_PARTS = 2
_QUOTED_WORDS = 8


def replies(sources: Sequence[Source]) -> dict[str, list[str]]:
    """A short and a long reply about these passages, every sentence with a verbatim quote, in pieces like tokens."""
    sentences = []
    for number, source in enumerate(sources, 1):
        for span in sentence_spans(source.text):
            sentence = source.text[span.start : span.end]
            quote = " ".join(sentence.split()[:_QUOTED_WORDS])
            sentences.append(f'{sentence} [[{number}|"{quote}"]]')
    return {"short": _pieces(" ".join(sentences[:_SHORT_SENTENCES])), "long": _pieces(" ".join(sentences))}


def _pieces(reply: str) -> list[str]:
    return [reply[start : start + _CHARS_A_PIECE] for start in range(0, len(reply), _CHARS_A_PIECE)]


@contextmanager
def served(told: dict[str, list[str]], folder: Path) -> Iterator[str]:
    """The base URL of a server that gives these replies, by model name."""
    file = folder / "replies.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    command = [sys.executable, "-P", "-m", "evals.bench.chat_server", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
        finally:
            process.terminate()


async def bare_cpu_s(model: str, base_url: str, *, times: int) -> list[float]:
    """CPU seconds of LangChain's own stream, as its documentation shows it, by reply."""
    from langchain.chat_models import init_chat_model

    chat = init_chat_model(f"openai:{model}", base_url=base_url, api_key="none")
    spent = []
    for _ in range(times):
        started = time.process_time()
        async for _chunk in chat.astream([("user", "Say it.")]):
            pass
        spent.append(time.process_time() - started)
    return spent


async def our_cpu_s(settings: Settings, model: str, base_url: str, question: str, *, times: int) -> list[float]:
    """CPU seconds of whole turns, by turn. Raises CompanionError when the reply was not let through whole."""
    with_model = {"chat_model": f"openai:{model}", "chat_base_url": base_url, "chat_max_output_tokens": 4_000}
    spent = []
    chosen = settings.model_copy(update=with_model)
    with open_house(chosen, encoder=made_encoder(settings.home)) as house:
        for _ in range(times):
            started = time.process_time()
            reply = await house.answerer.reply(Question(_PRODUCT, question))
            spent.append(time.process_time() - started)
            if reply["composer"] != "model" or len(reply["citations"]) < _SHORT_SENTENCES:
                raise CompanionError("the model's reply was not let through; the replies of this leg need mending")
    return spent


async def _compare(settings: Settings, base_url: str, question: str, *, times: int) -> dict[str, list[float]]:
    """CPU seconds by who listened and which reply, taken in turns on one event loop, as vendors' clients want it."""
    spent: dict[str, list[float]] = defaultdict(list)
    for part in range(_PARTS):
        for model in ("short", "long"):
            # What is spent on imports and connections goes with the first of each.
            spent[f"ours-{model}"] += (await our_cpu_s(settings, model, base_url, question, times=times + 1))[1:]
            spent[f"bare-{model}"] += (await bare_cpu_s(model, base_url, times=times + 1))[1:]
        say(f"streaming: {part + 1} of {_PARTS}")
    return spent


def measure(home: Path, *, times: int) -> dict[str, Any]:
    """Microseconds of CPU a chunk, ours and bare, over a made course."""
    settings = made_settings(home)
    question = make_questions(1, passages=_PASSAGES, langs=("en",), seed=_SEED)[0]
    told = replies(_found(settings, question))
    with served(told, home) as base_url:
        spent = anyio.run(lambda: _compare(settings, base_url, question, times=times))
    chunks = len(told["long"]) - len(told["short"])
    a_chunk = {
        who: 1e6 * (float(np.median(spent[f"{who}-long"])) - float(np.median(spent[f"{who}-short"]))) / chunks
        for who in ("ours", "bare")
    }
    return {
        "ours_us": round(a_chunk["ours"], 1),
        "bare_us": round(a_chunk["bare"], 1),
        "chunks": {model: len(pieces) for model, pieces in told.items()},
        "turn_ms": {name: round(1000 * float(np.median(values)), 1) for name, values in spent.items()},
        "turns": len(spent["ours-long"]),
    }


def _found(settings: Settings, question: str) -> list[Source]:
    """The passages that a made course has for the question, as a model will be given them."""
    with open_house(settings, encoder=made_encoder(settings.home)) as house:
        course = make_course(_PASSAGES, langs=("en",), seed=_SEED)
        ingest(course, Target(_PRODUCT), database=house.database, encoder=house.encoder, clock=house.clock)
        shelf = house.shelves.shelf(ShelfKey(_PRODUCT, Collection.LESSONS))
        hits = search(question, shelf, encoder=house.encoder, index=house.shelves.index, count=_SENT).hits
        with house.database.read() as session:
            sources = load_sources(session, [hit.place.passage for hit in hits])
    return [sources[hit.place.passage] for hit in hits]


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=8, help="replies of each length, twice")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        print_result(measure(Path(home), times=options.times))


if __name__ == "__main__":
    run_leg(main)
