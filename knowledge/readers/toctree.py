"""`_toctree.yml`: which pages a course has, in which order, and what its parts are called."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from foundation.errors import ContentUnreadable

TOCTREE = "_toctree.yml"


@dataclass(frozen=True, slots=True)
class TocEntry:
    """One page as the table of contents names it; `local` has no suffix, `line` is 1-based."""

    local: str
    title: str
    block_title: str
    line: int


def read_toctree(text: str, *, path: str) -> tuple[TocEntry, ...]:
    """Return the pages in order; every branch of `local_fw` is a page. Raises ContentUnreadable for broken YAML."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError) as err:
        mark = getattr(err, "problem_mark", None)
        raise ContentUnreadable(path, "is not valid YAML", line=mark.line + 1 if mark else None) from err
    if root is None:
        return ()
    if not isinstance(root, yaml.SequenceNode):
        raise ContentUnreadable(path, "is not a list of sections", line=root.start_mark.line + 1)
    entries: dict[str, TocEntry] = {}
    for entry in _entries(root, block_title=""):
        entries.setdefault(entry.local, entry)
    return tuple(entries.values())


def _entries(node: yaml.Node, *, block_title: str) -> Iterator[TocEntry]:
    for item in node.value if isinstance(node, yaml.SequenceNode) else ():
        fields = _fields(item)
        title = _text(fields.get("title"))
        places = _branches(fields.get("local_fw")) or [node for key, node in fields.items() if key == "local"]
        for place in places:
            if _text(place):
                yield TocEntry(_text(place).strip("/"), title, block_title, place.start_mark.line + 1)
        if "sections" in fields:
            yield from _entries(fields["sections"], block_title=title or block_title)


def _branches(node: yaml.Node | None) -> list[yaml.Node]:
    return list(_fields(node).values()) if node is not None else []


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    return {_text(key): value for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}


def _text(node: yaml.Node | None) -> str:
    return str(node.value).strip() if isinstance(node, yaml.ScalarNode) else ""
