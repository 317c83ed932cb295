"""Encodes what planned lessons need and has no vector yet."""

from collections.abc import Sequence

from foundation.database import Database
from knowledge.encoder import Encoder
from knowledge.plan import PlannedLesson
from knowledge.vectors import Progress, encode_missing


def encode_lessons(
    lessons: Sequence[PlannedLesson], database: Database, encoder: Encoder, *, workers: int, progress: Progress
) -> frozenset[str]:
    """Vectors for what has none: passages' windows whole, what only stands for a sentence rounded.

    Gives the hashes of the texts that were encoded. Raises EncoderUnavailable.
    """
    texts = {window.input_hash: window.input_text for lesson in lessons for window in lesson.windows()}
    passages = (passage for lesson in lessons for passage in lesson.passages)
    whole = {window.input_hash for passage in passages for window in passage.windows}
    return encode_missing(database, encoder, texts, workers=workers, progress=progress, rounded=texts.keys() - whole)
