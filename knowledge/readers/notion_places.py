"""Where everything lies in a Notion export: which tree holds a file, which page it lies in, and in what order."""

import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import PurePosixPath
from urllib.parse import unquote

from foundation.errors import Invalid
from foundation.text import clean_text
from knowledge.readers.leaves import LEAVES
from knowledge.readers.limits import ReadLimits
from knowledge.readers.notion_answers import blank
from knowledge.readers.notion_names import PAGES, TABLES, folders_of, name_of
from knowledge.readers.trees import FileTree, natural_key

_ADDRESS = r"\]\(([^()\s]+(?:\([^()\s]*\)[^()\s]*)*)\)"
_LINK = re.compile(rf"{_ADDRESS}|href=\"([^\"]+)\"")
_WHOLE_LINK = re.compile(rf"!?\[[^\[\]\n]*{_ADDRESS}|<a [^>]*href=\"([^\"]+)\"[^>]*>.*?</a>")


class Places:
    """All files of an export, whichever of its parts they lie in. Raises Invalid when there are too many."""

    def __init__(self, trees: Sequence[FileTree], limits: ReadLimits) -> None:
        self._homes = {path: tree for tree in reversed(trees) for path in tree.paths}
        whole = {path for path in self._homes if name_of(path).is_whole}
        # Of a database with its view and with all of it, the view is what its page shows.
        doubled = {path for path in whole if path.replace("_all.csv", ".csv") in self._homes}
        known = (path for path in self._homes if suffix_of(path) in PAGES | TABLES | LEAVES.keys())
        self.paths = sorted((path for path in known if path not in doubled), key=natural_key)
        if len(self.paths) > limits.max_files:
            raise Invalid(f"the export holds more than {limits.max_files} pages: ingest it in parts")
        self._inside: dict[str, list[str]] = {}
        self.top: list[str] = []
        self._place()

    def read(self, path: str, *, limit: int) -> bytes:
        """What a file holds. Raises ContentUnreadable."""
        return self._homes[path].read(path, limit=limit)

    def inside(self, path: str, source: str) -> list[str]:
        """What lies in a page with this source, in the order in which it names them."""
        mine = self._inside.get(path, [])
        links = (_target(match[1] or match[2], path) for match in _LINK.finditer(source)) if mine else ()
        named = {target: at for at, target in enumerate(dict.fromkeys(links))}
        return sorted(mine, key=lambda inner: (named.get(clean_text(inner), len(named)), natural_key(inner)))

    def _place(self) -> None:
        folders: dict[str, str] = {}
        for path in self.paths:
            if suffix_of(path) in PAGES | TABLES:
                for folder in folders_of(path):
                    folders.setdefault(folder, path)
        for path in self.paths:
            owner = next((found for found in _above(path, folders) if found != path), None)
            if owner is None:
                self.top.append(path)
            else:
                self._inside.setdefault(owner, []).append(path)


def suffix_of(path: str) -> str:
    """A path's suffix in lower case."""
    return PurePosixPath(path).suffix.lower()


def without_links_to(hidden: Collection[str], source: str, path: str) -> str:
    """A page's source that does not name those of the pages it links to that are hidden; no offset moves."""
    return _WHOLE_LINK.sub(
        lambda match: blank(match[0]) if _target(match[1] or match[2], path) in hidden else match[0], source
    )


def _above(path: str, folders: dict[str, str]) -> Iterator[str]:
    for parent in PurePosixPath(path).parents:
        if parent.as_posix() in folders:
            yield folders[parent.as_posix()]


def _target(link: str, path: str) -> str:
    folder = PurePosixPath(path).parent.as_posix()
    bare = unquote(link.partition("#")[0])
    return clean_text(bare if folder == "." else f"{folder}/{bare}")
