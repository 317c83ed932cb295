"""Shelves at rest: one file each, whose arrays are mapped into memory and read where they are looked at.

A cache: what is missing, damaged or of another make is laid out again from SQL. A file appears whole or not at all
(written beside, flushed, renamed), is named after its content, and carries checksums of its head and of samples of
every array, enough to tell a file that was cut or holds blocks that never reached the disk. Whoever maps a file keeps
it, removed or not; only the process that owns the home writes and removes.

The layout: a magic line, the size of the head, its checksum, the head (JSON: facts, and name, type, shape, place and
checksum of each array), then the arrays, each on a boundary of 64 bytes. An array more is one name more in `_arrays`.
"""

import json
import logging
import mmap
import os
import struct
import tempfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.lexical import LexicalIndex
from knowledge.postings import Postings
from knowledge.ragged import Column, Ragged
from knowledge.sentence_vectors import SentenceVectors, Spread
from knowledge.shelf import Places, Shelf, ShelfKey
from knowledge.tokens import TokenVectors
from knowledge.word_forms import WordForms

_log = logging.getLogger(__name__)
_MAGIC = b"companion shelf 2\n"
_SUFFIX = ".shelf"
_MAKING = ".making"
_HEAD = struct.Struct("<QI")
_BOUNDARY = 64
_SAMPLE_BYTES = 4_096
_SAMPLES = 64


@dataclass(frozen=True, slots=True)
class _Placed:
    """Where an array stands in the file; `at` and `size` are bytes."""

    dtype: str
    shape: tuple[int, ...]
    at: int
    size: int
    crc: int


class _Damaged(Exception):
    """The file is not one that was written here to its end."""


class ShelfFiles:
    """The folder of a home's shelves; `writes` says whether this process owns the home."""

    def __init__(self, folder: Path, *, writes: bool) -> None:
        self._folder = folder
        self._writes = writes

    def open(self, key: ShelfKey, digest: str, *, version: int, encoder_id: str) -> Shelf | None:
        """The shelf of this content, None when it is not there or not to be trusted."""
        return self._opened(self._path(key, digest, encoder_id), key, digest, version=version)

    def open_earlier(self, key: ShelfKey, *, encoder_id: str) -> Shelf | None:
        """A shelf of the same name with another content, to take unchanged passages from; None when there is none."""
        for path in self._of(key, encoder_id):
            shelf = self._opened(path, key, path.name.removesuffix(_SUFFIX).rpartition(".")[2], version=0)
            if shelf is not None:
                return shelf
        return None

    def keep(self, shelf: Shelf, *, encoder_id: str) -> Shelf:
        """Write a shelf down and give it back as it is read from its file; as it was where it cannot be kept."""
        if not self._writes or not shelf.places:
            return shelf
        path = self._path(shelf.key, shelf.digest, encoder_id)
        try:
            _write(path, _arrays(shelf), {"digest": shelf.digest})
        except OSError as err:
            # A full disk, mostly: answers come from memory until there is room again.
            _log.warning("shelf.not_kept shelf=%s reason=%s", shelf.key.name(encoder_id), err.strerror or err)
            return shelf
        _remove(other for other in self._left_over(shelf.key, encoder_id) if other != path)
        return self._opened(path, shelf.key, shelf.digest, version=shelf.version) or shelf

    def forget(self, key: ShelfKey, *, encoder_id: str) -> None:
        """Remove what is kept under a shelf's name."""
        if self._writes:
            _remove(self._of(key, encoder_id))

    def forget_all(self, key: ShelfKey) -> None:
        """Remove a shelf as any encoder had it, and what killed processes left half written."""
        if self._writes:
            _remove([*self._folder.glob(f"{key.any_name}*{_SUFFIX}"), *self._folder.glob(f"*{_MAKING}")])

    def _path(self, key: ShelfKey, digest: str, encoder_id: str) -> Path:
        return self._folder / f"{key.name(encoder_id)}.{digest}{_SUFFIX}"

    def _of(self, key: ShelfKey, encoder_id: str) -> list[Path]:
        return sorted(self._folder.glob(f"{key.name(encoder_id)}.*{_SUFFIX}"))

    def _left_over(self, key: ShelfKey, encoder_id: str) -> list[Path]:
        """What earlier contents and recipes, and killed processes, left; another encoder's shelves stay."""
        any_recipe = key.name(encoder_id).rpartition(".")[0]
        return [*self._folder.glob(f"{any_recipe}.*{_SUFFIX}"), *self._folder.glob(f"*{_MAKING}")]

    def _opened(self, path: Path, key: ShelfKey, digest: str, *, version: int) -> Shelf | None:
        try:
            arrays = _read(path, {"digest": digest})
            return _shelf(arrays, key, digest, version=version)
        except FileNotFoundError:
            return None
        except (OSError, _Damaged, KeyError, ValueError) as err:
            _log.warning("shelf.rebuilt file=%s reason=%s", path.name, err)
            if self._writes:
                _remove([path])
            return None


def differing_parts(kept: Shelf, true: Shelf) -> list[str]:
    """The arrays in which a shelf from a file differs from one that was just laid out, a line each."""
    found, wanted = _arrays(kept), _arrays(true)
    return [
        f"stale {name} in the shelf's file"
        for name in wanted
        if name not in found or not _same(found[name], wanted[name])
    ]


def _same(found: Column, wanted: Column) -> bool:
    if found.shape != wanted.shape or found.dtype.kind != "f":
        return np.array_equal(found, wanted)
    # Matrix products round differently on different machines; what they are made of does not.
    return np.allclose(found, wanted, rtol=1e-3, atol=1e-5)


def _arrays(shelf: Shelf) -> dict[str, Column]:
    places = shelf.places
    named: dict[str, Column] = {
        "place.passage": places.passages,
        "place.lesson": places.lessons,
        "place.kind": places.kinds,
        "place.lang": places.langs,
    }
    for name, index in (("posting", shelf.lexical), ("lesson-posting", shelf.lessons)):
        postings = index.postings
        named[f"{name}.key"], named[f"{name}.first"] = postings.keys, postings.first
        named[f"{name}.text"], named[f"{name}.score"] = postings.texts, postings.scores
    ragged = {
        "window": shelf.windows,
        "sentence": shelf.sentences.rows,
        "term": shelf.lexical.counted,
        "lesson-term": shelf.lessons.counted,
        "form": shelf.forms.rows,
    }
    if shelf.tokens is not None:
        ragged["token"] = shelf.tokens.rows
    for name, rows in ragged.items():
        named[f"{name}.first"] = rows.first
        named |= {f"{name}.rows.{column}": values for column, values in rows.columns.items()}
    forms = shelf.forms
    named |= {"spelling.key": forms.keys, "spelling.first": forms.first, "spelling.letters": forms.letters}
    for name, spread in (("window", shelf.spread), ("sentence", shelf.sentences.spread)):
        named[f"{name}.mean"], named[f"{name}.covariance"] = spread.mean, spread.covariance
    return named


def _shelf(arrays: Mapping[str, Column], key: ShelfKey, digest: str, *, version: int) -> Shelf:
    places = Places(arrays["place.passage"], arrays["place.lesson"], arrays["place.kind"], arrays["place.lang"])
    return Shelf(
        key=key,
        version=version,
        digest=digest,
        places=places,
        windows=_ragged(arrays, "window"),
        spread=_spread(arrays, "window"),
        sentences=SentenceVectors.over(_ragged(arrays, "sentence"), _spread(arrays, "sentence")),
        tokens=TokenVectors.over(_ragged(arrays, "token")) if "token.first" in arrays else None,
        lexical=_lexical(arrays, "term", "posting"),
        lessons=_lexical(arrays, "lesson-term", "lesson-posting"),
        forms=WordForms(_ragged(arrays, "form"), *(arrays[f"spelling.{part}"] for part in ("key", "first", "letters"))),
    )


def _lexical(arrays: Mapping[str, Column], counted: str, name: str) -> LexicalIndex:
    rows = _ragged(arrays, counted)
    found = (arrays[f"{name}.{part}"] for part in ("key", "first", "text", "score"))
    return LexicalIndex.over(rows, Postings(rows.passages, *found))


def _ragged(arrays: Mapping[str, Column], name: str) -> Ragged:
    start = f"{name}.rows."
    columns = {column.removeprefix(start): values for column, values in arrays.items() if column.startswith(start)}
    return Ragged(arrays[f"{name}.first"], columns)


def _spread(arrays: Mapping[str, Column], name: str) -> Spread:
    return Spread(arrays[f"{name}.mean"], arrays[f"{name}.covariance"])


def _write(path: Path, arrays: Mapping[str, Column], facts: Mapping[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    placed, at = {}, 0
    for name, values in arrays.items():
        raw = np.ascontiguousarray(values)
        placed[name] = _Placed(raw.dtype.str, raw.shape, at, raw.nbytes, _checksum(_bytes(raw)))
        at += -(-raw.nbytes // _BOUNDARY) * _BOUNDARY
    head = json.dumps({**facts, "arrays": {name: asdict(place) for name, place in placed.items()}}).encode()
    handle, making = tempfile.mkstemp(dir=path.parent, suffix=_MAKING)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(_MAGIC + _HEAD.pack(len(head), zlib.crc32(head)) + head)
            begin = _begin(len(head))
            for name, values in arrays.items():
                out.seek(begin + placed[name].at)
                out.write(_bytes(np.ascontiguousarray(values)))
            out.truncate(begin + at)
            out.flush()
            os.fsync(out.fileno())
        os.replace(making, path)
    except BaseException:
        Path(making).unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path, facts: Mapping[str, Any]) -> dict[str, Column]:
    with path.open("rb") as opened:
        start = opened.read(len(_MAGIC) + _HEAD.size)
        if not start.startswith(_MAGIC) or len(start) != len(_MAGIC) + _HEAD.size:
            raise _Damaged("it begins as no shelf of this make does")
        size, crc = _HEAD.unpack(start[len(_MAGIC) :])
        head = opened.read(min(size, path.stat().st_size))
        if len(head) != size or zlib.crc32(head) != crc:
            raise _Damaged("its head is damaged")
        mapped = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    told = json.loads(head)
    if any(told.get(name) != value for name, value in facts.items()):
        raise _Damaged("it holds another content than its name says")
    begin = _begin(size)
    return {name: _array(mapped, begin, _Placed(**place), name) for name, place in told["arrays"].items()}


def _array(mapped: mmap.mmap, begin: int, place: _Placed, name: str) -> Column:
    at = begin + place.at
    if at + place.size > len(mapped):
        raise _Damaged("it was cut")
    raw = np.frombuffer(mapped, dtype=np.uint8, count=place.size, offset=at)
    if _checksum(raw.data) != place.crc:
        raise _Damaged(f"{name} is damaged")
    return raw.view(np.dtype(place.dtype)).reshape(place.shape)


def _checksum(raw: memoryview) -> int:
    """Of all bytes where they are few, else of samples evenly taken, the first and last bytes among them."""
    if len(raw) <= _SAMPLES * _SAMPLE_BYTES:
        return zlib.crc32(raw)
    crc = 0
    for start in np.linspace(0, len(raw) - _SAMPLE_BYTES, _SAMPLES).astype(int).tolist():
        crc = zlib.crc32(raw[start : start + _SAMPLE_BYTES], crc)
    return crc


def _bytes(values: Column) -> memoryview:
    return values.reshape(-1).view(np.uint8).data


def _begin(head: int) -> int:
    return -(-(len(_MAGIC) + _HEAD.size + head) // _BOUNDARY) * _BOUNDARY


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as err:
            _log.warning("shelf.not_removed file=%s reason=%s", path.name, err.strerror or err)
