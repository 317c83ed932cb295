"""The home's encoder: does it answer, is it the one whose vectors are kept, and how another one takes its place.

Another one's vectors are filled in beside the old, which go on answering, and stay until somebody prunes them.
"""

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from companion.wiring import House
from foundation.errors import Conflict, EncoderUnavailable, Invalid
from foundation.ids import ProductSlug
from knowledge.background import learn_background
from knowledge.calibration import check_same_encoder
from knowledge.fill import fill_product
from knowledge.identity import drop_vectors, forget_vectors, other_identity, unfilled_windows, vectors_by_encoder
from knowledge.products import list_products
from knowledge.recordings import prune_recordings
from knowledge.vectors import Progress


def index_identity(house: House) -> dict[str, Any]:
    """Which encoder this process answers with, and how many vectors of which are kept: `{encoder, vectors: {id: n}}`.

    `lacking` has a line on each product the encoder cannot answer for, with what to do.
    """
    encoder_id = house.encoder.id
    with house.database.read() as session:
        lacking = [
            other_identity(session, product.slug, encoder_id=encoder_id)
            for product in list_products(session)
            if unfilled_windows(session, product.slug, encoder_id=encoder_id)
        ]
        return {"encoder": encoder_id, "vectors": vectors_by_encoder(session), "lacking": lacking}


def check_encoder(house: House) -> str:
    """Have the encoder answer, and prove that it is the one whose vectors are kept: a line on it.

    Raises EncoderUnavailable or EncoderMisconfigured with what to do.
    """
    encoder = house.encoder
    length = float(sum(value * value for value in encoder.encode_question("ready")))
    if not 0.99 < length < 1.01:
        raise EncoderUnavailable("the encoder gives vectors that are not of unit length; reinstall it")
    with house.database.read() as session:
        check_same_encoder(session, encoder)
    languages = (
        "any language" if encoder.languages is None else ", ".join(sorted(encoder.languages)) or "neither ru nor en"
    )
    line = f"{encoder.id}, {encoder.dim} dimensions, {encoder.max_tokens} tokens, for {languages}"
    return f"{line}; {leaves_machine}" if (leaves_machine := texts_leave(house)) else line


def texts_leave(house: House) -> str | None:
    """Says where questions and course texts are sent to be encoded; None when they stay in this process."""
    if not house.settings.encoder.startswith("openai:"):
        return None
    return f"questions and course texts are sent to {house.settings.encoder_base_url or 'OpenAI'}"


def fill_index(
    house: House, product: str | None, progress_for: Callable[[str], Progress], *, anew: bool = False
) -> dict[str, Any]:
    """Encode what the configured encoder has no vectors of, beside those of others that are there.

    `{encoder, products: [{product, texts, encoded, calibration}], refused: [{product, reason}], seconds}`. A product
    the encoder is not for is refused, and the others are filled. `anew` first forgets what this encoder made, for every
    product: Invalid with one, Conflict while another process holds the home. Raises EncoderUnavailable.
    """
    started = time.perf_counter()
    encoder_id = house.encoder.id
    if anew:
        _forget(house, encoder_id, product)
    with house.database.read() as session:
        slugs = [found.slug for found in list_products(session) if product in (None, found.slug)]
    filled, refused = [], []
    encoder, workers = house.encoder, house.settings.encode_workers
    for slug in slugs:
        try:
            bar = progress_for(slug)
            filled.append(asdict(fill_product(house.database, slug, encoder=encoder, workers=workers, progress=bar)))
        except (Invalid, Conflict) as err:
            refused.append({"product": slug, "reason": str(err)})
            continue
        if house.owns_index:
            _lay_out(house, slug, anew=anew)
    seconds = round(time.perf_counter() - started, 3)
    return {"encoder": encoder_id, "products": filled, "refused": refused, "seconds": seconds}


def prune_index(house: House) -> dict[str, Any]:
    """Remove what nobody needs: vectors of every encoder but this process's, and recordings no product names.

    `{encoder, removed, encoders, recordings}`: how many vectors, of which encoders, and how many recordings.
    Raises Conflict while this encoder lacks a vector that is needed.
    """
    encoder_id = house.encoder.id
    with house.database.write() as session:
        others = sorted(vectors_by_encoder(session).keys() - {encoder_id})
        removed = drop_vectors(session, keep=encoder_id)
        recordings = prune_recordings(session, house.settings.home, now_s=house.clock().timestamp())
    for other in others:
        for key in house.shelves.all_keys():
            house.shelves.forget(key, encoder_id=other)
    return {"encoder": encoder_id, "removed": removed, "encoders": others, "recordings": recordings}


def _forget(house: House, encoder_id: str, product: str | None) -> None:
    if product is not None:
        raise Invalid("filling anew concerns every product of the encoder; leave --product out")
    if not house.owns_lock():
        raise Conflict("a service runs on this home with these vectors; stop it, and fill anew then")
    with house.database.write() as session:
        forget_vectors(session, encoder_id=encoder_id)
    learn_background(encoder_id, {})


def _lay_out(house: House, slug: ProductSlug, *, anew: bool) -> None:
    for key in (key for key in house.shelves.all_keys() if key.product == slug):
        _ = house.shelves.refill(key) if anew else house.shelves.shelf(key)
