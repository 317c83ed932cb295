"""What the file names of a Notion export tell: a page's title, its id, and which page it lies in."""

import re
from dataclasses import dataclass
from pathlib import PurePosixPath

from foundation.text import clean_text

_ID = re.compile(r"(?:^|[ _-])([0-9a-f]{32})(_all)?$")
PAGES = frozenset({".md", ".html"})
TABLES = frozenset({".csv"})


@dataclass(frozen=True, slots=True)
class Name:
    """A file's title without its id; `is_whole` marks a database with all its rows and columns."""

    title: str
    id: str
    is_whole: bool = False


def name_of(path: str) -> Name:
    """Take a name apart; `id` is "" where Notion gave none."""
    stem = clean_text(PurePosixPath(path).stem)
    found = _ID.search(stem)
    if found is None:
        return Name(stem, "")
    return Name(stem[: found.start()].strip() or "Untitled", found[1], is_whole=found[2] is not None)


def has_id(path: str) -> bool:
    """Whether a page or a database carries the id Notion puts into names."""
    return PurePosixPath(path).suffix.lower() in PAGES | TABLES and bool(name_of(path).id)


def folders_of(path: str) -> tuple[str, ...]:
    """The folders in which what belongs to a page may lie: named as its file, with the id or without."""
    own = PurePosixPath(path)
    bare = own.with_suffix("").as_posix()
    title = _ID.sub("", own.stem)
    return tuple(dict.fromkeys((bare.removesuffix("_all"), (own.parent / title).as_posix() if title else bare)))
