"""Leg: search beyond encoding, whole answers without a model, and the dense leg's recall, over a made home."""

import argparse
import cProfile
import pstats
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import anyio
import numpy as np

from assistant.answer import Question
from assistant.reply import EventName
from companion.upkeep import lay_out_shelves
from companion.wiring import House, open_house
from evals.bench.leg import print_result, run_leg, say
from evals.bench.machine import Rate, percentiles, told
from evals.bench.made_course import make_questions
from evals.bench.made_home import PRODUCTS, MadeProduct, add_home_options, grown_home, made_encoder, made_settings
from evals.bench.metered import MeteredEncoder
from knowledge.encoder import Encoder
from knowledge.search import search
from knowledge.shelf import ShelfKey

_HITS = 20
_ROUNDS = 5
_NEIGHBOURS = 10
_WARMING = 10


def time_search(
    house: House, product: MadeProduct, questions: Sequence[str], *, rate: Rate
) -> dict[str, dict[str, float]]:
    """Milliseconds a question from its text to ranked hits, encoding left out: CPU of the process, and wall."""
    metered = MeteredEncoder(house.encoder)
    for question in questions[:_WARMING]:
        _find(house, metered, product, question)
    cpu_ms, wall_ms = [], []
    for number, question in enumerate(questions):
        if number % max(len(questions) // _ROUNDS, 1) == 0:
            rate.sample()
        encoded = len(metered.question_s)
        started, cpu = time.perf_counter(), time.process_time()
        _find(house, metered, product, question)
        cpu_ms.append(1000 * (time.process_time() - cpu - sum(metered.question_s[encoded:])))
        wall_ms.append(1000 * (time.perf_counter() - started - sum(metered.question_wall_s[encoded:])))
    return {"cpu_ms": percentiles(cpu_ms), "wall_ms": percentiles(wall_ms)}


def _find(house: House, encoder: Encoder, product: MadeProduct, question: str) -> None:
    shelf = house.shelves.shelf(product.key)
    search(question, shelf, encoder=encoder, index=house.shelves.index, count=_HITS)


def dense_recall(house: House, key: ShelfKey, questions: Sequence[str]) -> float:
    """Share of the exact ten nearest windows that the index gives for the questions' vectors, 0 to 1."""
    shelf = house.shelves.shelf(key)
    name = shelf.key.name(house.encoder.id)
    found = []
    for question in questions:
        vector = search(question, shelf, encoder=house.encoder, index=house.shelves.index, count=1).vector
        cosines = shelf.entries.vectors @ vector
        exact = {shelf.entries.ids[row] for row in np.argpartition(-cosines, _NEIGHBOURS)[:_NEIGHBOURS]}
        near = house.shelves.index.nearest(name, vector, count=_NEIGHBOURS)
        found.append(len(exact & {entry.id for entry in near}) / _NEIGHBOURS)
    return round(float(np.mean(found)), 4)


async def time_answers(house: House, product: MadeProduct, questions: Sequence[str], *, rate: Rate) -> dict[str, Any]:
    """Milliseconds from the question to the last piece of its composed reply, encoding included, before it is kept."""
    cpu_ms, wall_ms, outcomes = [], [], Counter[str]()
    for number, question in enumerate((*questions[:_WARMING], *questions)):
        if number % max(len(questions) // _ROUNDS, 1) == 0:
            rate.sample()
        started = last = time.perf_counter()
        cpu = last_cpu = time.process_time()
        async for event in house.answerer.answer(Question(product.slug, question)):
            if event.name is EventName.DONE:
                outcomes[str(event.data["outcome"])] += number >= _WARMING
            else:
                last, last_cpu = time.perf_counter(), time.process_time()
        cpu_ms.append(1000 * (last_cpu - cpu))
        wall_ms.append(1000 * (last - started))
    return {
        "cpu_ms": percentiles(cpu_ms[_WARMING:]),
        "wall_ms": percentiles(wall_ms[_WARMING:]),
        "outcomes": dict(outcomes),
    }


def measure(house: House, product: MadeProduct, questions: Sequence[str]) -> dict[str, Any]:
    """The leg's figures."""
    rate = Rate()
    found = time_search(house, product, questions, rate=rate)
    say(f"search: {found}")
    answered = anyio.run(lambda: time_answers(house, product, questions, rate=rate))
    say(f"answer: {answered}")
    limit_ms = rate.limits().question_ms
    return told(
        rate,
        passages=len(house.shelves.shelf(product.key).places),
        whole=sum(len(house.shelves.shelf(key).places) for key in house.shelves.all_keys()),
        questions=len(questions),
        search=found,
        answer=answered,
        recall_10=dense_recall(house, product.key, questions),
        question_limit_ms=round(limit_ms, 3),
        search_ratio={name: round(value / limit_ms, 2) for name, value in found["cpu_ms"].items()},
        answer_ratio={name: round(value / limit_ms, 2) for name, value in answered["cpu_ms"].items()},
    )


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_home_options(parser)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--profile", choices=["search", "answer"], help="print where the time goes, measure nothing")
    options = parser.parse_args()
    made = grown_home(options, say)
    product = PRODUCTS[0]
    questions = make_questions(options.questions, passages=options.passages, langs=product.langs, seed=product.seed)
    with open_house(made_settings(options.home), encoder=made_encoder(options.home, paid=True)) as house:
        # As a service has them: what other products take of caches and memory is part of what is measured.
        for reason in lay_out_shelves(house):
            say(f"warning: {reason}")
        if options.profile:
            _profile(house, product, questions, what=options.profile)
        else:
            print_result({**measure(house, product, questions), "made": made})


def _profile(house: House, product: MadeProduct, questions: Sequence[str], *, what: str) -> None:
    rate, profile = Rate(), cProfile.Profile()
    house.shelves.shelf(product.key)
    if what == "search":
        profile.runcall(time_search, house, product, questions, rate=rate)
    else:
        profile.runcall(anyio.run, lambda: time_answers(house, product, questions, rate=rate))
    pstats.Stats(profile, stream=sys.stdout).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    run_leg(main)
