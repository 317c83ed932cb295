"""Leg: what was said becomes themes, over made items; and one more joins when there are ten times as many.

The items name no lesson and the product has none, so that all of a kind are arranged together: the hardest case, since
time grows with what is said at one place. Every other one is an unanswered question, arranged by its own words.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from companion.wiring import House, open_house
from evals.bench.leg import print_result, run_leg, say
from evals.bench.machine import Rate, percentiles, told
from evals.bench.made_course import make_questions
from evals.bench.made_encoder import MadeEncoder
from evals.bench.made_home import made_settings
from feedback.grouping import Grouped, group_items
from feedback.inbox import ItemKind, NewItem, take_in
from feedback.item import Source, Voice
from feedback.placing import place_items
from foundation.ids import ProductSlug
from knowledge.products import ProductKind, register_product

_PRODUCT = ProductSlug("bench-themes")
# The one whose facets come with the product.
_ENCODER = "e5-small-q4-0-3-0"
_LEARNERS = 2_000
_TOPICS_OF = 400
_KINDS = (ItemKind.STUCK, ItemKind.UNANSWERED)


def say_made(house: House, texts: Sequence[str], *, begin: int) -> None:
    """Take texts in as items and give them their vectors; `begin` numbers the first."""
    now = house.clock()
    items = [
        NewItem(
            _PRODUCT,
            _KINDS[number % len(_KINDS)],
            text,
            source=Source.FILE,
            learner=f"a-{number % _LEARNERS}",
            voice=Voice.PERSON,
            external=str(number),
            created=now - timedelta(days=1),
        )
        for number, text in enumerate(texts, begin)
    ]
    with house.database.write() as session:
        take_in(session, items, now=now)
    place_items(house.database, house.shelves, _PRODUCT)


def grouped(house: House) -> tuple[Grouped, float]:
    """What grouping did, and its CPU seconds."""
    started = time.process_time()
    done = group_items(house.database, _PRODUCT, encoder_id=house.encoder.id, now=house.clock())
    return done, time.process_time() - started


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, help="items that are grouped at once")
    parser.add_argument("--whole", type=int, default=100_000, help="items there are when single ones join")
    parser.add_argument("--single", type=int, default=40, help="how many join one by one")
    options = parser.parse_args()
    rate = Rate()
    with tempfile.TemporaryDirectory(prefix="companion-bench-") as folder:
        home = Path(folder) / "home"
        settings = made_settings(home).model_copy(update={"index": "exact"})
        with open_house(settings, encoder=MadeEncoder(_ENCODER)) as house:
            with house.database.write() as session:
                register_product(session, _PRODUCT, title="Said", kind=ProductKind.COURSE, lang="en", now=house.clock())
            count = options.whole + options.single
            texts = make_questions(count, passages=_TOPICS_OF, langs=("ru", "en"), seed=5)
            say_made(house, texts[: options.items], begin=0)
            rate.sample()
            done, whole_s = grouped(house)
            say(f"{done.joined} items in {done.began} themes: {whole_s:.1f} CPU s")
            say_made(house, texts[options.items : options.whole], begin=options.items)
            grouped(house)
            rate.sample()
            single_ms = []
            for number, text in enumerate(texts[options.whole :], options.whole):
                say_made(house, [text], begin=number)
                single_ms.append(1000 * grouped(house)[1])
            rate.sample()
    figures = {"items": options.items, "whole": options.whole, "single": options.single, "themes": done.began}
    print_result(told(rate, **figures, group_s=round(whole_s, 2), join_ms=percentiles(single_ms)))


if __name__ == "__main__":
    run_leg(_main)
