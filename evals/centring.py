"""Works out the means of `knowledge/centring.json` from our own sample texts and questions: `python -m evals.centring`.

Run it when the encoder changes. What it writes belongs to the recipe's version in `knowledge/centring.py`.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from companion.samples import FOLDER, SAMPLES
from companion.wiring import default_encoder
from knowledge.language import language_of
from knowledge.passages import pack
from knowledge.readers import read_course

_QUESTIONS = Path(__file__).parent / "questions"
_WRITTEN = Path(__file__).resolve().parents[1] / "knowledge" / "centring.json"
_DIGITS = 5


def main() -> None:
    """Encode the samples and write the mean of each language and role."""
    encoder = default_encoder()
    vectors: dict[str, list[np.ndarray]] = {}
    for text in _passages():
        vectors.setdefault(f"{language_of(text)}.passage", []).append(encoder.encode_passage(text))
    for text in _questions():
        vectors.setdefault(f"{language_of(text)}.question", []).append(encoder.encode_question(text))
    means = {name: np.mean(rows, axis=0).round(_DIGITS).tolist() for name, rows in sorted(vectors.items())}
    _WRITTEN.write_text(json.dumps({encoder.id: means}, indent=None) + "\n", encoding="utf-8")
    print({name: len(rows) for name, rows in vectors.items()})


def _passages() -> Iterator[str]:
    encoder = default_encoder()
    for sample in SAMPLES:
        for lesson in read_course(FOLDER / sample.folder).lessons:
            packed = pack(
                lesson, lesson_id=lesson.external_id, count_tokens=encoder.count_tokens, max_tokens=encoder.max_tokens
            )
            yield from (window.input_text for passage in packed for window in passage.windows)


def _questions() -> Iterator[str]:
    for path in sorted(_QUESTIONS.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield str(json.loads(line)["text"])


if __name__ == "__main__":
    main()
