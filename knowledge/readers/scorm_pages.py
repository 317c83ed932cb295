"""Which pages and scripts a launchable page of a package shows: those it lists, and those it and its scripts name."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import dirname
from urllib.parse import parse_qsl

from knowledge.readers.manifest import Paths
from knowledge.readers.package_lessons import PAGES, is_readable, suffix_of

_NAMED = re.compile(r"[\"'=]([^\"'<>?#=;{}\r\n]{1,200}\.[A-Za-z0-9]{2,5})(?:[?#][^\"'<>\r\n]{0,300})?[\"'\s>]")
_MOST = 5000
_SCRIPT = ".js"
_TOOLS = (
    (r"story_content/|html5/data/js/", "Articulate Storyline"),
    (r"scormcontent/", "Articulate Rise"),
    (r"ispring", "iSpring"),
    (r"(?:^|/)cpm\.js|captivate", "Adobe Captivate"),
    (r"trivantis|lectora", "Lectora"),
    (r"techsmith|(?:^|/)tscplayer", "Camtasia"),
    (r"h5p\.json|h5p-standalone", "H5P"),
    (r"adapt/(?:js|css)/|/components\.json", "Adapt"),
)


@dataclass(frozen=True, slots=True)
class Reached:
    """Files in the order in which they are shown: pages and documents, and scripts beside them."""

    pages: tuple[str, ...]
    scripts: tuple[str, ...]


def reach(start: Sequence[str], paths: Paths, read: Callable[[str], str]) -> Reached:
    """Follow what files name, from `start` on; `read` gives a file's source.

    A name in a script may be meant from the page it runs in, from its own folder or from the top of the package.
    """
    pages: dict[str, None] = {}
    scripts: dict[str, None] = {}
    waiting = list(dict.fromkeys(start))
    while waiting and len(pages) + len(scripts) < _MOST:
        path = waiting.pop(0)
        kept = scripts if suffix_of(path) == _SCRIPT else pages
        if path in kept:
            continue
        kept[path] = None
        named = list(_named_in(path, paths, read))
        # A page's scripts say what comes after it before the next page does.
        waiting = [one for one in named if suffix_of(one) == _SCRIPT] + waiting
        waiting += [one for one in named if suffix_of(one) != _SCRIPT]
    return Reached(tuple(pages), tuple(scripts))


def meant_by_query(candidates: Sequence[str], query: str) -> list[str]:
    """Those of the files that the values of a query name, by a folder or by their own name; all when it names none."""
    wanted = {value.casefold() for _, value in parse_qsl(query) if value}
    meant = [path for path in candidates if wanted & set(re.split(r"[/.]", path.casefold()))]
    return meant or list(candidates)


def tool_of(paths: Iterator[str], source: str) -> str:
    """The authoring tool a package comes from where that tool keeps all content in scripts, "" for any other."""
    told = "\n".join(paths).lower()
    for pattern, tool in _TOOLS:
        if re.search(pattern, told, re.MULTILINE) or (tool == "iSpring" and "ispring" in source.lower()):
            return tool
    return ""


def _named_in(path: str, paths: Paths, read: Callable[[str], str]) -> Iterator[str]:
    if suffix_of(path) not in PAGES and suffix_of(path) != _SCRIPT:
        return
    for match in _NAMED.finditer(read(path)):
        name = match[1].strip()
        if not (is_readable(name) or suffix_of(name) == _SCRIPT) or "://" in name:
            continue
        folder = dirname(path)
        for base in dict.fromkeys(
            (f"{folder}/" if folder else "", f"{dirname(folder)}/" if dirname(folder) else "", "")
        ):
            found = paths.find(name, base=base)
            if found is not None:
                yield found
                break
