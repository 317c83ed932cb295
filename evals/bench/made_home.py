"""A throw-away home of made products, grown to the size a leg asks for through the product's own ingest.

The first product has 20,000 passages; the second makes 50,000 of them in the home, the third 100,000. A home that is
there already is used as it is, as long as it was made by the same rules.
"""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from companion.wiring import House, default_encoder, open_house
from evals.bench.leg import print_result, run_leg, say
from evals.bench.made_course import make_course
from evals.bench.made_encoder import MadeEncoder
from evals.bench.made_words import Lang
from foundation.errors import Invalid
from foundation.ids import ProductSlug
from foundation.settings import Settings
from knowledge.encoder import Encoder
from knowledge.ingest import Target, ingest
from knowledge.passages import PACKING
from knowledge.products import Collection
from knowledge.shelf import ShelfKey

RULES = f"made-1 {PACKING}"
_NOTE = "made.json"


@dataclass(frozen=True, slots=True)
class MadeProduct:
    """A product of a made home; `share` of the first product's size."""

    slug: ProductSlug
    share: float
    langs: tuple[Lang, ...]
    seed: int

    @property
    def key(self) -> ShelfKey:
        return ShelfKey(self.slug, Collection.LESSONS)


PRODUCTS = (
    MadeProduct(ProductSlug("made-one"), 1.0, ("ru",), 11),
    MadeProduct(ProductSlug("made-two"), 1.5, ("en",), 12),
    MadeProduct(ProductSlug("made-three"), 2.5, ("ru", "en"), 13),
)


def made_settings(home: Path) -> Settings:
    """The product's own settings but for the home, whatever the environment says."""
    return Settings(home=home, chat_model=None, index="chroma", encode_workers=1, log_level="warning")


def made_encoder(home: Path, *, paid: bool = False) -> MadeEncoder:
    """The made encoder under the default one's id; `paid`: a question also costs what the default encoder takes."""
    real: Encoder = default_encoder(home)
    return MadeEncoder(real.id, paid_to=real if paid else None)


def grow(
    home: Path,
    *,
    first: int,
    whole: int,
    say: Callable[[str], None],
    encoder_of: Callable[[Path], Encoder] = made_encoder,
) -> list[dict[str, Any]]:
    """Have at least `whole` passages in the home, `first` of them in its first product; what was made for it.

    Raises Invalid for a folder that is in the way.
    """
    note = home / _NOTE
    if home.exists() and any(home.iterdir()) and not note.exists():
        raise Invalid(f"{home} is no made home; name an empty folder")
    home.mkdir(parents=True, exist_ok=True)
    known: dict[str, Any] = {"rules": RULES, "first": first, "products": []}
    if note.exists():
        known = json.loads(note.read_text())
    if (known["rules"], known["first"]) != (RULES, first):
        raise Invalid(f"{home} was made by other rules or in another size; remove it and run this again")
    note.write_text(json.dumps(known))
    missing = [product for product in _until(whole / first) if product.slug not in known["products"]]
    made = []
    if missing:
        with open_house(made_settings(home), encoder=encoder_of(home)) as house:
            for product in missing:
                say(f"making {product.slug} with {int(product.share * first)} passages")
                made.append(_take_in(house, product, int(product.share * first)))
                known["products"].append(product.slug)
                note.write_text(json.dumps(known))
    return made


def _until(share: float) -> list[MadeProduct]:
    wanted: list[MadeProduct] = []
    while sum(product.share for product in wanted) < share - 1e-9 and len(wanted) < len(PRODUCTS):
        wanted.append(PRODUCTS[len(wanted)])
    return wanted


def _take_in(house: House, product: MadeProduct, passages: int) -> dict[str, Any]:
    course = make_course(passages, langs=product.langs, seed=product.seed)
    started, cpu = time.perf_counter(), time.process_time()
    report = ingest(
        course, Target(product.slug), database=house.database, encoder=house.encoder, clock=house.clock, workers=1
    )
    taken, taken_cpu = time.perf_counter(), time.process_time()
    house.shelves.shelf(product.key)
    return {
        "product": product.slug,
        "passages": report.passages,
        "texts": report.texts,
        "ingest_s": round(taken - started, 1),
        "ingest_cpu_s": round(taken_cpu - cpu, 1),
        "layout_s": round(time.perf_counter() - taken, 1),
        "layout_cpu_s": round(time.process_time() - taken_cpu, 1),
    }


def add_home_options(parser: argparse.ArgumentParser) -> None:
    """The options that every leg over a made home takes."""
    parser.add_argument("--home", type=Path, required=True, help="made home; grown when it is too small")
    parser.add_argument("--passages", type=int, default=20_000, help="passages of the first product")
    parser.add_argument("--whole", type=int, default=None, help="passages of the home [default: the first product's]")


def grown_home(options: argparse.Namespace, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """The home that a leg's options name, grown."""
    whole = options.whole or options.passages
    return grow(options.home, first=options.passages, whole=whole, say=say)


def main() -> None:
    """Grow a home and print what was made."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_home_options(parser)
    print_result({"made": grown_home(parser.parse_args(), say)})


if __name__ == "__main__":
    run_leg(main)
