"""Encodes the background texts and the facets' sentences once for an encoder: `python -m evals.calibrate_encoder`.

Writes `knowledge/background/<encoder>.npz`, which `knowledge/background.py` reads, and for an encoder that shows its
tokens `<encoder>.tokens.npz`, which `knowledge/tokens.py` reads; and `feedback/facet_words/<encoder>.npz`, which
`feedback/facet_vectors.py` reads. Run it when the encoder or the texts change; the files belong to the recipe's
version there.
"""

import numpy as np

from companion.wiring import default_encoder
from feedback.facet_vectors import pack_facets
from feedback.facets import FOLDER as FACETS
from foundation.settings import read_settings
from knowledge.background import FOLDER, LANGS, read_texts
from knowledge.tokens import make_axes


def main() -> None:
    """Encode every passage and question in each language."""
    encoder = default_encoder(read_settings().home)
    arrays = {}
    for lang in LANGS:
        texts = read_texts(lang)
        passages = [encoder.encode_passage(text.passage) for text in texts]
        questions = [encoder.encode_question(text.question) for text in texts]
        arrays[f"{lang}.passage"] = np.stack(passages).astype(np.float16)
        arrays[f"{lang}.question"] = np.stack(questions).astype(np.float16)
        print(lang, len(texts))
    np.savez_compressed(FOLDER / f"{encoder.id}.npz", allow_pickle=False, **arrays)
    np.savez_compressed(FACETS / f"{encoder.id}.npz", allow_pickle=False, **pack_facets(encoder))
    if encoder.by_token is not None:
        axes = {name: rows.astype(np.float16) for name, rows in make_axes(encoder.by_token).items()}
        np.savez_compressed(FOLDER / f"{encoder.id}.tokens.npz", allow_pickle=False, **axes)


if __name__ == "__main__":
    main()
