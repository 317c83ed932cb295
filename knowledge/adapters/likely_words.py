"""Words of Russian and English from the vocabulary that comes with the default encoder's weights."""

import logging
import re

from knowledge.adapters.e5_weights import WeightFile, is_known, weights_path

_log = logging.getLogger(__name__)
# A piece that begins a word; stumps of longer words and words of other languages in these letters are among them.
_WORD = re.compile(r"▁([А-Яа-яЁё]{3,}|[A-Za-z]{3,})")


def likely_words() -> list[str]:
    """About 60,000 words as they are spelt there; none when the installed weights are not those known here."""
    if not is_known(weights_path()):
        _log.warning("words.none reason=other weights")
        return []
    found = (_WORD.fullmatch(piece) for piece, _score in WeightFile(weights_path()).pieces())
    return [match[1] for match in found if match]
