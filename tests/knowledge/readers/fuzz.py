"""Feeds the readers what nobody would write: `python -m tests.knowledge.readers.fuzz --seconds 60`.

An input is one byte for the format, one for a file in its export (0: the export whole), and what stands there instead.
Whatever it is, the readers give a course or say what is wrong with it: anything else, a hang or memory without end is a
finding, and the process ends with it. Mutations are drawn by chance here; `fuzz_guided` looks for those that reach new
code, where there is atheris.
"""

import argparse
import logging
import random
import resource
import signal
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from foundation.errors import CompanionError
from knowledge.readers import read_course
from knowledge.readers.archives import open_archive
from knowledge.readers.xml import parse_xml
from tests.knowledge.readers.every_format import MAKERS, Markers, made
from tests.knowledge.readers.hostile import make_zip

MOST_BYTES, MOST_SECONDS, MOST_MEMORY = 200_000, 30, 6_000_000_000
_WORDS = Markers("vvvvvvvvv", "sssssssss", "nnnnnnnnn", "kkkkkkkkk", "ppppppppp", "lllllllll")
_SPARE = b"\x00\xff<>&;\"'{}[]()\n\r\t \\/.%-=*_#|:,0123456789\xd0\xbf"


class Target:
    """A format's export: as its bytes, and as its files where it is an archive or a folder."""

    def __init__(self, name: str, folder: Path) -> None:
        export = made(name, folder / name, _WORDS)
        self.name = name
        self.files = dict(_files_of(export))
        self.suffix = ".zip" if export.is_dir() else "".join(export.suffixes[-2:])
        self.whole = make_zip(self.files) if export.is_dir() else export.read_bytes()
        self.paths = [path for path, content in sorted(self.files.items()) if len(content) <= MOST_BYTES]

    def seeds(self) -> Iterator[bytes]:
        """The parts of inputs behind the format's number that change nothing."""
        yield b"\x00" + self.whole
        for number, path in enumerate(self.paths[:254], start=1):
            yield bytes([number]) + self.files[path]

    def read(self, told: bytes, place: Path) -> None:
        """Read the export with this instead of one of its files, or of all of it."""
        number, content = told[:1], told[1:]
        path = self.paths[number[0] - 1] if number and 0 < number[0] <= len(self.paths) else None
        file = place / f"fuzzed{self.suffix if path is None else '.zip'}"
        file.write_bytes(
            content if path is None else make_zip({**self.files, path: content}, method=zipfile.ZIP_STORED)
        )
        with suppress(CompanionError):
            read_course(file)
        if path is not None and path.endswith((".xml", ".rels")):
            with suppress(CompanionError):
                parse_xml(content, path)


def _files_of(export: Path) -> Iterator[tuple[str, bytes]]:
    if export.is_dir():
        for file in export.rglob("*"):
            if file.is_file():
                yield file.relative_to(export).as_posix(), file.read_bytes()
    elif export.suffix in (".pdf", ".ipynb", ".vtt"):
        yield export.name, export.read_bytes()
    elif export.read_bytes()[:2] == b"PK":
        with zipfile.ZipFile(export) as archive:
            yield from ((name, archive.read(name)) for name in archive.namelist() if not name.endswith("/"))
    else:
        tree = open_archive(export)
        yield from ((path, tree.read(path, limit=MOST_BYTES * 10)) for path in tree.paths)


def one_input(targets: list[Target], place: Path) -> Callable[[bytes], None]:
    """What is done with each input."""

    def run(data: bytes) -> None:
        if data:
            targets[data[0] % len(targets)].read(data[1:], place)

    return run


def mutated(draw: random.Random, told: bytes) -> bytes:
    """The same with a few stretches taken out, doubled, swapped or written over."""
    head, body = told[:2], bytearray(told[2:])
    for _ in range(draw.choice((1, 1, 2, 4, 16))):
        start = draw.randrange(len(body) + 1)
        end = min(len(body), start + int(draw.expovariate(1 / 8)) + 1)
        match draw.randrange(5):
            case 0:
                del body[start:end]
            case 1:
                body[start:start] = body[start:end] * draw.choice((1, 2, 50))
            case 2:
                body[start:end] = bytes(draw.choices(_SPARE, k=end - start))
            case 3:
                other = draw.randrange(len(body) + 1)
                body[start:end] = body[other : other + end - start]
            case 4:
                body[start:end] = draw.randbytes(end - start)
    return head + bytes(body[:MOST_BYTES])


class _Failed(logging.Handler):
    """Counts where readers failed on one file: the others land, and yet it is worth mending."""

    def __init__(self) -> None:
        super().__init__()
        self.places: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        if record.getMessage().startswith("reader.failed"):
            self.places[record.getMessage()] += 1


def _too_long(_number: int, _frame: object) -> None:
    raise TimeoutError(f"an input took longer than {MOST_SECONDS} s")


def plain(run: Callable[[bytes], None], seeds: list[bytes], *, seconds: float, runs: int, seed: int) -> int:
    """Run mutations drawn by chance; gives how many. A finding is left in a file and raised."""
    draw, done, until = random.Random(seed), 0, time.process_time() + seconds
    signal.signal(signal.SIGALRM, _too_long)
    while time.process_time() < until and done < runs:
        data = mutated(draw, seeds[done % len(seeds)]) if done >= len(seeds) else seeds[done]
        signal.alarm(MOST_SECONDS)
        try:
            run(data)
        except BaseException:
            Path("crash-plain").write_bytes(data)
            raise
        finally:
            signal.alarm(0)
        done += 1
    return done


def prepared(only: list[str], folder: Path) -> tuple[Callable[[bytes], None], list[bytes]]:
    """What to do with an input, and inputs to begin with, one for every file of every export."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    targets = [Target(name, folder) for name in only]
    place = folder / "place"
    place.mkdir()
    seeds = [bytes([number]) + each for number, target in enumerate(targets) for each in target.seeds()]
    return one_input(targets, place), seeds


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--runs", type=int, default=1_000_000_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--only", nargs="*", default=sorted(MAKERS))
    told = asked.parse_args()
    failed = _Failed()
    logging.getLogger("knowledge").addHandler(failed)
    logging.getLogger("knowledge").propagate = False
    with tempfile.TemporaryDirectory() as folder:
        run, seeds = prepared(told.only, Path(folder))
        try:
            done = plain(run, seeds, seconds=told.seconds, runs=told.runs, seed=told.seed)
        finally:
            for where, count in failed.places.most_common():
                print(f"{count} x {where}", file=sys.stderr)
    print(f"{done} inputs, {len(seeds)} seeds, {len(told.only)} formats, no finding")


if __name__ == "__main__":
    main()
