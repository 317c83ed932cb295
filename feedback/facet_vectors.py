"""Where facets lie in an encoder's space: kept beside their words for the encoder that comes with the product.

For any other encoder their sentences are encoded once and kept in SQL, as items are.
"""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from sqlalchemy.orm import Session

from feedback.facets import FOLDER, FacetSet, FacetVectors, read_facets
from feedback.placing import encode_item, input_hash
from foundation.database import Database
from foundation.ids import content_hash
from knowledge.background import LANGS
from knowledge.encoder import Encoder, Vector
from knowledge.language import Lang
from knowledge.vectors import load_vectors, missing_hashes, store_vectors


def facet_vectors(session: Session, which: FacetSet, *, encoder_id: str, dim: int) -> FacetVectors | None:
    """The facets of a set as this encoder sees them; None while it has not read their sentences."""
    packaged = _packaged(encoder_id)
    if packaged is not None:
        return packaged[which]
    hashes = [input_hash(text) for text in _texts(which)]
    known = load_vectors(session, hashes, encoder_id=encoder_id, dim=dim)
    if any(each not in known for each in hashes):
        return None
    return _laid_out(which, {text: known[input_hash(text)] for text in _texts(which)})


def remember_facets(database: Database, encoder: Encoder) -> int:
    """Let an encoder read the facets' sentences, where they are not known yet; gives how many it read.

    Raises EncoderUnavailable.
    """
    if _packaged(encoder.id) is not None:
        return 0
    texts = {input_hash(text): text for which in FacetSet for text in _texts(which)}
    with database.read() as session:
        missing = missing_hashes(session, list(texts), encoder_id=encoder.id)
    read = {key: encode_item(encoder, texts[key]) for key in sorted(missing)}
    if read:
        with database.write() as session:
            store_vectors(session, read, encoder_id=encoder.id, rounded=frozenset(read))
    return len(read)


def pack_facets(encoder: Encoder) -> dict[str, Vector]:
    """What is kept beside the words for one encoder: arrays by name, with the sentences' hash in theirs."""
    arrays = {}
    for which in FacetSet:
        at = _laid_out(which, {text: encode_item(encoder, text) for text in _texts(which)})
        for lang in LANGS:
            arrays[f"{which}.{lang}.middle.{_made_of(which)}"] = at.middle[lang]
            arrays[f"{which}.{lang}.facets.{_made_of(which)}"] = at.facets[lang].astype(np.float16)
    return arrays


def _laid_out(which: FacetSet, vectors: Mapping[str, Vector]) -> FacetVectors:
    middle: dict[Lang, Vector] = {}
    facets: dict[Lang, Vector] = {}
    for lang in LANGS:
        seen = [np.stack([vectors[text] for text in facet.sentences[lang]]) for facet in read_facets(which).facets]
        middle[lang] = np.asarray(np.concatenate(seen).mean(axis=0), dtype=np.float32)
        facets[lang] = np.stack([_unit(_unit(each - middle[lang]).mean(axis=0)) for each in seen])
    return FacetVectors(middle, facets)


def _texts(which: FacetSet) -> list[str]:
    return [text for facet in read_facets(which).facets for lang in LANGS for text in facet.sentences[lang]]


def _made_of(which: FacetSet) -> str:
    return content_hash(*_texts(which), size=6)


@lru_cache(maxsize=8)
def _packaged(encoder_id: str) -> Mapping[FacetSet, FacetVectors] | None:
    """None for an encoder they were not made for, or where the sentences have changed since."""
    path = FOLDER / f"{encoder_id}.npz"
    if not path.is_file():
        return None
    with np.load(path) as kept:
        arrays: dict[str, Vector] = {name: kept[name].astype(np.float32) for name in kept.files}

    def array(which: FacetSet, lang: Lang, part: str) -> Vector:
        return arrays[f"{which}.{lang}.{part}.{_made_of(which)}"]

    try:
        return {
            which: FacetVectors(
                {lang: array(which, lang, "middle") for lang in LANGS},
                {lang: array(which, lang, "facets") for lang in LANGS},
            )
            for which in FacetSet
        }
    except KeyError:
        return None


def _unit(vectors: Vector) -> Vector:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)
