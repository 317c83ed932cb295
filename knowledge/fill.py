"""Fills in the vectors of another encoder beside those that are there, from SQL, while the old ones go on answering.

Nothing that is live changes: only vectors are added, committed as they are made, and at last the shelves' scales are
measured with them. Killed anywhere, it goes on where it stopped when it is run again.
"""

from dataclasses import dataclass

from foundation.database import Database
from foundation.ids import ProductSlug
from knowledge.calibration import encode_background
from knowledge.coverage_scales import measure_coverage
from knowledge.encoder import Encoder
from knowledge.identity import check_languages, live_languages, live_windows, unfilled_texts
from knowledge.products import Collection
from knowledge.shelf import ShelfKey
from knowledge.tokens import recipe_of
from knowledge.vectors import Progress, encode_missing


@dataclass(frozen=True, slots=True)
class Filled:
    """What filling a product did.

    `texts` are those of its live windows, of passages and sentences, `encoded` those that were encoded now, and
    `calibration` further ones, asked of the content to measure its scale (`coverage`).
    """

    product: ProductSlug
    texts: int
    encoded: int
    calibration: int


def fill_product(
    database: Database, product: ProductSlug, *, encoder: Encoder, workers: int, progress: Progress
) -> Filled:
    """Encode every live text of a product that this encoder has no vector for, or no tokens where it shows them.

    Raises Invalid when the encoder is not for the product's language, Conflict when an older version packed it,
    EncoderUnavailable.
    """
    with database.read() as session:
        check_languages(encoder, live_languages(session, product), product)
        unfilled = unfilled_texts(session, product, encoder_id=encoder.id, token_recipe=recipe_of(encoder))
        everything = live_windows(session, product)
    encode_background(database, encoder, workers=workers, progress=progress)
    encoded = encode_missing(
        database, encoder, unfilled.texts, workers=workers, progress=progress, rounded=unfilled.sentences
    )
    keys = (ShelfKey(product, collection) for collection in Collection)
    calibration = sum(measure_coverage(database, encoder, key) for key in keys)
    return Filled(product, everything, len(encoded), calibration)
