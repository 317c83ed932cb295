"""An index folder that was damaged, opened in a process of its own: some damage ends the process that meets it."""

import multiprocessing
from pathlib import Path

import numpy as np

from knowledge.adapters.chroma_index import ChromaIndex
from knowledge.adapters.exact_index import ExactIndex
from knowledge.index import Entries, PassageIndex

SHELF = "shelf.course"


def clustered(count: int, *, dim: int = 32, seed: int = 7) -> Entries:
    """Unit vectors in sixty heaps, as passages of a course lie."""
    chance = np.random.default_rng(seed)
    heaps = chance.normal(size=(60, dim))
    vectors = heaps[chance.integers(0, 60, count)] + 0.35 * chance.normal(size=(count, dim))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Entries(tuple(f"p-{row:05}.0" for row in range(count)), vectors.astype(np.float32))


def recall(index: PassageIndex, entries: Entries, *, questions: int = 100, count: int = 10) -> float:
    """Share of the true neighbours of some questions that an index finds."""
    exact = ExactIndex()
    exact.fill(SHELF, entries)
    asked = clustered(questions, dim=entries.vectors.shape[1], seed=8).vectors
    found = 0
    for vector in asked:
        true = {near.id for near in exact.nearest(SHELF, vector, count=count)}
        found += len(true & {near.id for near in index.nearest(SHELF, vector, count=count)})
    return found / (count * questions)


def in_a_process(folder: Path) -> int:
    """Open a folder, fill it and look at it; the exit code, 0 when cache and truth agree in the end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "tests.knowledge.damage"])
    process = context.Process(target=_fill_and_look, args=(folder,))
    process.start()
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _fill_and_look(folder: Path) -> None:
    index, entries = ChromaIndex(folder), clustered(1_500)
    index.fill(SHELF, entries)
    assert index.differences(SHELF, entries) == []
    assert recall(index, entries, questions=20) > 0.98
