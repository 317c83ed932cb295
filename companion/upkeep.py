"""Compares a home's caches with its truth in SQL and fills them again from there; nothing is encoded for it."""

from typing import Any

from companion.answer_memory import bring_answers_up_to_date
from companion.cases import bring_cases_up_to_date
from companion.learners import finish_erasures
from companion.wiring import House
from foundation.errors import EncoderUnavailable, IndexUnavailable, NotFound
from knowledge.coverage_scales import lacks_scale, measure_coverage
from knowledge.identity import without_tokens
from knowledge.shelf import ShelfKey, has_tokens
from knowledge.tokens import axes_for


def verify_index(house: House, product: str | None = None) -> dict[str, Any]:
    """Compare the index with SQL, mending nothing: `{agrees, shelves, differences: {shelf: [line]}}`."""
    differences = {}
    keys = _keys(house, product)
    for key in keys:
        found = house.shelves.differences(key)
        if found:
            differences[key.name(house.encoder.id)] = found
    return {"agrees": not differences, "shelves": len(keys), "differences": differences}


def refresh_index(house: House, product: str | None = None) -> dict[str, Any]:
    """Bring the index up to date with what another process took in: `{shelves}`."""
    keys = _keys(house, product)
    for key in keys:
        house.shelves.shelf(key)
    return {"shelves": len(keys)}


def lay_out_shelves(house: House) -> list[str]:
    """Have every shelf ready before the first question; gives a line on each that cannot be used, or not in full."""
    finish_erasures(house)
    reasons = bring_cases_up_to_date(house)
    for key in house.shelves.all_keys():
        try:
            if _lacks_scale(house, key):
                measure_coverage(house.database, house.encoder, key, shelf_of=house.shelves.shelf)
            if house.shelves.shelf(key).tokens is None and axes_for(house.encoder) is not None:
                reasons.append(without_tokens(key.product))
        except (IndexUnavailable, EncoderUnavailable) as err:
            reasons.append(str(err))
    bring_answers_up_to_date(house)
    return list(dict.fromkeys(reasons))


def products_without_tokens(house: House) -> list[str]:
    """A line on each product that is searched without comparing word by word, though the encoder could."""
    if axes_for(house.encoder) is None:
        return []
    keys = _keys(house, None)
    with house.database.read() as session:
        lacking = [without_tokens(key.product) for key in keys if not has_tokens(session, key, house.encoder)]
    return list(dict.fromkeys(lacking))


def unmeasured_shelves(house: House) -> list[str]:
    """Products whose answers all carry a caveat, because their scale was not measured as it is done today."""
    lacking = {str(key.product) for key in house.shelves.all_keys() if _lacks_scale(house, key)}
    return sorted(lacking)


def _lacks_scale(house: House, key: ShelfKey) -> bool:
    with house.database.read() as session:
        return lacks_scale(session, key, encoder_id=house.encoder.id)


def rebuild_index(house: House, product: str | None = None) -> dict[str, Any]:
    """Fill the index again from SQL without encoding anything: `{shelves, windows}`."""
    keys = _keys(house, product)
    windows = sum(len(house.shelves.refill(key).entries.ids) for key in keys)
    return {"shelves": len(keys), "windows": windows}


def _keys(house: House, product: str | None) -> list[ShelfKey]:
    known = house.shelves.all_keys()
    keys = [key for key in known if product in (None, key.product)]
    if product is not None and not keys:
        raise NotFound(f"there is no product {product[:70]!r} here")
    return keys
